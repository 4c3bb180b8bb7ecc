"""Five patients and a few definitions whose rates are counted by hand."""

import dataclasses

from explorer.multiverse.grid import Grid
from tests.studies import BSA_50, study
from tests.tables import cohort

SCORES = """
        patient_id | day | instrument | score
        P1         | -5  | BSA        | 40
        P1         | 90  | BSA        | 10
        P2         | -5  | BSA        | 40
        P2         | 90  | BSA        | 20
        P3         | -5  | BSA        | 40
        P3         | 90  | BSA        | 30
        P4         | -5  | BSA        | 40
        P5         | -5  | BSA        | 20
        P5         | 90  | BSA        | 10
    """
FIVE = cohort(patients="patient_id\n P1\n P2\n P3\n P4\n P5", assessments=SCORES)
"""BSA falls by 75 %, 50 %, 25 % and 50 %; P4 has no follow-up, P5 begins with less than the others."""
AGED = cohort(patients="patient_id | age\n P1 | 50\n P2 | 50\n P3 | 50\n P4 | 50\n P5 | 70", assessments=SCORES)
"""The five, of whom the last is older than the others."""

BASE = study(missing="non_responder")

ENTRY = {
    "field": "eligibility",
    "name": "Severity",
    "kind": "baseline_score",
    "about": "BSA",
    "options": [
        {"label": "anybody"},
        {"label": "BSA 30", "criteria": [{"kind": "baseline_score", "instrument": "BSA", "at_least": 30}]},
    ],
}
MISSING = {
    "field": "missing",
    "name": "Unknown outcomes",
    "options": [{"label": "failures", "missing": "non_responder"}, {"label": "left out", "missing": "observed"}],
}
THRESHOLD = {
    "field": "threshold",
    "name": "BSA asked for",
    "kind": "percent_improvement",
    "about": "BSA",
    "options": [{"label": "50 %", "at_least": 50}, {"label": "75 %", "at_least": 75}],
}
RULE = {
    "field": "rule",
    "name": "Rule",
    "options": [
        {"label": "BSA by percent", "rule": BSA_50},
        {"label": "BSA low", "rule": {"kind": "score_at_most", "instrument": "BSA", "score": 10}},
    ],
}
# Of anybody 3/5 and, with the unknown left out, 3/4; of BSA 30 it is 2/4 and 2/3. 75 % leaves 1/5, 1/4, 1/4, 1/3.


def grid(*decisions, base=BASE, forbidden=()):
    held = {"name": "five", "base": base.to_dict(), "decisions": list(decisions), "forbidden": list(forbidden)}
    return Grid.model_validate(held)


def real(held):
    """The same cohort, said to be of patients."""
    return dataclasses.replace(held, metadata=dataclasses.replace(held.metadata, synthetic=False))
