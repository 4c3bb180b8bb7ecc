"""The bundled cohort with its data moved, one thing at a time: what an honest key has to follow."""

from functools import cache

import pandas as pd

from explorer.bundled import bundled_cohort
from explorer.cohort.tables import TABLES, Cohort, build


@cache
def moved() -> dict[str, Cohort]:
    """Cohorts that differ from the bundled one in a single respect each."""
    return {
        "half of the patients": _of(frames(), lambda ids: ids[::2]),
        "nobody took the drug before": _with(treatments=lambda t: t[t["drug"] == "tralokinumab"]),
        "half did not take it": _with(treatments=_half_untreated),
        "everybody improved": _with(assessments=_fallen, reports=lambda t: t.assign(answer="yes")),
        "nobody improved": _with(assessments=_unchanged, reports=lambda t: t.assign(answer="no")),
        "everybody worsened": _with(assessments=_risen),
        "reports turned round": _with(reports=lambda t: t.assign(answer=t["answer"].map({"yes": "no", "no": "yes"}))),
        "events came back": _with(adverse_events=_again),
        "no event came back": _with(adverse_events=lambda t: t[t["drug"] == "dupilumab"]),
        "stopped for other reasons": _with(treatments=_reasons_turned),
        "every score is known": _with(assessments=_complete),
    }


def frames() -> dict[str, pd.DataFrame]:
    """The tables of the bundled cohort as plain frames."""
    held = bundled_cohort()
    found = {name: getattr(held, name).copy() for name in TABLES}
    found["reports"]["answer"] = found["reports"]["answer"].map({True: "yes", False: "no"})
    return {
        name: frame.astype(dict.fromkeys(frame.select_dtypes("category"), "object")) for name, frame in found.items()
    }


def _with(**changed) -> Cohort:
    tables = frames()
    return build(bundled_cohort().metadata, tables | {name: turn(tables[name]) for name, turn in changed.items()})


def _of(tables, choose) -> Cohort:
    kept = set(choose(list(tables["patients"]["patient_id"])))
    return build(bundled_cohort().metadata, {name: t[t["patient_id"].isin(kept)] for name, t in tables.items()})


def _half_untreated(table):
    some = set(table["patient_id"].unique()[::2])
    return table[(table["drug"] == "tralokinumab") | table["patient_id"].isin(some)]


def _fallen(table):
    return table.assign(score=table["score"].where(table["day"] <= 0, 0))


def _unchanged(table):
    before = table[table["day"] <= 0].drop_duplicates(["patient_id", "instrument"], keep="last")
    held = table.merge(before, on=["patient_id", "instrument"], how="left", suffixes=("", "_before"))
    return table.assign(score=held["score_before"].fillna(held["score"]).to_numpy())


def _risen(table):
    worst = table["instrument"].map({"BSA": 100, "PPNRS": 10, "IGA": 4})
    return table.assign(score=table["score"].where(table["day"] <= 0, worst))


def _again(table):
    before = table[table["drug"] == "dupilumab"]
    after = before.assign(drug="tralokinumab", start_day=10, end_day=20).drop_duplicates(["patient_id", "term"])
    return pd.concat([before, after])


def _reasons_turned(table):
    turned = {"inadequate_response": "adverse_event", "adverse_event": "inadequate_response"}
    return table.assign(stop_reason=table["stop_reason"].map(lambda reason: turned.get(reason, reason)))


def _complete(table):
    scores = table.pivot_table(index="patient_id", columns="instrument", values="score").mean()
    ids = table["patient_id"].unique()
    visits = [(who, day, code, scores[code]) for who in ids for day in (-1, 91) for code in scores.index]
    new = pd.DataFrame(visits, columns=["patient_id", "day", "instrument", "score"])
    new["score"] = new["score"].round()
    return pd.concat([table, new]).drop_duplicates(["patient_id", "day", "instrument"])
