"""One study after another in plain pandas, scipy and statsmodels: what to compare a multiverse with."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from explorer.cohort.tables import Cohort
from explorer.study.response import AllOf, AnyOf, PercentImprovement, PointImprovement, Reported, Rule, ScoreAtMost
from explorer.study.study import Study
from explorer.study.windows import Window

KEY = ["patient_id", "instrument"]


class PlainStudies:
    """A cohort as an analyst would hold it for a loop over studies: one wide table for each pair of windows."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort, self.tables = cohort, {}

    def run(self, study: Study) -> dict[str, Any]:
        """Return the response and the change of every score under one study."""
        table = self._wide(study)
        for criterion in study.eligibility:
            table = table[_met(table, criterion)]
        eligible, among = table, table
        for criterion in study.response.among:
            among = among[_met(among, criterion)]
        verdict = _verdict(among, study.response.rule, "1")
        if study.missing.kind == "last_observation":
            verdict = _verdict(among, study.response.rule, "c")
        counted = verdict.fillna(False) if study.missing.kind == "non_responder" else verdict.dropna()
        k, n = int(counted.sum()), len(counted)
        low, high = proportion_confint(k, n, method="wilson") if n else (np.nan, np.nan)
        change = {code: _change(eligible, code) for code in self.cohort.instruments}
        return {
            "n_eligible": len(eligible),
            "n_among": len(among),
            "n_evaluable": n,
            "n_responders": k,
            "ci_low": low,
            "ci_high": high,
            "change": change,
        }

    def _wide(self, study: Study) -> pd.DataFrame:
        key = (study.baseline, study.follow_up)
        if key not in self.tables:
            self.tables[key] = _wide(self.cohort, *key)
        return self.tables[key]


def _wide(cohort: Cohort, baseline: Window, follow_up: Window) -> pd.DataFrame:
    table = cohort.patients[cohort.patients["tier"] != "hypothetical"].set_index("patient_id")
    carried = Window(from_day=baseline.from_day, to_day=follow_up.from_day - 1, pick="last")
    before, after, earlier = (_picked(cohort.assessments, window) for window in (baseline, follow_up, carried))
    for name, picked in (("0", before), ("1", after), ("e", earlier)):
        table = table.join(picked.add_suffix(name))
    for code in cohort.instruments:
        table[f"{code}c"] = table[f"{code}1"].fillna(table[f"{code}e"])
    table = table.join(_answers(cohort.reports, follow_up))
    for drug in cohort.drugs:
        table = table.join(_courses(cohort, drug).add_prefix(f"{drug} "))
    return table


def _picked(scores: pd.DataFrame, window: Window) -> pd.DataFrame:
    held = scores[scores["day"].between(window.from_day, window.to_day)]
    if window.pick == "mean":
        chosen = held.groupby(KEY, observed=True, as_index=False)["score"].mean()
    elif window.pick in ("best", "worst"):
        chosen = held.sort_values(["score", "day"], ascending=[window.pick == "best", True]).drop_duplicates(KEY)
    elif window.pick == "closest":
        held = held.assign(distance=(held["day"] - window.target_day).abs())
        chosen = held.sort_values(["distance", "day"]).drop_duplicates(KEY)
    else:
        chosen = held.sort_values("day").drop_duplicates(KEY, keep=window.pick)
    return chosen.pivot(index="patient_id", columns="instrument", values="score")


def _answers(reports: pd.DataFrame, window: Window) -> pd.DataFrame:
    middle = (window.from_day + window.to_day) / 2 if window.target_day is None else window.target_day
    held = reports[reports["day"].between(window.from_day, window.to_day)]
    held = held.assign(distance=(held["day"] - middle).abs()).sort_values(["distance", "day"])
    wide = held.drop_duplicates(["patient_id", "item"]).pivot(index="patient_id", columns="item", values="answer")
    return wide.astype("boolean")


def _courses(cohort: Cohort, drug: str) -> pd.DataFrame:
    rows = cohort.treatments[cohort.treatments["drug"] == drug].sort_values("start_day")
    if drug != cohort.metadata.index_drug:
        rows = rows[rows["start_day"] < 0]
    by = rows.assign(days=rows["end_day"].fillna(0) - rows["start_day"]).groupby("patient_id", observed=True)
    return pd.DataFrame(
        {"days": by["days"].sum(), "prescriptions": by["prescriptions"].sum(), "reason": by["stop_reason"].last()}
    )


def _met(table: pd.DataFrame, criterion: Any) -> pd.Series:
    match criterion.kind:
        case "index_date":
            return table["index_date"].between(str(criterion.from_ or "1900-01-01"), str(criterion.to or "2100-01-01"))
        case "age":
            return table["age"].between(criterion.from_ or 0, criterion.to or 130)
        case "prescriptions":
            given = table[f"{criterion.drug} prescriptions"]
            return given.between(criterion.at_least or 0, criterion.at_most or np.inf)
        case "follow_up_scores":
            return table[[f"{code}1" for code in criterion.instruments]].notna().sum(axis=1) >= criterion.at_least
        case "patient_report":
            items = [column for column in table if column in ("fewer_flares", "less_topical", "overall_benefit")]
            return table[items].notna().sum(axis=1) >= criterion.at_least
        case "baseline_score":
            score = table[f"{criterion.instrument}0"]
            low = -np.inf if criterion.at_least is None else criterion.at_least
            return score.between(low, np.inf if criterion.at_most is None else criterion.at_most)
        case "prior_treatment":
            met = table[f"{criterion.drug} days"].notna()
            if criterion.min_days is not None:
                met &= table[f"{criterion.drug} days"] >= criterion.min_days
            if criterion.stop_reasons is not None:
                met &= table[f"{criterion.drug} reason"].isin(criterion.stop_reasons)
            return met
    raise NotImplementedError(criterion.kind)


def _verdict(table: pd.DataFrame, rule: Rule, at: str) -> pd.Series:
    """Judge by three-valued logic, as pandas' `boolean` columns combine."""
    match rule:
        case AnyOf():
            return reduce(lambda one, other: one | other, [_verdict(table, part, at) for part in rule.rules])
        case AllOf():
            return reduce(lambda one, other: one & other, [_verdict(table, part, at) for part in rule.rules])
        case Reported():
            return table[rule.item].astype("boolean")
    before, after = table[f"{rule.instrument}0"], table[f"{rule.instrument}{at}"]
    match rule:
        case ScoreAtMost():
            met = (after <= rule.score).astype("boolean").mask(after.isna())
        case PercentImprovement():
            share = 100 * (before - after) / before.where(before > 0)
            met = _beyond(share, rule)
        case PointImprovement():
            met = _beyond(before - after, rule)
        case _:
            raise NotImplementedError(rule.kind)
    if rule.baseline_at_least is None:
        return met
    return met & (before >= rule.baseline_at_least).astype("boolean").mask(before.isna())


def _beyond(amount: pd.Series, rule: Any) -> pd.Series:
    met = amount >= rule.at_least if rule.at_least is not None else amount > rule.more_than
    return met.astype("boolean").mask(amount.isna())


def _change(table: pd.DataFrame, code: str) -> dict[str, float]:
    both = table[[f"{code}0", f"{code}1"]].dropna()
    difference = both[f"{code}1"] - both[f"{code}0"]
    if len(both) < 2:
        return {"n_paired": len(both), "p_t": np.nan}
    test = stats.ttest_rel(both[f"{code}1"], both[f"{code}0"])
    low, high = test.confidence_interval(0.95)
    return {
        "n_paired": len(both),
        "mean_change": difference.mean(),
        "sd_change": difference.std(),
        "ci_low": low,
        "ci_high": high,
        "p_t": test.pvalue,
    }
