"""The as-published rules, applied to event tables with nothing but pandas.

Written apart from the code that makes the tables, and from the explorer's own engine, so that agreement between
them means something.
"""

from __future__ import annotations

import pandas as pd

from explorer.reconstruction.facts import published

INSTRUMENTS = ["BSA", "PPNRS", "IGA"]
ITEMS = ["fewer_flares", "less_topical", "overall_benefit"]
LOOK_BACK, WINDOW, TARGET, ADULT = 60, (30, 120), 90, 18


def eligible_patients(
    tables: dict[str, pd.DataFrame], look_back: int = LOOK_BACK, until: int = WINDOW[1]
) -> pd.DataFrame:
    """Return whoever the as-published rules let in, one row each.

    Parameters
    ----------
    tables : dict of str to DataFrame
        The five tables of one draw.
    look_back : int
        Days before day 0 in which a baseline score counts.
    until : int
        Last day on which a follow-up score or report counts.

    Returns
    -------
    DataFrame, indexed by patient_id
        `tier`, `index_date`, `age`, `prescriptions`; `BSA_before`, `BSA_after` and so on, missing where not
        recorded; `fewer_flares` and so on, true, false or missing; `prior` and `exposure` in days.
    """
    patients = tables["patients"].set_index("patient_id")[["tier", "index_date", "age"]]
    courses = tables["treatments"]
    wide = patients.join([_scores(tables["assessments"], look_back, until), _answers(tables["reports"], until)])
    on_index = courses[courses["drug"] == "tralokinumab"]
    wide["prescriptions"] = on_index.groupby("patient_id")["prescriptions"].sum().reindex(wide.index, fill_value=0)
    wide["exposure"] = _exposure(courses).reindex(wide.index)
    wide["prior"] = wide["exposure"].notna()
    return wide[_meets_the_rules(wide)]


def _meets_the_rules(wide: pd.DataFrame) -> pd.Series:
    facts = published()
    first, last = (pd.Period(facts.fact(f"window_{end}").value) for end in ("start", "end"))
    return (
        wide["index_date"].between(str(first.start_time.date()), str(last.end_time.date()))
        & (wide["age"] >= ADULT)
        & (wide["prescriptions"] >= int(facts.fact("prescriptions").number))
        & wide[[f"{instrument}_after" for instrument in INSTRUMENTS]].notna().any(axis=1)
        & wide[ITEMS].notna().any(axis=1)
    )


def _scores(assessments: pd.DataFrame, look_back: int, until: int) -> pd.DataFrame:
    """Pick each baseline (the last in the look-back) and follow-up (the closest to the target), side by side."""
    before = assessments[assessments["day"].between(-look_back, 0)].sort_values("day")
    before = before.drop_duplicates(["patient_id", "instrument"], keep="last")
    after = _closest(assessments, until).drop_duplicates(["patient_id", "instrument"])
    sides = {
        f"{instrument}_{side}": rows[rows["instrument"] == instrument].set_index("patient_id")["score"]
        for side, rows in (("before", before), ("after", after))
        for instrument in INSTRUMENTS
    }
    return pd.DataFrame(sides)


def _answers(reports: pd.DataFrame, until: int) -> pd.DataFrame:
    """Pick each answer closest to the target."""
    picked = _closest(reports, until).drop_duplicates(["patient_id", "item"])
    answers = picked.assign(yes=picked["answer"] == "yes").pivot(index="patient_id", columns="item", values="yes")
    return answers.reindex(columns=ITEMS).astype("boolean")


def _closest(rows: pd.DataFrame, until: int) -> pd.DataFrame:
    """Return the rows in the follow-up window, those closest to the target first and the earlier of two."""
    inside = rows[rows["day"].between(WINDOW[0], until)]
    return inside.assign(far=(inside["day"] - TARGET).abs()).sort_values(["far", "day"])


def _exposure(courses: pd.DataFrame) -> pd.Series:
    """Sum the days of each patient's dupilumab courses, an ongoing one ending on day 0."""
    prior = courses[courses["drug"] == "dupilumab"]
    return (prior["end_day"].fillna(0) - prior["start_day"]).groupby(prior["patient_id"]).sum()


def improved(wide: pd.DataFrame, reading: str) -> pd.Series:
    """Say who improved in one reading of "objective scores or patient-reported benefit".

    Parameters
    ----------
    wide : DataFrame
        As `eligible_patients` returns it.
    reading : str
        `thr`: BSA halved, PP-NRS down 4 points, IGA down to 1 or less, or overall benefit; `mid`: the same
        scores, or any report; `any`: any score down, or any report.

    Returns
    -------
    Series of bool, indexed by patient_id
        False where nothing is known to have improved.
    """
    fall = {each: wide[f"{each}_before"] - wide[f"{each}_after"] for each in INSTRUMENTS}
    if reading == "any":
        scored = (pd.DataFrame(fall) > 0).any(axis=1)
    else:
        halved = 2 * wide["BSA_after"] <= wide["BSA_before"]
        scored = halved | (fall["PPNRS"] >= 4) | ((wide["IGA_after"] <= 1) & (fall["IGA"] >= 1))
    reports = wide[["overall_benefit"] if reading == "thr" else ITEMS]
    return scored | reports.fillna(False).any(axis=1).astype(bool)
