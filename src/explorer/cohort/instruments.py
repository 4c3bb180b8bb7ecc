"""The catalogue of scores: range, step, direction, severity bands, MCID, and where each was read.

The catalogue is a data file, `instruments.csv` beside this module (package data, so that it is found from a source
checkout and from an installed package alike). A cohort may bring further instruments in a file of the same columns.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LOWER, HIGHER = "lower is better", "higher is better"
BAND = re.compile(r"(?P<name>.+?) (?P<low>-?[\d.]+) to (?P<high>-?[\d.]+)")


@dataclass(frozen=True)
class Band:
    """A named stretch of a scale, both ends included: mild, 0.1 to 7."""

    name: str
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.name} {self.low:.12g} to {self.high:.12g}"


@dataclass(frozen=True)
class Instrument:
    """A scored scale, as published or as a cohort describes it.

    Attributes
    ----------
    code : str
        The name that the column `instrument` of `assessments` uses.
    name : str
        Written out.
    range_min, range_max : float
        Ends of the scale, in `unit`.
    lower_is_better : bool
        Whether a falling score is an improvement.
    step : float or None
        Distance between possible scores, counted from `range_min`; None where the scale is continuous.
    mcid : float or None
        Smallest change of one person's score that matters to that person, in `unit`; None where no single
        absolute number was found in a source.
    unit : str
        Unit of the score.
    bands : tuple of Band
        Severity, mildest first; empty where none was sourced.
    mcid_source, bands_source, source, note : str
        Where the MCID, the bands and the rest were read, and what to mind.
    """

    code: str
    name: str
    range_min: float
    range_max: float
    lower_is_better: bool
    step: float | None = None
    mcid: float | None = None
    unit: str = "points"
    bands: tuple[Band, ...] = ()
    mcid_source: str = ""
    bands_source: str = ""
    source: str = ""
    note: str = ""

    @property
    def best(self) -> float:
        """The end of the range that is best for the patient."""
        return self.range_min if self.lower_is_better else self.range_max

    @property
    def worst(self) -> float:
        """The end of the range that is worst for the patient."""
        return self.range_max if self.lower_is_better else self.range_min

    @property
    def direction(self) -> str:
        """Which way is better, as data files say it."""
        return LOWER if self.lower_is_better else HIGHER

    def improvement(self, baseline: Floats, follow_up: Floats) -> Floats:
        """Points by which scores got better from baseline.

        Parameters
        ----------
        baseline, follow_up : array of float, one value per patient
            Scores in `unit`, NaN where not known.

        Returns
        -------
        array of float
            Positive is better, negative is worse; NaN where either score is.
        """
        return baseline - follow_up if self.lower_is_better else follow_up - baseline


@cache
def catalogue() -> Mapping[str, Instrument]:
    """Return the instruments the program knows by itself, by code, in the order of the data file."""
    text = resources.files(__package__).joinpath("instruments.csv").read_text(encoding="utf-8")
    known = [from_cells(cells) for cells in csv.DictReader(text.splitlines())]
    return MappingProxyType({instrument.code: instrument for instrument in known})


def from_cells(cells: Mapping[str, str]) -> Instrument:
    """Read one row of an instruments file, whose cells are known to be well formed.

    Parameters
    ----------
    cells : mapping of str to str
        `code`, `name`, `range_min`, `range_max`, `direction`, and any of the other columns; an empty cell
        is as good as an absent one.

    Raises
    ------
    ValueError
        When a number, the direction or a band cannot be read.
    """
    step, mcid = (cells.get(column, "") for column in ("step", "mcid"))
    texts = ("mcid_source", "bands_source", "source", "note")
    return Instrument(
        code=cells["code"],
        name=cells["name"],
        range_min=float(cells["range_min"]),
        range_max=float(cells["range_max"]),
        lower_is_better=_lower_is_better(cells["direction"]),
        step=float(step) if step else None,
        mcid=float(mcid) if mcid else None,
        unit=cells.get("unit") or "points",
        bands=_bands(cells.get("bands", "")),
        **{column: cells.get(column, "") for column in texts},
    )


def to_cells(instrument: Instrument) -> dict[str, str]:
    """Write an instrument as one row of an instruments file, so that `from_cells` gives it back."""
    numbers = {column: getattr(instrument, column) for column in ("range_min", "range_max", "step", "mcid")}
    texts = {
        column: getattr(instrument, column) for column in ("unit", "mcid_source", "bands_source", "source", "note")
    }
    return (
        {"code": instrument.code, "name": instrument.name, "direction": instrument.direction}
        | {column: "" if number is None else repr(float(number)) for column, number in numbers.items()}
        | {"bands": "; ".join(map(str, instrument.bands))}
        | texts
    )


def _lower_is_better(direction: str) -> bool:
    if direction not in (LOWER, HIGHER):
        raise ValueError(f"the direction is '{direction}', neither '{LOWER}' nor '{HIGHER}'")
    return direction == LOWER


def _bands(text: str) -> tuple[Band, ...]:
    return tuple(_band(part.strip()) for part in text.split(";") if part.strip())


def _band(text: str) -> Band:
    found = BAND.fullmatch(text)
    if found is None:
        raise ValueError(f"the band '{text}' is not of the form 'mild 0 to 3'")
    return Band(found["name"], float(found["low"]), float(found["high"]))
