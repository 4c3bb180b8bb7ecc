"""CDISC ADaM by its own names: ADSL and beside it scores (BDS), courses (ADCM, ADEX) and adverse events (ADAE).

Names of variables as in the ADaM Implementation Guide 1.3: https://www.cdisc.org/standards/foundational/adam
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from explorer.cohort.mapping.guess import Unclear
from explorer.cohort.mapping.model import NOT_SAID, About
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.ready import adam_records as records
from explorer.cohort.ready import adam_scores as scores
from explorer.cohort.ready.adam_subjects import subjects, without_end
from explorer.cohort.ready.model import Ready
from explorer.cohort.ready.plan import Plan, printable
from explorer.cohort.ready.plan import ready as put_together

NAME = "CDISC ADaM"
STUDY_TREATMENT = "study treatment"
DAYS = "Day 0 is the day of the first dose, which ADaM calls day 1."
ARMS = f"The index drug '{STUDY_TREATMENT}' is the treatment of period 01; the column arm tells which."


def ready(sheets: Sheets) -> Ready | None:
    """Recognise ADaM tables by ADSL: one row per USUBJID, with a planned or actual treatment.

    Parameters
    ----------
    sheets : Sheets
        Tables of one study, as CSV, XPT or any other format.

    Returns
    -------
    Ready or None
    """
    plans = [Plan(name, frame) for name, frame in sheets.frames.items()]
    adsl = next((plan for plan in plans if _is_adsl(plan)), None)
    if adsl is None:
        return None
    others = [plan for plan in plans if plan is not adsl]
    treated = subjects(adsl)
    courses = [] if treated else [plan for plan in others if records.is_exposure(plan)]
    if not treated and not courses:
        without_end(adsl)
    told, left_out = _read(others, courses)
    left_out += _later_periods(adsl)
    for plan in told:
        plan.known_patients = bool(adsl.leave_out)
    used = [adsl, *told]
    drug = _drug(adsl, courses)
    return put_together(NAME, _why(adsl, used), _about(adsl, drug, sheets), used, sheets, left_out, _asked(drug, used))


def _is_adsl(plan: Plan) -> bool:
    who = plan.find("USUBJID")
    if who is None or plan.find("PARAMCD", "AVAL", "ASTDT", "ASTDY") is not None or plan.frame[who].duplicated().any():
        return False
    return plan.find("TRT01P", "TRT01A") is not None or (_stem(plan) == "adsl" and plan.find("ARM") is not None)


def _stem(plan: Plan) -> str:
    return PurePosixPath(plan.name).stem.lower()


def _read(others: Iterable[Plan], courses: list[Plan]) -> tuple[list[Plan], list[str]]:
    """Plan what the other tables give; return those that give something, and what was not taken."""
    bds = [plan for plan in others if scores.is_bds(plan)]
    left_out = [said for plan in scores.known(bds) or scores.to_describe(bds) for said in scores.scores(plan)]
    for plan in others:
        if plan in courses:
            records.exposure(plan)
        elif records.is_medication(plan):
            records.medication(plan)
        elif records.is_events(plan):
            records.events(plan)
        elif not plan.columns:
            left_out.append(f"{plan.name}: {_why_not(plan)}.")
    return [plan for plan in others if plan.columns], left_out


def _later_periods(adsl: Plan) -> list[str]:
    later = adsl.find("TRT02A", "TRT02P")
    return [f"{adsl.name}: treatments of later periods ({later}) are not taken."] if later is not None else []


def _why_not(plan: Plan) -> str:
    if plan.find("CNSR"):
        return "times to an event are not taken: they follow from the courses and the adverse events"
    if records.is_exposure(plan):
        return "doses are not taken: ADSL tells when treatment began and ended"
    if scores.is_bds(plan):
        return f"none of its parameters is a score that the catalogue knows ({scores.named(plan)})"
    return "it has none of the columns that would tell of scores, courses or adverse events"


def _drug(adsl: Plan, courses: list[Plan]) -> str:
    """Name the index drug: the treatment of the study, or what ADEX names where ADSL does not date the treatment."""
    name = courses[0].find(*records.DRUG_GIVEN) if courses else adsl.find("TRT01A", "TRT01P", "ARM")
    source = courses[0] if courses else adsl
    drugs = set(source.texts(name)) - {""} if name else set()
    one = printable(next(iter(drugs))) if len(drugs) == 1 else ""
    return one or (NOT_SAID if courses else STUDY_TREATMENT)


def _about(adsl: Plan, drug: str, sheets: Sheets) -> About:
    study = adsl.find("STUDYID")
    named = set(adsl.texts(study)) - {""} if study else set()
    title = printable(next(iter(named))) if len(named) == 1 else ""
    notes = f"{DAYS} {ARMS}" if drug == STUDY_TREATMENT else DAYS
    return About(
        title=title or printable(PurePosixPath(sheets.file).stem) or NAME,
        index_drug=drug,
        source=printable(f"{sheets.file} ({NAME})"),
        notes=notes,
    )


def _why(adsl: Plan, used: list[Plan]) -> str:
    what = [f"{adsl.name} has one row per USUBJID with {adsl.find('TRT01A', 'TRT01P', 'ARM')}"]
    what += [f"{plan.name} has {', '.join(_telling(plan))}" for plan in used[1:]]
    return "; ".join(what)


def _telling(plan: Plan) -> list[str]:
    told = ("instrument", "score", "drug", "term", "day", "start")
    return [name for name, column in plan.columns.items() if column.role in told]


def _asked(drug: str, used: list[Plan]) -> list[Unclear]:
    asked = []
    if drug == NOT_SAID:
        asked.append(Unclear("the index drug is not known", 'Say "index_drug": "NAME" under "about".'))
    if not any(column.role == "score" for plan in used for column in plan.columns.values()):
        how = "Add a table of scores over time (with PARAMCD and AVAL), or map one."
        asked.append(Unclear("no table holds a score", how))
    return asked
