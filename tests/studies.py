"""Small studies for tests, one field changed at a time."""

from typing import Any

from explorer.study.study import Study

BSA_50 = {"kind": "percent_improvement", "instrument": "BSA", "at_least": 50}


def study(**changes: Any) -> Study:
    """Return a plain study of everybody, response being BSA halved, with some fields changed."""
    fields = {
        "name": "Test",
        "index_drug": "tralokinumab",
        "prior_drug": "dupilumab",
        "eligibility": (),
        "baseline": {"from_day": -60, "to_day": 0, "pick": "last"},
        "follow_up": {"from_day": 30, "to_day": 120, "target_day": 90, "pick": "closest"},
        "response": {"rule": BSA_50},
        "missing": "observed",
    }
    return Study.model_validate(fields | changes)


def responding(rule: dict[str, Any], among: tuple[dict[str, Any], ...] = (), **changes: Any) -> Study:
    """Return a plain study with another response rule."""
    return study(response={"among": among, "rule": rule}, **changes)
