"""Published rows drawn for tests."""

from dataclasses import replace

from explorer.literature.studies import Finding, literature

ERASMUS = next(row for row in literature() if row.row_id == "L030")


def finding(name: str, k: int | None, n: int | None, **changes: object) -> Finding:
    """A row of a study of its own: tralokinumab after dupilumab, IGA 0 or 1 at week 16, the observed counted."""
    usual = {
        "row_id": name,
        "study_id": name,
        "study": name,
        "k": k,
        "n": n,
        "value": None if k is None or n is None else 100 * k / n,
        "outcome": "IGA_0_1",
        "prior": "all",
        "weeks": 16.0,
        "time": "week 16",
        "missing_rule": "observed",
        "read_from": "abstract",
        "may_overlap": (name,),
        "definition": "IGA01_2PT",
    }
    return replace(ERASMUS, **usual | changes)
