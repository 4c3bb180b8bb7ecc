"""Does a draw reproduce every published figure? Judged from its event tables alone.

Knows the published facts, the as-published rules and scipy, and nothing of how the tables were made. Printed figures
are compared in exact fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd
from scipy import stats

from explorer.reconstruction.as_published import INSTRUMENTS, ITEMS, eligible_patients, improved
from explorer.reconstruction.facts import published
from explorer.reconstruction.significance import exact_signed_rank
from explorer.statistics.grim import prints_as

Tables = dict[str, pd.DataFrame]
# Pharmacies had the drug from 2022, two years into the published window.
FIRST_DATE, LAST_DATE = "2022-01-01", "2024-01-31"
SCALES = {"BSA": 100, "PPNRS": 10, "IGA": 4}
LEVEL = 0.05
KEYS = {
    "patients": ["patient_id"],
    "treatments": ["patient_id", "drug", "start_day"],
    "assessments": ["patient_id", "day", "instrument"],
    "reports": ["patient_id", "day", "item"],
    "adverse_events": ["patient_id", "drug", "term", "start_day"],
}


class Check(NamedTuple):
    """One thing looked at: its name, what was expected, what was found, and whether that will do."""

    name: str
    expected: str
    got: str
    passed: bool


def verify(tables: Tables, manifest: Mapping[str, Any]) -> list[Check]:
    """Check one draw against the published figures, in its own reading and mode.

    Parameters
    ----------
    tables : dict of str to DataFrame
        The five tables.
    manifest : mapping
        The draw's row of the manifest.

    Returns
    -------
    list of Check
        C1 to C16 as in the facts file, then S1 to S8 on the soundness of the tables.
    """
    wide = eligible_patients(tables)
    checks = [*_who(wide, manifest), *_scores(wide, manifest), *_reports(wide), *_events(tables, wide)]
    checks += [*_entry(tables, wide), *_soundness(tables, wide, manifest)]
    return sorted(checks, key=lambda check: (check.name[0], int(check.name[1:])))


def failures(checks: list[Check]) -> list[str]:
    """Return the names of the checks that failed."""
    return [check.name for check in checks if not check.passed]


def _one_of(name: str, got: int) -> Check:
    counts = published().counts(name)
    return Check(name, " or ".join(str(count) for count in counts), str(got), got in counts)


def _who(wide: pd.DataFrame, manifest: Mapping[str, Any]) -> Iterator[Check]:
    yield _one_of("C1", len(wide))
    yield _one_of("C2", int(wide["prior"].sum()))
    yield _one_of("C3", int(improved(wide, manifest["reading"])[wide["prior"]].sum()))
    # Of the median's odd number of values one is the middle, so exactness asks nothing of rounding.
    exposure = wide["exposure"].dropna().sort_values()
    yield _one_of("C12", int(exposure.iloc[len(exposure) // 2]) if len(exposure) % 2 else -1)


def _scores(wide: pd.DataFrame, manifest: Mapping[str, Any]) -> Iterator[Check]:
    available = manifest["iga_mode"] == "available"
    pairs = {each: wide[[f"{each}_before", f"{each}_after"]].dropna() for each in INSTRUMENTS}
    ends = {each: (pair.iloc[:, 0], pair.iloc[:, 1]) for each, pair in pairs.items()}
    if available:
        ends["IGA"] = wide["IGA_before"].dropna(), wide["IGA_after"].dropna()
    for name, instrument in zip(("C4", "C5", "C6"), INSTRUMENTS, strict=True):
        yield _means(name, *ends[instrument])
    p = {each: _p_values(pair.iloc[:, 1] - pair.iloc[:, 0]) for each, pair in pairs.items()}
    if available:
        p["IGA"].append(float(stats.ttest_ind(*ends["IGA"], equal_var=False).pvalue))
    largest, smallest = max(p["BSA"] + p["PPNRS"]), min(p["IGA"])
    yield Check("C7", f"largest p < {LEVEL}", f"{largest:.4f}", largest < LEVEL)
    yield Check("C8", f"smallest p >= {LEVEL}", f"{smallest:.4f}", smallest >= LEVEL)
    yield _clear(ends["IGA"][1], manifest)


def _means(name: str, before: pd.Series, after: pd.Series) -> Check:
    facts = {constraint.id: constraint for constraint in published().constraints}[name].facts
    shown = [published().fact(fact).value for fact in facts]
    means = [Fraction(int(scores.sum()), max(len(scores), 1)) for scores in (before, after)]
    got = " to ".join(f"{float(mean):.4f}" for mean in means)
    return Check(name, " to ".join(shown), got, all(map(prints_as, means, shown)))


def _p_values(change: pd.Series) -> list[float]:
    """Return the p values of every paired test that the source may have used."""
    values = change.to_numpy(dtype=int)
    return [
        float(stats.ttest_1samp(values, 0).pvalue),
        float(stats.wilcoxon(values, zero_method="wilcox", method="approx").pvalue),
        float(stats.wilcoxon(values, zero_method="pratt", method="approx").pvalue),
        exact_signed_rank(values),
    ]


def _clear(iga: pd.Series, manifest: Mapping[str, Any]) -> Check:
    shown = published().fact("iga_0_1").value
    count, of = int((iga <= 1).sum()), int(published().fact("patients").number)
    if not manifest["family"].endswith("49"):
        of = len(iga)
    return Check("C9", f"{shown} %", f"{count}/{of}", prints_as(Fraction(100 * count, max(of, 1)), shown))


def _reports(wide: pd.DataFrame) -> Iterator[Check]:
    yield _one_of("C10", int(wide["less_topical"].sum()))
    yield _one_of("C11", int(wide["fewer_flares"].sum()))


def _events(tables: Tables, wide: pd.DataFrame) -> Iterator[Check]:
    courses, events = tables["treatments"], tables["adverse_events"]
    left = courses[(courses["drug"] == "dupilumab") & (courses["stop_reason"] == "adverse_event")]
    leavers = set(left["patient_id"]) & set(wide.index)
    earlier = events[(events["drug"] == "dupilumab") & events["patient_id"].isin(leavers)]
    switched = earlier["patient_id"].map(left.groupby("patient_id")["end_day"].max()).clip(lower=0)
    resolved = (earlier["end_day"] > switched).fillna(False)
    both = set(earlier["term"]) == {"conjunctivitis", "head and neck dermatitis"}
    sound = bool(resolved.all()) and both and set(earlier["patient_id"]) == leavers
    allowed = _one_of("C13", len(leavers))
    yield allowed._replace(got=f"{len(leavers)}, {resolved.sum()} resolved", passed=allowed.passed and sound)
    eyes = events[(events["term"] == "conjunctivitis") & events["patient_id"].isin(wide.index)]
    now, before = (set(eyes.loc[eyes["drug"] == drug, "patient_id"]) for drug in ("tralokinumab", "dupilumab"))
    few, twice = _one_of("C14", len(now)), int(published().fact("conjunctivitis_recurrent").number)
    yield few._replace(got=f"{len(now)}, {len(now & before)} again", passed=few.passed and len(now & before) == twice)


def _entry(tables: Tables, wide: pd.DataFrame) -> Iterator[Check]:
    """Check entry patient by patient, over all who are not additions, so that one who dropped out shows."""
    core = tables["patients"].loc[tables["patients"]["tier"] != "hypothetical", ["patient_id", "index_date"]]
    entered = core["patient_id"].isin(wide.index)
    yield Check("C15", f"all {len(core)} enter", f"{entered.sum()}", bool(entered.all()))
    inside = core["index_date"].between(FIRST_DATE, LAST_DATE)
    yield Check("C16", f"all {len(core)} dates from 2022 to January 2024", f"{inside.sum()}", bool(inside.all()))


def _soundness(tables: Tables, wide: pd.DataFrame, manifest: Mapping[str, Any]) -> Iterator[Check]:
    added = int((wide["tier"] == "hypothetical").sum())
    yield Check("S1", "0 hypothetical among the eligible", str(added), added == 0)
    scores = tables["assessments"]
    off = int((~(scores["score"].between(0, scores["instrument"].map(SCALES)) & (scores["score"] % 1 == 0))).sum())
    yield Check("S2", "0 scores off their scale", str(off), off == 0)
    zero = int((wide["BSA_before"] == 0).sum())
    yield Check("S3", "0 baseline BSA of 0", str(zero), zero == 0)
    yield _event_timing(tables)
    tied = _tied_follow_ups(scores)
    yield Check("S5", "0 follow-up scores equally close to day 90", str(tied), tied == 0)
    yield _windows_bite(tables, wide)
    yield _manifest_agrees(wide, manifest)
    twice = sum(int(tables[name].duplicated(key).sum()) for name, key in KEYS.items())
    yield Check("S8", "0 rows with the key of another", str(twice), twice == 0)


def _event_timing(tables: Tables) -> Check:
    """Check that events arise during the drug, and come back only after they had gone."""
    courses = (
        tables["treatments"].groupby(["patient_id", "drug"]).agg(first=("start_day", "min"), last=("end_day", "max"))
    )
    ongoing = tables["treatments"][tables["treatments"]["end_day"].isna()].set_index(["patient_id", "drug"]).index
    events = tables["adverse_events"].join(courses, on=["patient_id", "drug"])
    after_end = (events["start_day"] > events["last"]).fillna(False)
    open_ended = pd.MultiIndex.from_frame(events[["patient_id", "drug"]]).isin(ongoing)
    astray = (events["start_day"] < events["first"]) | (after_end & ~open_ended)
    first, second = (events[events["drug"] == drug] for drug in ("dupilumab", "tralokinumab"))
    both = second.merge(first, on=["patient_id", "term"], suffixes=("", "_before"))
    too_soon = ~(both["end_day_before"] < both["start_day"]).fillna(False)
    wrong = int(astray.sum() + too_soon.sum())
    return Check("S4", "0 adverse events at an impossible time", str(wrong), wrong == 0)


def _tied_follow_ups(scores: pd.DataFrame) -> int:
    """Count follow-up scores as close to the target as the one picked."""
    inside = scores[scores["day"].between(30, 120)]
    far = (inside["day"] - 90).abs()
    closest = far.groupby([inside["patient_id"], inside["instrument"]]).transform("min")
    picked = inside[far == closest]
    return int(picked.duplicated(["patient_id", "instrument"]).sum())


def _windows_bite(tables: Tables, wide: pd.DataFrame) -> Check:
    """Check that a longer look-back, or a longer follow-up, pairs more patients in BSA and PP-NRS."""
    pairs = [
        _n_paired(rows.reindex(wide.index))
        for rows in (wide, eligible_patients(tables, look_back=200), eligible_patients(tables, until=300))
    ]
    more = all(pairs[0][each] < wider[each] for wider in pairs[1:] for each in ("BSA", "PPNRS"))
    got = ", ".join(f"{pair['BSA']} and {pair['PPNRS']}" for pair in pairs)
    return Check("S6", "more pairs in longer windows", got, more)


def _n_paired(wide: pd.DataFrame) -> dict[str, int]:
    return {each: len(wide[[f"{each}_before", f"{each}_after"]].dropna()) for each in INSTRUMENTS}


def _manifest_agrees(wide: pd.DataFrame, manifest: Mapping[str, Any]) -> Check:
    """Check the counts that the manifest states."""
    counted = {f"{each}_paired": n for each, n in _n_paired(wide).items()}
    for each in INSTRUMENTS:
        counted[f"{each}_baseline"] = int(wide[f"{each}_before"].notna().sum())
        counted[f"{each}_follow_up"] = int(wide[f"{each}_after"].notna().sum())
    counted |= {item: int(wide[item].sum()) for item in ITEMS}
    counted["iga_0_1"] = int((wide["IGA_after"] <= 1).sum())
    counted["naive_improved"] = int(improved(wide, manifest["reading"])[~wide["prior"]].sum())
    wrong = [f"{name} {n}, not {manifest[name]}" for name, n in counted.items() if n != manifest[name]]
    return Check("S7", "the manifest's counts", "; ".join(wrong) or "the same", not wrong)


def distinct(cohorts: Iterable[Tables]) -> bool:
    """Say whether no two draws have the same scores and reports, whoever bears them."""
    columns = [f"{each}_{side}" for each in INSTRUMENTS for side in ("before", "after")]
    seen = [
        tuple(sorted(eligible_patients(tables)[[*columns, *ITEMS]].astype(float).fillna(-1).itertuples(index=False)))
        for tables in cohorts
    ]
    return len(set(seen)) == len(seen)
