"""Conventional cut-offs of the scores: how much improvement, or which score, trials and registries call response.

They are marks to read a result against, from `cutoffs.csv` beside this module; none of them is applied by itself.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast

Measure = Literal["points", "percent", "score"]
"""Points of improvement; improvement in percent of the baseline score; the follow-up score itself."""


@dataclass(frozen=True)
class Cutoff:
    """A threshold in use elsewhere.

    Attributes
    ----------
    instrument : str
        Code of the score.
    measure : str
        What the threshold is laid on (see `Measure`).
    value : float
        In the instrument's unit, or percent.
    label : str
        What it is called.
    used_in, url : str
        Who uses it, and where that was read.
    note : str
        What to mind when comparing with it.
    """

    instrument: str
    measure: Measure
    value: float
    label: str
    used_in: str
    url: str
    note: str


@cache
def known_cutoffs() -> tuple[Cutoff, ...]:
    """Return every cut-off of the data file, in its order."""
    text = resources.files(__package__).joinpath("cutoffs.csv").read_text(encoding="utf-8")
    return tuple(_cutoff(cells) for cells in csv.DictReader(text.splitlines()))


def cutoffs(instrument: str, measure: Measure) -> tuple[Cutoff, ...]:
    """Return the cut-offs of one score and one measure, the least value first; none where none was sourced."""
    held = [each for each in known_cutoffs() if (each.instrument, each.measure) == (instrument, measure)]
    return tuple(sorted(held, key=lambda each: each.value))


def _cutoff(cells: dict[str, str]) -> Cutoff:
    texts = {column: cells[column] for column in ("instrument", "label", "used_in", "url", "note")}
    return Cutoff(measure=cast("Measure", cells["measure"]), value=float(cells["value"]), **texts)
