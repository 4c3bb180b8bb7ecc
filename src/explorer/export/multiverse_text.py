"""A grid and what its studies give, as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

import numpy as np

from explorer.export.text import WIDTH
from explorer.multiverse.curve import response_curve
from explorer.multiverse.decisions import AnyDecision, Option
from explorer.multiverse.estimates import rate_found
from explorer.multiverse.grid import Forbidden, Grid
from explorer.multiverse.listing import Listing
from explorer.multiverse.run import Multiverse
from explorer.multiverse.standing import standing


def grid_text(listing: Listing) -> str:
    """Say how many studies a grid has, and every option with its reason and source."""
    grid = listing.grid
    blocks = [size_text(listing), *(_decision(grid, place, each) for place, each in enumerate(grid.decisions))]
    if grid.forbidden:
        blocks.append("\n".join(["LEFT OUT", *(_forbidden(each) for each in grid.forbidden)]))
    return "\n\n".join(blocks)


def size_text(listing: Listing) -> str:
    """Say how many studies a grid has."""
    grid = listing.grid
    return f"Grid '{grid.name}': {len(listing):,} definitions from {len(grid.decisions)} decisions."


def summary_text(multiverse: Multiverse, about: Sequence[str]) -> str:
    """Say what the studies of a grid give: the smallest, the median and the largest rate, and where the one in force is.

    Parameters
    ----------
    about : sequence of str
        What the results are of, one line each.
    """
    blocks = ["\n".join(_wrapped(line, "") for line in about), _sizes(multiverse), _range(multiverse)]
    return "\n\n".join(block for block in [*blocks, _standing(multiverse)] if block)


def _sizes(multiverse: Multiverse) -> str:
    without = len(multiverse) - int(multiverse.computed.sum())
    return size_text(multiverse.listing) + (f" {without:,} of them give no rate." if without else "")


def _range(multiverse: Multiverse) -> str:
    rates = multiverse.response.rate
    order = np.argsort(rates, kind="stable")[: int(multiverse.computed.sum())]
    if len(order) == 0:
        return "No definition gives a rate: see the column `problem` of a file (--out)."
    # The lower of two in the middle, so that the median is a definition with a count of its own.
    named = {"smallest": order[0], "median": order[(len(order) - 1) // 2], "largest": order[-1]}
    lines = [line for name, row in named.items() for line in _place(multiverse, name, int(row))]
    return "\n".join(["RESPONSE, WHATEVER COUNTS AS ONE", *lines])


def _place(multiverse: Multiverse, name: str, row: int) -> Iterator[str]:
    yield f"  {name:<10}{rate_found(multiverse, row)}"
    yield _wrapped(
        "; ".join(label for label in multiverse.listing.grid.labels(_choice(multiverse, row)) if label), " " * 12
    )


def _choice(multiverse: Multiverse, row: int) -> list[int]:
    chosen: list[int] = multiverse.listing.choices[row].tolist()
    return chosen


def _standing(multiverse: Multiverse) -> str:
    found = standing(response_curve(multiverse))
    if found is None:
        return ""
    name = multiverse.listing.grid.base.name
    return "\n".join([f"THE DEFINITION IN FORCE: {name}", _wrapped(str(found), "  "), _wrapped(found.caution, "  ")])


def _decision(grid: Grid, place: int, decision: AnyDecision) -> str:
    lines = [_option(option, grid.as_now[place] == at) for at, option in enumerate(decision.options)]
    return "\n".join([decision.name.upper(), *lines])


def _option(option: Option, in_force: bool) -> str:
    head = f"  {option.label}{' (in force)' if in_force else ''}"
    source = f"Source: {option.source}" if option.source else ""
    return "\n".join([head, *(_wrapped(text) for text in (option.reason, source) if text)])


def _forbidden(rule: Forbidden) -> str:
    chosen = "; ".join(f"{name}: {' or '.join(labels)}" for name, labels in rule.choices.items())
    return f"{_wrapped(chosen, '  ')}\n{_wrapped(rule.reason)}"


def _wrapped(text: str, indent: str = "      ") -> str:
    # A link is never broken, for it could not be followed, nor is a number parted from its percent sign.
    tied = text.replace(" %", "\u00a0%")
    lines = textwrap.wrap(tied, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
    return textwrap.indent("\n".join(lines).replace("\u00a0", " "), indent)
