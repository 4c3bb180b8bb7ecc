"""Columns that are added to the table of a multiverse only where they are asked for, since they take their time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields

import numpy as np
import numpy.typing as npt

from explorer.multiverse.ranks import bootstrapped, ranks
from explorer.multiverse.run import Multiverse

Floats = npt.NDArray[np.float64]


def _ranks(multiverse: Multiverse, code: str) -> dict[str, Floats]:
    found = ranks(multiverse, code)
    return {f"{code}_{each.name}": getattr(found, each.name) for each in fields(found)}


def _bootstrap(multiverse: Multiverse, code: str) -> dict[str, Floats]:
    last = deque(bootstrapped(multiverse, code), maxlen=1).pop()
    return {f"{code}_boot_low": last.bca_low, f"{code}_boot_high": last.bca_high}


STATISTICS: Mapping[str, Callable[[Multiverse, str], dict[str, Floats]]] = {"ranks": _ranks, "bootstrap": _bootstrap}
"""What can be added, by name."""


def more(multiverse: Multiverse, statistics: Sequence[str]) -> dict[str, Floats]:
    """Compute further columns on the change of every score, led by the instrument.

    Parameters
    ----------
    multiverse : Multiverse
    statistics : sequence of str
        "ranks": `BSA_p_wilcoxon`, `BSA_hodges_lehmann`, `BSA_hodges_lehmann_low` and `_high` (points);
        "bootstrap": `BSA_boot_low` and `BSA_boot_high` (points), the limits of the mean change.
    """
    columns: dict[str, Floats] = {}
    for name in statistics:
        for code in multiverse.change:
            columns |= STATISTICS[name](multiverse, code)
    return columns
