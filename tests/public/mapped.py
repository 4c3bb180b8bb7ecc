"""The public files read as they are: by the guess, with only what a user would add or correct."""

from explorer.cohort.mapping.guess import guess
from explorer.cohort.mapping.model import Column, Mapping, Scale, Sheet
from explorer.cohort.readers.sheets import Sheets, read_sheets
from tests.reference_cases import shared

NO_DATES = "2020-01-01"
"""Index date of cohorts that are published without dates."""


def raw(file: str) -> Sheets:
    path = shared("data", file)
    return read_sheets(path, path.name)


def corrected(
    sheets: Sheets,
    columns: dict[str, dict] | None = None,
    about: dict | None = None,
    instruments: dict[str, dict] | None = None,
    visits: dict[str, int] | None = None,
    **sheet,
) -> Mapping:
    """The guess, with columns, instruments and visits put right and the questions answered."""
    guessed = guess(sheets).mapping
    (name,) = guessed.sheets
    changed = {column: Column(**held) for column, held in (columns or {}).items()}
    used = guessed.sheets[name].replace(columns=guessed.sheets[name].columns | changed, **sheet)
    described = {code: Scale(code=code, **held) for code, held in (instruments or {}).items()}
    kept = {scale.code: scale.replace(direction="lower is better") for scale in guessed.instruments} | described
    said = {"index_drug": "study drug", "index_date": NO_DATES} | (about or {})
    return guessed.replace(
        about=guessed.about.replace(**said),
        sheets={name: Sheet.model_validate(used.model_dump(exclude_defaults=True) | {"columns": used.columns})},
        instruments=tuple(kept.values()),
        visits=guessed.visits | (visits or {}),
    )
