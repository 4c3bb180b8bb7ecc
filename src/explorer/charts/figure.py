"""What a chart function returns: a drawing prepared once, the data of this moment, and the same in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

import altair as alt
import pandas as pd

Spec = Mapping[str, Any]
PLACEHOLDERS = ("data", "datasets", "$schema", "config")


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart with everything that has to travel with it.

    Attributes
    ----------
    name : str
        Stem of file names and of widget keys; the same for the same chart of a page.
    title : str
        What the figure shows, as a sentence without a full stop.
    alt : str
        What can be seen in it, computed: stands below it on a page, and describes it to who cannot see it.
    spec : mapping
        Vega-Lite specification without data (see `prepared`).
    data : DataFrame
        Rows drawn; at most `theme.MOST_MARKS`.
    tabulate : callable
        Makes `table`: the same to read, with written-out column names and units. Most are never asked for.
    counts : str
        The denominator in words, for exports: "24/47 (51 %) responded".
    select : str, optional
        Name of the selection parameter whose clicks the page listens to.
    """

    name: str
    title: str
    alt: str
    spec: Spec
    data: pd.DataFrame
    tabulate: Callable[[], pd.DataFrame] = field(repr=False)
    counts: str = ""
    select: str | None = None

    @cached_property
    def table(self) -> pd.DataFrame:
        """The rows to read."""
        return self.tabulate()

    def tabulated(self) -> Figure:
        """Return it with its table made, to be kept: nothing that the table is made from is held any longer."""
        table = self.table
        return replace(self, tabulate=lambda: table)


@dataclass(frozen=True)
class TooFew:
    """Said in place of a figure that would show too few patients to mean something."""

    title: str
    why: str


def prepared(chart: alt.TopLevelMixin) -> Spec:
    """Turn an Altair chart without data into a specification to be kept and given new data.

    Building an Altair object costs 10 to 60 ms, handing its specification new rows less than one. Call this
    under `functools.cache`, keyed by what changes the drawing itself (scales, instrument), never by the data.
    """
    return cast("Spec", _bare(chart.to_dict()))


def _bare(spec: Any) -> Any:
    """Drop the placeholders that Altair puts where a chart has no data, and what marks would say unasked.

    The chart as a whole has its sentence and its table; Vega's labels of single marks are read out one by one,
    and those of groups are empty.
    """
    if isinstance(spec, list):
        return [_bare(part) for part in spec]
    if isinstance(spec, dict):
        kept = {key: _bare(part) for key, part in spec.items() if key not in PLACEHOLDERS}
        # The look of a brush is called a mark, too, but has no type.
        return kept | {"mark": _plain_mark(kept["mark"])} if "type" in kept.get("mark", ()) else kept
    return spec


def _plain_mark(mark: dict[str, Any]) -> dict[str, Any]:
    # Vega draws texts black: in the colour of the page they can be read on a dark one too.
    colour = {"color": "currentColor"} if mark["type"] == "text" else {}
    # The page would show the bare columns of a mark that names no tooltip.
    return {"tooltip": None} | colour | mark | {"aria": False}
