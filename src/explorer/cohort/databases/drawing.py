"""From the rows that crossed to the five tables, with a note of everything that was left out or taken for something."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from explorer.cohort.databases.extract import Extract
from explorer.cohort.databases.scores import COUNTED, Wanted
from explorer.cohort.findings import shown
from explorer.cohort.readers.limits import refusal

# https://athena.ohdsi.org, domain "Gender". Any other concept, 0 among them, is not known.
SEXES = {8507: "male", 8532: "female", 8521: "other"}
OLDEST = 120
EPOCH = pd.Timestamp("1970-01-01")
TEXTS_SHOWN = 5
SAME_DAY = {"mean": "mean", "lowest": "lowest", "highest": "highest", None: "mean"}


def patients(people: pd.DataFrame, extract: Extract, notes: list[str]) -> pd.DataFrame:
    """Return the table `patients`, its index the person ids; who is not in `person` is left out."""
    known = people[people["in_person"].astype(bool)].sort_values("person_id").set_index("person_id")
    _note(notes, len(people) - len(known), "people took the index drug but are not in 'person'; they were left out")
    age = known["age"].astype("float64")
    possible = age.between(0, OLDEST)
    _note(notes, int((~possible & age.notna()).sum()), f"ages below 0 or above {OLDEST} were taken for unknown")
    _note(notes, int(known["only_year"].sum()), "ages are differences of years: only the year of birth is known")
    sex = known["gender_concept_id"].astype("Int64").map(SEXES)
    _note(notes, int(sex.isna().sum()), "people have no gender concept for female, male or other; their sex is unknown")
    number = known.index.astype("str") if extract.keep_person_id else [f"P{place + 1}" for place in range(len(known))]
    return pd.DataFrame(
        {
            "patient_id": np.asarray(number, dtype=object),
            "index_date": EPOCH + pd.to_timedelta(known["index_day"].astype("int64"), unit="D"),
            "age": age.where(possible),
            "sex": sex.astype("str"),
        },
        index=known.index,
    )


def treatments(courses: pd.DataFrame, who: pd.Series, extract: Extract, notes: list[str]) -> pd.DataFrame:
    """Return the table `treatments`.

    A course that nobody was seen long enough after to know that it ended is ongoing: fewer days of observation follow
    than `gap_days` and one.
    """
    kept = courses[courses["person_id"].isin(who.index)]
    reason = kept["stop_reason"].map(extract.stop_reasons, na_action="ignore")
    _note_reasons(notes, kept["stop_reason"][reason.isna()].dropna())
    _note(notes, int(kept["no_end"].sum()), "exposures have neither an end nor days of supply; each counts as one day")
    _note(notes, int(kept["backwards"].sum()), "exposures end before they begin; each counts as one day")
    seen = kept["seen_until"].astype("float64")
    end = kept["end_day"].astype("float64")
    ongoing = (seen - end <= extract.gap_days) & reason.isna()
    _note(notes, int(ongoing.sum()), "courses count as ongoing: observation ends too soon after their last exposure")
    _note(
        notes,
        int(seen.isna().sum()),
        "courses belong to people without 'observation_period': their ends stand as given",
    )
    names = [drug.name for drug in extract.drugs]
    return pd.DataFrame(
        {
            "patient_id": kept["person_id"].map(who),
            "drug": kept["drug"].map(dict(enumerate(names))),
            "start_day": kept["start_day"],
            "end_day": end.mask(ongoing),
            "prescriptions": kept["prescriptions"],
            "stop_reason": reason.astype("str"),
        }
    )


def values(
    days: pd.DataFrame, wanted: Mapping[str, Wanted], extract: Extract, name: str, notes: list[str]
) -> pd.DataFrame:
    """Return one value per person, score and day.

    Parameters
    ----------
    days : DataFrame
        From `scores.by_day`.
    wanted : mapping of str to Wanted
    extract : Extract
    name : str
        What the database is called in messages.
    notes : list of str
        Takes what was done.

    Returns
    -------
    DataFrame
        `person_id`, `score` (its code), `day`, `value`.

    Raises
    ------
    CohortError
        Where values of one day differ and the extract does not say which counts.
    """
    codes = list(wanted)
    differ = days["lowest"] != days["highest"]
    if differ.any() and extract.same_day is None:
        which = ", ".join(codes[place] for place in sorted(days.loc[differ, "score"].unique()))
        what = f"on {differ.sum()} of {len(days)} days one person has different values of a score ({which})"
        raise refusal(name, what, 'Say which counts: same_day = "mean", "lowest" or "highest".')
    _note(notes, int(differ.sum()), f"days hold different values of one score; the {extract.same_day} counts")
    times = pd.Series([each.score.times for each in wanted.values()], dtype="float64")
    return pd.DataFrame(
        {
            "person_id": days["person_id"],
            "score": days["score"].map(dict(enumerate(codes))),
            "day": days["day"],
            # Equal values must stay exact: the mean of three 0.1 is not 0.1.
            "value": days[SAME_DAY[extract.same_day]].where(differ, days["lowest"]) * days["score"].map(times),
        }
    )


def assessments(found: pd.DataFrame, who: pd.Series, extract: Extract, name: str, notes: list[str]) -> pd.DataFrame:
    """Return the table `assessments`.

    Raises
    ------
    CohortError
        Where a value lies outside its instrument's range, unless the extract leaves such values out.
    """
    kept = found[found["person_id"].isin(who.index)]
    outside = pd.Series(False, index=kept.index)
    for code, rows in kept.groupby("score"):
        scale = extract.known[str(code)]
        beyond = ~rows["value"].between(scale.range_min, scale.range_max)
        if beyond.any():
            low, high = rows.loc[beyond, "value"].agg(["min", "max"])
            what = (
                f"{beyond.sum()} of {len(rows)} values of {code} lie outside {scale.range_min:g} to "
                f"{scale.range_max:g} ({low:g} to {high:g})"
            )
            if extract.outside_range == "refuse":
                raise refusal(name, what, 'Correct its range, unit or times; or say outside_range = "leave out".')
            notes.append(f"{what}; they were left out.")
        outside |= beyond.reindex(kept.index, fill_value=False)
    inside = kept[~outside]
    return pd.DataFrame(
        {
            "patient_id": inside["person_id"].map(who),
            "day": inside["day"],
            "instrument": inside["score"],
            "score": inside["value"],
        }
    )


def note_fates(
    fates: pd.DataFrame, wanted: Mapping[str, Wanted], units: Mapping[int, str], name: str, notes: list[str]
) -> None:
    """Note why rows of a score did not count, and refuse a score in several units.

    Raises
    ------
    CohortError
        Where the rows that count are in more than one unit.
    """
    for place, (code, each) in enumerate(wanted.items()):
        own = fates[fates["score"] == place]
        counted = own[own["fate"] == COUNTED]
        if each.score.unit is None:
            _refuse_units(counted.groupby("unit")["n"].sum(), units, code, name)
        if counted.empty:
            notes.append(f"{code}: no row counts on days {each.from_day} to {each.to_day}.")
        for fate, rows in own[own["fate"] != COUNTED].groupby("fate")["n"].sum().items():
            notes.append(f"{code}: {rows} rows {fate} were left out.")


def _refuse_units(counts: pd.Series, units: Mapping[int, str], code: str, name: str) -> None:
    # Concept 0 is "no matching concept": a unit that is not known, as an empty cell is.
    named = {int(unit): int(n) for unit, n in zip(counts.index, counts, strict=True) if unit != 0}
    if len(named) > 1:
        listed = ", ".join(f"{unit} {shown(units.get(unit, '?'))} ({n} rows)" for unit, n in sorted(named.items()))
        remedy = f"Choose one: [scores.{code}] with concepts = [...] and unit = {min(named)}, say."
        raise refusal(name, f"{code} is recorded in several units: {listed}", remedy)


def last_values(found: pd.DataFrame, name: str) -> pd.Series:
    """Return each person's last value of a measured covariate."""
    own = found[found["score"] == name].sort_values("day")
    return own.groupby("person_id")["value"].last()


def adverse_events(
    events: pd.DataFrame, courses: pd.DataFrame, who: pd.Series, extract: Extract, notes: list[str]
) -> pd.DataFrame:
    """Return the table `adverse_events`: what began on or after day 0 under the index drug, before it under the prior.

    An event before day 0 counts only while the person was on the prior drug.
    """
    kept = events[events["person_id"].isin(who.index)].reset_index(drop=True)
    before = kept["day"] < 0
    under_prior = before & kept.index.isin(_during_prior(kept[before], courses))
    _note(notes, int((before & ~under_prior).sum()), "events lie before day 0 and outside the prior drug; left out")
    counted = kept[~before | under_prior]
    prior = extract.prior_drug.name if extract.prior_drug else ""
    end = counted["end_day"].astype("float64")
    backwards = end < counted["day"]
    _note(notes, int(backwards.sum()), "events end before they begin; their end was taken for unknown")
    return pd.DataFrame(
        {
            "patient_id": counted["person_id"].map(who),
            "drug": np.where(counted["day"] < 0, prior, extract.index_drug.name),
            "term": counted["term"].map(dict(enumerate(extract.adverse_events))),
            "start_day": counted["day"],
            "end_day": end.mask(backwards),
        }
    )


def _during_prior(events: pd.DataFrame, courses: pd.DataFrame) -> list[int]:
    """Return which rows lie within a course of the prior drug of the same person."""
    prior = courses.loc[courses["drug"] == 1, ["person_id", "start_day", "end_day"]]
    met = events.reset_index().merge(prior, on="person_id", suffixes=("", "_course"))
    within = (met["day"] >= met["start_day"]) & (met["day"] < met["end_day_course"])
    return [int(row) for row in met.loc[within, "index"]]


def _note(notes: list[str], count: int, what: str) -> None:
    if count:
        notes.append(f"{count} {what}.")


def _note_reasons(notes: list[str], texts: pd.Series) -> None:
    if len(texts):
        most = [f"{shown(text)} ({n})" for text, n in texts.value_counts().head(TEXTS_SHOWN).items()]
        notes.append(
            f"{len(texts)} courses have a stop reason that [stop_reasons] does not translate: {', '.join(most)}."
        )
