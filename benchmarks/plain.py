"""The as-published analysis written plainly in pandas, as an analyst would in a notebook: what to compare with."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from explorer.cohort.tables import Cohort

SCORES = ("BSA", "PPNRS", "IGA")
KEY = ["patient_id", "instrument"]


def plain_analysis(cohort: Cohort, bsa_percent: float = 50) -> dict[str, Any]:
    """Return the figures of the as-published study, with the same meaning as the keys of `analyse`."""
    table = _wide(cohort)
    eligible = _eligible(cohort, table)
    table = table[eligible]
    prior = table[table["exposure"].notna()]
    met = _responders(prior, bsa_percent)
    k, n = int(met.sum()), len(prior)
    return {
        "n_eligible": len(table),
        "n_responders": k,
        "n_among": n,
        "ci": proportion_confint(k, n, method="wilson"),
        "exposure_median": float(prior["exposure"].median()),
        "change": {code: _change(table, code) for code in SCORES},
        "reports": {item: int((table[item] == True).sum()) for item in cohort.items},
        "by_sex": met.groupby(prior["sex"], observed=True).agg(["sum", "size"]).to_dict("index"),
        "events": cohort.adverse_events[cohort.adverse_events["patient_id"].isin(table.index)]
        .groupby(["drug", "term"], observed=True)["patient_id"]
        .nunique()
        .to_dict(),
    }


def _wide(cohort: Cohort) -> pd.DataFrame:
    """Put everything the rules ask for into one row per patient."""
    scores = cohort.assessments
    baseline = scores[scores["day"].between(-60, 0)].sort_values("day").drop_duplicates(KEY, keep="last")
    follow_up = scores[scores["day"].between(30, 120)].assign(distance=lambda rows: (rows["day"] - 90).abs())
    follow_up = follow_up.sort_values(["distance", "day"]).drop_duplicates(KEY)
    reports = cohort.reports[cohort.reports["day"].between(30, 120)]
    reports = reports.assign(distance=(reports["day"] - 90).abs()).sort_values(["distance", "day"])
    answers = reports.drop_duplicates(["patient_id", "item"]).pivot(index="patient_id", columns="item", values="answer")
    dupilumab = cohort.treatments[cohort.treatments["drug"] == "dupilumab"]
    days = (dupilumab["end_day"].fillna(0) - dupilumab["start_day"]).groupby(dupilumab["patient_id"], observed=True)
    given = cohort.treatments[cohort.treatments["drug"] == "tralokinumab"]
    table = cohort.patients.set_index("patient_id")
    for name, picked in (("0", baseline), ("1", follow_up)):
        table = table.join(picked.pivot(index="patient_id", columns="instrument", values="score").add_suffix(name))
    table = table.join(answers).join(days.sum().rename("exposure"))
    return table.join(given.groupby("patient_id", observed=True)["prescriptions"].sum().rename("prescriptions"))


def _eligible(cohort: Cohort, table: pd.DataFrame) -> pd.Series:
    dates = table["index_date"].between("2019-01-01", "2024-01-31")
    followed = table[[f"{code}1" for code in SCORES]].notna().any(axis=1)
    reported = table[list(cohort.items)].notna().any(axis=1)
    enough = table["prescriptions"] >= 2
    return dates & (table["age"] >= 18) & enough & followed & reported & (table["tier"] != "hypothetical")


def _responders(table: pd.DataFrame, bsa_percent: float) -> pd.Series:
    halved = 100 * (table["BSA0"] - table["BSA1"]) / table["BSA0"] >= bsa_percent
    itch = table["PPNRS0"] - table["PPNRS1"] >= 4
    clear = (table["IGA1"] <= 1) & (table["IGA0"] - table["IGA1"] >= 1)
    reported = (table[["fewer_flares", "less_topical", "overall_benefit"]] == True).any(axis=1)
    return halved | itch | clear | reported


def _change(table: pd.DataFrame, code: str) -> dict[str, float]:
    both = table[[f"{code}0", f"{code}1"]].dropna()
    before, after = both[f"{code}0"], both[f"{code}1"]
    test = stats.ttest_rel(after, before)
    return {
        "n_paired": len(both),
        "mean_change": float((after - before).mean()),
        "p_t": float(test.pvalue),
        "p_wilcoxon": float(stats.wilcoxon(after - before, zero_method="pratt", correction=False).pvalue),
        "n_improved": int((after < before).sum()),
        "available_baseline_mean": float(table[f"{code}0"].mean()),
        "share_better": float(np.mean(after < before)),
    }
