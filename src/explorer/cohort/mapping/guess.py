"""What each column of a file might be, why, and what only the user can say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePath

import pandas as pd

from explorer.cohort.cells import NO_NAME
from explorer.cohort.findings import shown
from explorer.cohort.instruments import catalogue
from explorer.cohort.mapping.columns import CODED, NO, SEX_WORDS
from explorer.cohort.mapping.day_month import DATES, mixable, order_in
from explorer.cohort.mapping.identifiers import (
    FREE_TEXT,
    identifying,
    identifying_key,
    is_birth_date,
    is_free_text,
    may_tell_names,
)
from explorer.cohort.mapping.later import later
from explorer.cohort.mapping.model import (
    NOT_SAID,
    ONCE_PER_SHEET,
    PER_PATIENT,
    About,
    Column,
    Mapping,
    Role,
    Scale,
    Sheet,
    covariate_name,
)
from explorer.cohort.mapping.seen import Seen
from explorer.cohort.mapping.signs import formulas, minus_in_doubt, words_for_signs
from explorer.cohort.mapping.visits import Visit, plain, visit_in
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.schemas import TABLES, TIERS

DAY_HEADING = re.compile(r"(?:(?:analysis|study|relative|visit) )*(week|day|month)s?(?: (?:number|no|n))?")
SUSPECT_CODES = (99, 999, 9999, 99999, -1, -9, -99, -999, -9999)
PATIENT = (
    "patient id|pat id|patid|usubjid|subjid|subject id|subject number|participant id|study id|record id|pt id",
    "patient|subject|participant|mrn|id|case|case number|patient number|hospital number|nr",
    "fall ?nummer|aufnahme ?(?:zahl|nummer)|(?:sozial)?versicherungs ?nummer|sv ?nr|kis",
)
SITE = "site|siteid|centre|center|clinic|hospital|inv|investigator"
EVENT = "event|event term|adverse event|ae|ae term|aeterm|aedecod"
ONSET = "start|start date|onset|onset date|begin|began|from|aestdtc|astdt|aestdt|astdy"
ARM = "trt|treatment|arm|armcd|rx|treat|therapy|group|drug|medication"
FIVE_TABLES: dict[str, Role] = {
    "index_date": "index_date",
    "drug": "drug",
    "start_day": "start",
    "end_day": "end",
    "prescriptions": "prescriptions",
    "stop_reason": "stop_reason",
    "item": "item",
    "answer": "answer",
    "term": "term",
}
INSTRUMENT_NAMES = ("instrument", "paramcd", "test", "scale", "measure")
SCORE_NAMES = ("score", "aval", "value", "result")
ALIASES = {
    "peak pruritus": "PPNRS",
    "pp nrs": "PPNRS",
    "peak itch": "PPNRS",
    "worst itch": "WINRS",
    "body surface area": "BSA",
    "viga": "VIGA_AD",
    "objective scorad": "OSCORAD",
    "o scorad": "OSCORAD",
    "adas cog": "ADAS_COG_11",
}


@dataclass(frozen=True)
class Unclear:
    """Something that only the user can say, and how to say it in the mapping.

    `visit` names a visit whose day is asked, `field` a field of the mapping that is.
    """

    what: str
    how: str
    visit: str = ""
    field: str = ""

    def __str__(self) -> str:
        return f"{self.what}. {self.how}"


@dataclass(frozen=True)
class Guess:
    """A mapping that was guessed.

    Attributes
    ----------
    mapping : Mapping
    reasons : mapping of (sheet, column) to str
        Why each column was taken for what it was.
    unclear : tuple of Unclear
        None where the guess may be used as it stands.
    identifiers : mapping of (sheet, column) to str
        Columns that look as if they identify patients, and what they seem to hold.
    """

    mapping: Mapping
    reasons: MappingOf[tuple[str, str], str]
    unclear: tuple[Unclear, ...]
    identifiers: MappingOf[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Draft:
    """A guess under way for one sheet."""

    name: str
    file: str
    seen: dict[str, Seen]
    columns: dict[str, Column] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)
    imputed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    who: pd.Series | None = None
    alone: bool = False
    drug: str | None = None
    visits: dict[str, int] = field(default_factory=dict)
    scales: dict[str, Scale] = field(default_factory=dict)
    unclear: list[Unclear] = field(default_factory=list)
    identifiers: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, column: Column, why: str) -> None:
        """Settle what a column is."""
        once = {*ONCE_PER_SHEET, *PER_PATIENT} - {"covariate"}
        first = next((other for other, held in self.columns.items() if held.role == column.role in once), None)
        if first is not None:
            column, why = (
                Column(role="ignore", why=f"'{first}' is the {column.role}"),
                f"'{first}' is taken for that already",
            )
        self.columns[name], self.why[name] = column, why

    @property
    def open(self) -> list[Seen]:
        """Columns that are not settled yet."""
        return [seen for name, seen in self.seen.items() if name not in self.columns]

    @property
    def repeats(self) -> bool:
        """Whether patients have several rows."""
        return self.who is not None and len(self.who) >= 1.5 * max(self.who.nunique(), 1)

    def ask(self, what: str, how: str, field: str = "") -> None:
        """Leave something for the user to say."""
        self.unclear.append(Unclear(what, how, field=field))


def guess(sheets: Sheets) -> Guess:
    """Guess what each column is, from its name, its label, its range and its values.

    Parameters
    ----------
    sheets : Sheets
        As `read_sheets` returns them.

    Returns
    -------
    Guess
        Never refuses: what cannot be known stands under `unclear`.
    """
    drafts = [_draft(name, frame, sheets) for name, frame in sheets.frames.items()]
    used = [draft for draft in drafts if draft.who is not None or len(drafts) == 1] or drafts[:1]
    for draft in used:
        for step in STEPS:
            step(draft)
    _each_fact_once(used)
    dates = order_in(seen for draft in used for seen in _dated(draft))
    mapping = Mapping(
        about=_about(used, sheets),
        sheets={
            draft.name: Sheet(
                columns=draft.columns, joined=draft.joined, imputed=draft.imputed, row_is_patient=draft.alone
            )
            for draft in used
        },
        visits={label: day for draft in used for label, day in draft.visits.items()},
        instruments=tuple({code: scale for draft in used for code, scale in draft.scales.items()}.values()),
        dates=dates,
    )
    reasons = {(draft.name, name): why for draft in used for name, why in draft.why.items()}
    order = [] if dates else _order_of_dates(used)
    unclear = (*_open_questions(mapping), *(ask for draft in used for ask in draft.unclear), *order)
    identifiers = {(draft.name, name): what for draft in used for name, what in draft.identifiers.items()}
    return Guess(mapping, reasons, unclear, identifiers)


def _each_fact_once(drafts: list[Draft]) -> None:
    """Keep what several sheets say of patients from the first of them."""
    told: dict[str, tuple[str, str]] = {}
    for draft in drafts:
        for name, column in list(draft.columns.items()):
            fact = covariate_name(name, column) if column.role == "covariate" else column.role
            if column.role in PER_PATIENT and told.setdefault(fact, (draft.name, name)) != (draft.name, name):
                sheet, first = told[fact]
                where = f"column '{first}'" if sheet == draft.name else f"sheet '{sheet}'"
                why = f"{where} says it already"
                draft.columns[name], draft.why[name] = Column(role="ignore", why=why), why


def _dated(draft: Draft) -> list[Seen]:
    """Return the columns of dates, those too whose meaning is not known yet: the user may give them one."""
    return [
        seen
        for name, seen in draft.seen.items()
        if draft.columns[name].role in DATES or (seen.dated and name not in draft.identifiers)
    ]


def _order_of_dates(drafts: list[Draft]) -> list[Unclear]:
    """Ask, once, for the order of day and month where dates are read and none of the file tells it."""
    mixed = next((seen.name for draft in drafts for seen in _dated(draft) if mixable(seen)), None)
    if mixed is None:
        return []
    what = f"column '{mixed}': day and month could be mixed up"
    return [Unclear(what, 'Say "dates": "dmy" or "mdy".', field="dates")]


def _draft(name: str, frame: pd.DataFrame, sheets: Sheets) -> Draft:
    seen = {
        str(column): Seen(
            str(column), frame[column], sheets.labels.get(str(column), ""), sheets.values.get(str(column), {})
        )
        for column in frame
    }
    draft = Draft(name, PurePath(sheets.file).stem, seen)
    for pattern in PATIENT:
        named = [one for one in seen.values() if one.named(pattern) and not one.dated and one.filled]
        if named and draft.who is None:
            best = max(named, key=lambda one: (len(one.counts), -len(one.name)))
            draft.who = best.cells
            _take_patient(draft, best)
    return draft


def _take_patient(draft: Draft, best: Seen) -> None:
    what = identifying_key(best)
    if what == "phone numbers" and best.named("patient id|study id|subject id|usubjid"):
        what = None  # "2022-01-0001" has the form of both.
    if what is not None:
        draft.identifiers[best.name] = what
    why = f"the heading names the patient; {len(best.counts)} different in {len(best.cells)} rows"
    if what is not None:
        why += f"; it looks like {what}, so that numbers stand for it"
        draft.take(best.name, Column(role="patient_id", pseudonym=True), why)
    else:
        draft.take(best.name, Column(role="patient_id"), why)


def _join_site(draft: Draft) -> None:
    """Join the site to identifiers that repeat across sites."""
    sites = [one for one in draft.open if one.named(SITE)]
    if draft.who is None or not draft.repeats or not sites:
        return
    visits = [one.cells for one in draft.seen.values() if one.named("week|visit|day|month|avisit|date")]
    own, site = draft.who, sites[0]
    if not visits or not pd.DataFrame({"who": own, "when": visits[0]}).duplicated().any():
        return
    if pd.DataFrame({"who": own, "site": site.cells, "when": visits[0]}).duplicated().any():
        return
    hidden = draft.columns.pop(str(own.name)).pseudonym
    made = "patient" if "patient" not in draft.seen else f"{site.name}-patient"
    draft.joined[made] = (site.name, str(own.name))
    draft.take(
        made,
        Column(role="patient_id", pseudonym=hidden),
        "the same number stands for different patients at different sites",
    )
    draft.take(str(own.name), Column(role="ignore", why="joined with the site"), "it is not unique across sites")
    draft.who = site.cells.astype(str) + "-" + own.astype(str)


def _rows_alone(draft: Draft) -> None:
    if draft.who is None:
        draft.alone = True
        draft.ask(
            f"sheet '{draft.name}': no column names the patient, so each row is taken for a patient",
            'Give a column {"role": "patient_id"}; or keep "row_is_patient": true if that is so.',
        )


def _ask_of_repeats(draft: Draft) -> None:
    """Ask where a few patients stand twice in a sheet that otherwise has a row for each."""
    one_row_each = not draft.repeats and not {"term", "drug", "start", "item", "instrument"} & _roles(draft)
    if draft.who is not None and one_row_each and draft.who.duplicated().any():
        again = draft.who[draft.who.duplicated() & draft.who.notna()]
        rows = ", ".join(map(str, again.index[:9]))
        draft.ask(
            f"sheet '{draft.name}': {len(again)} rows name a patient whom an earlier row names (rows {rows})",
            "Give each patient an identifier of their own, or delete the rows that are not wanted.",
        )


def _ask_of_same_days(draft: Draft) -> None:
    """Ask which of several columns is meant that give one score on one day."""
    held: dict[tuple[str | None, int | str], list[str]] = defaultdict(list)
    for name, column in draft.columns.items():
        when = column.visit if column.day is None else column.day
        if column.role == "score" and when is not None and not draft.repeats:
            held[column.instrument, when].append(name)
    for (code, when), names in held.items():
        if any(not draft.seen[name].cells.equals(draft.seen[names[0]].cells) for name in names[1:]):
            said = " and ".join(f"'{name}'" for name in names)
            day = f"at '{when}'" if isinstance(when, str) else f"on day {when}"
            draft.ask(
                f"columns {said} both give {code} {day}",
                'Leave one of them out: {"role": "ignore"}, or give it its day.',
            )


def _leave_identifiers(draft: Draft) -> None:
    for seen in draft.open:
        if not seen.filled:
            draft.take(seen.name, Column(role="ignore", why="empty"), "the column is empty")
        elif is_birth_date(seen):
            draft.identifiers[seen.name] = "dates of birth"
        elif (what := identifying(seen)) is not None:
            why = f"looks like {what}"
            draft.identifiers[seen.name] = what
            draft.take(seen.name, Column(role="ignore", why=why), f"{why}, which identifies patients: left out")


def _plain_names(draft: Draft) -> None:
    """Settle columns that are named as in the five tables."""
    for seen in draft.open:
        name = plain(seen.name).replace(" ", "_")
        scored = draft.repeats and any(plain(other) in INSTRUMENT_NAMES for other in draft.seen)
        if name in FIVE_TABLES:
            draft.take(seen.name, Column(role=FIVE_TABLES[name]), "named as in the five tables")
            draft.drug = next(iter(seen.counts)) if name == "drug" and len(seen.counts) == 1 else draft.drug
        elif scored and name in INSTRUMENT_NAMES:
            draft.take(seen.name, Column(role="instrument"), "the heading says that it names scores")
        elif scored and name in SCORE_NAMES and seen.numeric:
            draft.take(seen.name, Column(role="score"), "values of the score that another column names")


def _leave_imputed(draft: Draft) -> None:
    """Leave out rows that a column marks as imputed: what becomes of the missing is for the study to say."""
    for seen in draft.open:
        if seen.named("nri flag|locf flag|imputed|imputation flag|imputed flag|dtype") and draft.repeats:
            marks = tuple(text for text in seen.counts if text.lower() not in NO)
            draft.imputed[seen.name] = marks
            why = f"marks imputed rows ({', '.join(marks)}), whose scores are left out"
            draft.take(seen.name, Column(role="ignore", why="marks imputed rows"), why)


def _birth_age_sex(draft: Draft) -> None:
    for seen in draft.open:
        if seen.named("age|age at index|age years|alter") and seen.numeric:
            draft.take(
                seen.name, Column(role="age", **_repairs(seen, 0, 120)), "the heading says age, and the values fit"
            )
        elif is_birth_date(seen):
            draft.take(
                seen.name, Column(role="birth_date"), "the heading says date of birth: the age is kept, the date is not"
            )
        elif seen.named("sex|gender|geschlecht"):
            _take_sex(draft, seen)


def _take_sex(draft: Draft, seen: Seen) -> None:
    words = {str(key).removesuffix(".0"): str(label) for key, label in seen.values.items()} | _key_within(seen)
    texts = [words.get(text, text) for text in seen.counts]
    if seen.coded:
        texts = [found[2] for text in texts if (found := CODED.fullmatch(text))]
    known = {text.strip().lower() in SEX_WORDS for text in texts}
    if known == {True}:
        coded = "label" if seen.coded else None
        draft.take(seen.name, Column(role="sex", words=words, coded=coded), "the heading says sex, and the values fit")
    else:
        why = f"coded as {', '.join(sorted(seen.counts)[:4])} without a key; say its 'words' to use it"
        draft.take(seen.name, Column(role="ignore", why=why), f"the heading says sex, but it is {why}")


def _key_within(seen: Seen) -> dict[str, str]:
    """Learn what codes stand for from cells like "1=Male" among cells that hold the code alone."""
    learned = {} if seen.coded else {text: found for text in seen.counts if (found := CODED.fullmatch(text))}
    return {spelling: found[2] for text, found in learned.items() for spelling in (text, found[1])}


def _adverse_events(draft: Draft) -> None:
    """Settle a sheet of adverse events: what happened, and from when to when."""
    # Beside scores, a "start date" is the treatment's.
    if not any(seen.named(ONSET) for seen in draft.open) or any(instrument_in(seen.name) for seen in draft.open):
        return
    for seen in draft.open:
        if seen.named(EVENT) and not seen.named(ONSET) and not (seen.numeric or seen.dated or seen.yes_no):
            draft.take(seen.name, Column(role="term"), "texts that the heading calls events, and the sheet dates them")
    for seen in draft.open if "term" in _roles(draft) else ():
        if seen.named(ONSET) and "start" not in _roles(draft):
            draft.take(seen.name, Column(role="start"), "the heading says when the event began")
        elif seen.named("end|end date|stop|stop date|resolved|recovered|until") and not seen.yes_no:
            draft.take(seen.name, Column(role="end"), "the heading says when the event ended")


def _times(draft: Draft) -> None:
    """Settle the columns that say when."""
    for seen in draft.open:
        if seen.dated:
            _take_date(draft, seen)
    if not draft.repeats:
        return
    for seen in draft.open:
        found = DAY_HEADING.fullmatch(plain(seen.name))
        unit = found[1] if found else None
        if unit is not None and seen.numeric and "day" not in _roles(draft):
            one = unit == "day" and min(seen.numbers) == 1
            why = f"numbers that the heading calls {unit}s" + (
                "; none is 0, so that day 1 is the index date" if one else ""
            )
            draft.take(seen.name, Column(role="day", unit=f"{unit}s", from_one=one), why)
        elif seen.named("visit|a ?visit|analysis visit|event|redcap event name") and not seen.numeric:
            _take_visits(draft, seen)


def _roles(draft: Draft) -> set[str]:
    return {column.role for column in draft.columns.values()}


def _take_visits(draft: Draft, seen: Seen) -> None:
    draft.take(seen.name, Column(role="visit"), f"labels of visits ({', '.join(map(shown, list(seen.counts)[:3]))})")
    for label in seen.counts:
        found = visit_in(label)
        if found is not None and found.day is not None:
            draft.visits[label] = found.day
        elif "day" not in _roles(draft):
            draft.ask(f"the day of the visit {shown(label)} is not known", f'Add "{label}": DAY under "visits".')


def _take_date(draft: Draft, seen: Seen) -> None:
    first = "index date|index|start date|date of start|first dose|first prescription|trtsdt|baseline date|begin|started"
    if seen.named(first) and not draft.repeats and "index_date" not in _roles(draft):
        draft.take(seen.name, Column(role="index_date"), "dates, and the heading says start; one per patient")
    elif seen.named("start date|start|begin|from|first") and draft.repeats:
        draft.take(seen.name, Column(role="start"), "dates, and the heading says start; several per patient")
    elif seen.named("end date|end|stop|stop date|stopped|until|last dose"):
        draft.take(seen.name, Column(role="end"), "dates, and the heading says end")
    elif draft.repeats and "date" not in _roles(draft):
        draft.take(seen.name, Column(role="date"), "dates that differ between the rows of a patient")
    else:
        why = "a date whose meaning is not known"
        draft.take(seen.name, Column(role="ignore", why=why), f"{why}; give it a role to use it")


def _scores(draft: Draft) -> None:
    """Settle columns that are scores by their names: of known instruments, or repeated over visits."""
    found = {seen.name: visit_in(seen.name) for seen in draft.open if seen.numeric and not seen.yes_no}
    stems: dict[str, list[str]] = defaultdict(list)
    for name, visit in found.items():
        stems[re.sub(r"\b(?:score|total|value)\b", "", visit.stem if visit else plain(name)).strip()].append(name)
    for stem, names in stems.items():
        code, source = _instrument(stem, draft)
        visits = [found[name] for name in names]
        follows = len({visit and visit.label for visit in visits}) > 1
        if code is None and follows and (stem or len(names) > 1):
            code, source = _describe(draft, stem or "score", names)
        if code is not None and any(visits) | draft.repeats:
            for name in names:
                _take_score(draft, draft.seen[name], code, found[name], source)


def _take_score(draft: Draft, seen: Seen, code: str, visit: Visit | None, source: str) -> None:
    scale = draft.scales.get(code) or catalogue()[code]
    repairs = _repairs(seen, scale.range_min, scale.range_max)
    if visit is None:
        draft.take(seen.name, Column(role="score", instrument=code, **repairs), f"{source}; when, another column says")
    elif visit.day is not None:
        why = f"{source}; '{visit.label}' is day {visit.day}"
        draft.take(seen.name, Column(role="score", instrument=code, day=visit.day, **repairs), why)
    else:
        column = Column(role="score", instrument=code, visit=visit.label, **repairs)
        draft.take(seen.name, column, f"{source}; at the visit '{visit.label}'")
        what, how = f"the day of the visit '{visit.label}' is not known", f'Add "{visit.label}": DAY under "visits".'
        ask = Unclear(what, how, visit.label)
        draft.unclear += [] if ask in draft.unclear else [ask]


def _split_dates(draft: Draft) -> None:
    """Join dates whose year, month and day stand in three columns."""
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for seen in draft.open:
        found = re.search(r"(?<!\w)(year|month|day)(?!\w)", plain(seen.name))
        if found and seen.numeric:
            stem = " ".join(re.sub(rf"\b(?:{found[1]}|of)\b", " ", plain(seen.name)).split())
            parts[stem][found[1]] = seen.name
    for stem, named in parts.items():
        if stem and len(named) == 3:
            made = f"{stem} date"
            draft.joined[made] = tuple(named[part] for part in ("year", "month", "day"))
            role: Role = "birth_date" if "birth" in stem else "date"
            draft.take(made, Column(role=role, order="ymd"), "year, month and day in three columns")
            for name in named.values():
                draft.take(name, Column(role="ignore", why=f"part of {made}"), f"part of {made}")


def _visits_with_dates(draft: Draft) -> None:
    """Let a date of the same visit say when a score was taken, where its name does not."""
    dates = {name: plain(name) for name, column in draft.columns.items() if column.role in ("date", "end")}
    for name, column in list(draft.columns.items()):
        told = [date for date, words in dates.items() if column.visit and column.visit in words.split()]
        if told:
            held = column.model_dump(exclude_defaults=True) | {"visit": None, "on": told[0]}
            draft.columns[name] = Column(**held)
            draft.why[name] += f", whose date is in '{told[0]}'"
    asked = {column.visit for column in draft.columns.values()}
    draft.unclear = [ask for ask in draft.unclear if not ask.visit or ask.visit in asked]


def _instrument(stem: str, draft: Draft) -> tuple[str | None, str]:
    for text, where in ((stem, "the heading"), (f"{draft.name} {draft.file}" if not stem else "", "the file's name")):
        code = instrument_in(text)
        if code is not None:
            return code, f"{where} names {code}"
    return None, ""


def instrument_in(text: str) -> str | None:
    """Find the code of a score of the catalogue in a heading or a name; None where it names none."""
    words = f" {plain(text)} "
    return next((code for name, code in _known().items() if f" {name} " in words), None)


def _known() -> dict[str, str]:
    codes = {plain(code): code for code in sorted(catalogue(), key=len, reverse=True)}
    return ALIASES | {code.replace(" ", ""): held for code, held in codes.items()} | codes


def _describe(draft: Draft, stem: str, names: list[str]) -> tuple[str, str]:
    """Propose an instrument for columns that repeat over visits, with the range that was seen."""
    code = re.sub(r"\W+", "_", stem.upper())[:60]
    if code.lower() in NO_NAME:
        code = f"{code}_SCORE"
    far = {code for name in names for code in _far_codes(draft.seen[name])}
    held = [value for name in names for value in draft.seen[name].numbers if f"{value:g}" not in far]
    low, high = min(held, default=0), max(held, default=1)
    low = min(0, low)
    top = high if high > low else low + 1
    draft.scales[code] = Scale(code=code, name=stem[:100].strip(), range_min=low, range_max=top, direction=NOT_SAID)
    draft.ask(
        f"the score {code} is not known; values from {low:g} to {high:g} were seen, and which way is better cannot be",
        "Give its range_min, range_max, direction and mcid under 'instruments'.",
    )
    return code, f"the same heading at {len(names)} visits"


def _repairs(seen: Seen, low: float, high: float) -> dict[str, tuple[str, ...]]:
    """Say what to take out of the cells of numbers: units, and codes for missing beyond the range."""
    codes = [value for value in seen.numbers if value in SUSPECT_CODES and not low <= value <= high]
    found = {"missing": tuple(f"{value:g}" for value in codes), "remove": seen.units}
    return {key: held for key, held in found.items() if held}


def _answers(draft: Draft) -> None:
    for seen in draft.open:
        visit = visit_in(seen.name)
        if not seen.yes_no or draft.who is None and not draft.alone:
            continue
        coded = "label" if seen.coded else None
        if draft.repeats and draft.who is not None and not seen.constant_by(draft.who):
            draft.take(seen.name, Column(role="report", coded=coded), "yes or no, which differs between visits")
        elif visit is not None and visit.day:
            column = Column(role="report", name=visit.stem[:100].strip() or None, day=visit.day, coded=coded)
            draft.take(seen.name, column, f"yes or no at '{visit.label}', day {visit.day}")


def _courses(draft: Draft) -> None:
    """Settle what was taken, and why it was stopped."""
    for seen in draft.open:
        if seen.named("stop reason|reason|reason for stopping|reason for discontinuation|dcdecod|dcreascd"):
            draft.take(seen.name, Column(role="stop_reason"), "the heading says why a drug was stopped")
        elif seen.named("prescriptions|n prescriptions"):
            draft.take(seen.name, Column(role="prescriptions"), "the heading counts prescriptions")
        elif seen.named("drug|medication") and ({"start", "end"} & _roles(draft)):
            draft.take(seen.name, Column(role="drug"), "the heading says drug, and the sheet says when it was taken")
        elif seen.named("adverse event|ae term|aedecod|aeterm|event term"):
            draft.take(seen.name, Column(role="term"), "the heading names adverse events")
        elif seen.named(ARM) and len(seen.counts) == 1 and not seen.numeric:
            draft.drug = next(iter(seen.counts))
            draft.take(
                seen.name, Column(role="drug"), "the only treatment named: the index drug, from the index date on"
            )


def _rest(draft: Draft) -> None:
    for seen in draft.open:
        column, why = _remaining(draft, seen)
        draft.take(seen.name, column, why)


def _remaining(draft: Draft, seen: Seen) -> tuple[Column, str]:
    varies = draft.repeats and draft.who is not None and not seen.constant_by(draft.who)
    if is_free_text(seen):
        if may_tell_names(seen):
            draft.identifiers[seen.name] = FREE_TEXT
        why = "free text, or it identifies patients"
        return Column(role="ignore", why=why), f"{why}: {len(seen.counts)} different texts"
    if varies:
        why = "differs between a patient's rows and is no score that is known"
        return Column(role="ignore", why=why), f"{why}; describe it to use it"
    if (when := later(seen)) is not None:
        why = f"recorded after the index date, as '{when}' in the heading says, so that it is no baseline column"
        return Column(role="ignore", why=why), f"{why}; give it a role to use it"
    if seen.name == "tier" and set(seen.counts) <= set(TIERS):
        return Column(role="covariate"), "marks hypothetical additions, as in the five tables"
    if seen.name in TABLES["patients"]:
        return Column(role="covariate", name=f"{seen.name}_recorded"), "one value per patient"
    words = {str(key).removesuffix(".0"): str(label) for key, label in seen.values.items()}
    if seen.coded and not words:
        return Column(role="covariate", coded="label"), "one value per patient, a code with its label"
    if not seen.numeric and not words and formulas(seen):
        return _signs(seen)
    codes = _far_codes(seen) if seen.numeric and not words else ()
    why = "one value per patient" + (f"; {', '.join(codes)} taken for missing" if codes else "")
    doubt = "; '-' is read as missing: say under 'words' if it means negative" if minus_in_doubt(seen) else ""
    units = seen.units if seen.numeric else ()
    return Column(role="covariate", words=words, missing=codes, remove=units), why + doubt


def _signs(seen: Seen) -> tuple[Column, str]:
    """Give words to a column of + and ++; leave out another whose cells a spreadsheet would take for formulas."""
    if words := words_for_signs(seen):
        said = ", ".join(f"'{text}' is read as {meaning}" for text, meaning in words.items())
        return Column(role="covariate", words=words), f"one value per patient; {said}"
    why = "holds cells that begin like a spreadsheet formula"
    return Column(role="ignore", why=why), f"{why}; say their 'words' to use it"


def _far_codes(seen: Seen) -> tuple[str, ...]:
    """Codes for missing that stand far from all other values."""
    values = sorted(seen.numbers)
    gaps = [after - before for before, after in pairwise(values)]
    others = [value for value in values if value not in SUSPECT_CODES]
    if not gaps or not others:
        return ()
    spread = max(max(others) - min(others), 1)
    far = [v for v in values if v in SUSPECT_CODES and (v < min(others) - spread or v > max(others) + spread)]
    return tuple(f"{value:g}" for value in far)


def _about(drafts: list[Draft], sheets: Sheets) -> About:
    drug = next((draft.drug for draft in drafts if draft.drug), NOT_SAID)
    title, source = _printable(PurePath(sheets.file).stem), _printable(f"{sheets.file} ({sheets.kind})")
    return About(title=title or "Untitled", index_drug=_printable(drug) or NOT_SAID, source=source)


def _printable(text: str) -> str:
    """Keep what can stand in a mapping of a file's name or a cell."""
    return "".join(letter for letter in text if letter.isprintable())[:100].strip()


def _open_questions(mapping: Mapping) -> list[Unclear]:
    roles = {column.role for sheet in mapping.sheets.values() for column in sheet.columns.values()}
    asked = []
    if mapping.about.index_drug == NOT_SAID:
        asked.append(Unclear("the index drug is not known", 'Say "index_drug": "NAME" under "about".'))
    if not roles & {"index_date"}:
        how = (
            'Give a column {"role": "index_date"}; or, where only days count, "index_date": "2020-01-01" under "about".'
        )
        asked.append(Unclear("no column was taken for the index date", how))
    if not roles & {"score", "report", "answer"}:
        how = 'Give a column {"role": "score", "instrument": CODE, "day": DAY}, and describe a new score.'
        asked.append(Unclear("no column was taken for a score", how))
    return asked


STEPS: tuple[Callable[[Draft], None], ...] = (
    _join_site,
    _rows_alone,
    _leave_identifiers,
    _leave_imputed,
    _plain_names,
    _birth_age_sex,
    _adverse_events,
    _times,
    _split_dates,
    _answers,
    _scores,
    _visits_with_dates,
    _ask_of_same_days,
    _courses,
    _rest,
    _ask_of_repeats,
)
