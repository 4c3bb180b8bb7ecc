"""Sheets drawn with bars in tests, every cell as text, and mappings for them."""

import pandas as pd

from explorer.cohort.mapping.model import Mapping, Sheet
from explorer.cohort.readers.sheets import Sheets

ABOUT = {"title": "Drawn", "index_drug": "tralokinumab"}
DATED = ABOUT | {"index_date": "2022-06-01"}


def sheets(**drawn: str) -> Sheets:
    """Read drawn tables as the sheets of one file; the row below the heading is row 2, a blank cell is missing."""
    return Sheets("clinic.xlsx", "Excel workbook", {name: frame(text) for name, text in drawn.items()})


def frame(text: str) -> pd.DataFrame:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    read = pd.DataFrame(rows[1:], columns=rows[0], index=range(2, len(rows) + 1), dtype="str")
    return read.mask(read == "").astype(object)


def mapping(columns=None, about=None, others=None, sheet="Data", **rest) -> Mapping:
    """Map the columns of one sheet; what is not about its columns goes through as it is."""
    own = {key: rest.pop(key) for key in Sheet.model_fields if key in rest}
    mapped = {sheet: {"columns": columns or {}} | own} | (others or {})
    return Mapping.from_dict({"about": about or DATED, "sheets": mapped, **rest})
