"""The card about other definitions: where the one in force stands, and what would turn its conclusion."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explorer.analysis.analyse import Analysis
from explorer.charts.curve import curve as draw
from explorer.errors import DefinitionError
from explorer.export.report_blocks import Block, Words
from explorer.multiverse.curve import Curve, response_curve
from explorer.multiverse.flips import RateBelow, nearest_flip
from explorer.multiverse.grids import grids_for
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.multiverse.standing import standing

GRID = "small"
HALF = 0.5
NOT_THE_BEST = "To choose a definition for what it gives turns the rate into a product of the choice."


def multiverse(analysis: Analysis) -> Iterator[Block]:
    """Show the rates of every definition of the small grid with this rule, the rank of this one and the nearest flip."""
    try:
        held = listed(grids_for(analysis.cohort)[GRID].around(analysis.study))
    except DefinitionError as error:
        yield Words(f"Other definitions were not run. {error}")
        return
    curve = response_curve(run(analysis.cohort, held))
    yield draw(curve, analysis.study.fingerprint)
    if (place := standing(curve)) is not None:
        yield Words(str(place))
        yield Words(f"{place.caution} {NOT_THE_BEST}", remark=True)
        yield from _nearest_flip(curve)


def _nearest_flip(curve: Curve) -> Iterator[Block]:
    """Say how few changed choices carry the rate across one half."""
    alike = np.zeros(len(curve.multiverse), bool)
    alike[curve.rows] = True
    alike[curve.few] = True
    found = nearest_flip(curve.multiverse, RateBelow(HALF), alike)
    if found is not None:
        yield Words(str(found))
