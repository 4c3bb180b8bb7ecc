"""A grid and what its studies give, as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from explorer.export.text import WIDTH
from explorer.multiverse.curve import Curve, by_rule, response_curve
from explorer.multiverse.decisions import AnyDecision, Option
from explorer.multiverse.estimates import count, definitions, percent, rate_found
from explorer.multiverse.floor import left_out, too_few
from explorer.multiverse.grid import Forbidden, Grid
from explorer.multiverse.listing import Listing
from explorer.multiverse.run import Multiverse
from explorer.multiverse.standing import standing
from explorer.study.words import counted


def grid_text(listing: Listing, around: str) -> str:
    """Say how many studies a grid has, around which, and every option with its reason and source."""
    grid = listing.grid
    head = f"{size_text(listing)}\n{_wrapped(around, '')}"
    blocks = [head, *(_decision(grid, place, each) for place, each in enumerate(grid.decisions))]
    if grid.forbidden:
        blocks.append("\n".join(["LEFT OUT", *(_forbidden(each) for each in grid.forbidden)]))
    return "\n\n".join(blocks)


def size_text(listing: Listing) -> str:
    """Say how many studies a grid has."""
    grid = listing.grid
    return f"Grid '{grid.name}': {definitions(len(listing))} from {counted(len(grid.decisions), 'decision')}."


def around_text(before: Grid, grid: Grid, given: bool) -> str:
    """Say around which study a grid is run, and whose it is.

    Parameters
    ----------
    before, grid : Grid
        As it was read, and as it is run.
    given : bool
        Whether the study was asked for; else it is the grid's own base.
    """
    whose = "given by --study" if given else "the grid's own base"
    added = [each.name for each, old in zip(grid.decisions, before.decisions, strict=True) if each != old]
    own = f" What it does itself was no option of the grid, and is added to: {', '.join(added)}." if added else ""
    return f"Around '{grid.base.name}' ({grid.base.fingerprint}), {whose}.{own}"


def summary_text(multiverse: Multiverse, about: Sequence[str], around: str) -> str:
    """Say what the studies of a grid give, one responder rule at a time, and where the one in force is.

    Parameters
    ----------
    about : sequence of str
        What the results are of, one line each.
    around : str
        Around which study the grid lies, as `around_text` says it.
    """
    said = ["\n".join(_wrapped(line, "") for line in about), f"{_sizes(multiverse)}\n{_wrapped(around, '')}"]
    return "\n\n".join(block for block in [*said, *_results(multiverse)] if block)


def _sizes(multiverse: Multiverse) -> str:
    without = len(multiverse) - int(multiverse.computed.sum())
    few = int(too_few(multiverse.listing, multiverse.response.n_evaluable).sum())
    lines = [size_text(multiverse.listing), f"{without:,} of them give no rate." if without else ""]
    lines += [f"{left_out(few)} of all that follows; a file (--out) has them." if few else ""]
    return _wrapped(" ".join(line for line in lines if line), "")


def _results(multiverse: Multiverse) -> Iterator[str]:
    curves = by_rule(multiverse)
    if not curves:
        yield "No definition gives a rate: see the column `problem` of a file (--out)."
    mine = response_curve(multiverse)
    if len(mine):
        yield f"THE RULE IN FORCE: {_rule(mine)}\n{_in_full(mine)}"
        yield _standing(mine)
    others = [each for each in curves if each.rows[0] not in mine.rows]
    if others:
        each = "EACH OTHER RESPONDER RULE" if len(mine) else "EACH RESPONDER RULE"
        yield "\n".join([f"{each}, WHICH ASKS ANOTHER QUESTION", *(_in_short(curve) for curve in others)])


def _rule(curve: Curve) -> str:
    return curve.multiverse.listing.rule_label(int(curve.rows[0]))


def _in_full(curve: Curve) -> str:
    """Say the smallest, the median and the largest rate with the options that give them."""
    lines = [line for name, row in _places(curve).items() for line in _place(curve.multiverse, name, row)]
    return "\n".join(lines)


def _in_short(curve: Curve) -> str:
    found, rows = curve.multiverse.response, list(_places(curve).values())
    n, k = found.n_evaluable[rows].tolist(), found.n_responders[rows].tolist()
    low, median, high = (f"{count(a)}/{count(b)} ({percent(a / b)})" for a, b in zip(k, n, strict=True))
    said = f"{low} to {high}, median {median}; {definitions(len(curve))}" if len(curve) > 1 else f"{low}; 1 definition"
    return f"{_wrapped(_rule(curve), '  ')}\n{_wrapped(said)}"


def _places(curve: Curve) -> dict[str, int]:
    # The lower of two in the middle, so that the median is a definition with a count of its own.
    places = {"smallest": 0, "median": (len(curve) - 1) // 2, "largest": len(curve) - 1}
    return {name: int(curve.rows[place]) for name, place in places.items()}


def _place(multiverse: Multiverse, name: str, row: int) -> Iterator[str]:
    yield f"  {name:<10}{rate_found(multiverse, row)}"
    yield _wrapped(
        "; ".join(label for label in multiverse.listing.grid.labels(_choice(multiverse, row)) if label), " " * 12
    )


def _choice(multiverse: Multiverse, row: int) -> list[int]:
    chosen: list[int] = multiverse.listing.choices[row].tolist()
    return chosen


def _standing(curve: Curve) -> str:
    found = standing(curve)
    if found is None:
        return ""
    name = curve.multiverse.listing.grid.base.name
    caution = [_wrapped(found.caution, "  ")] if found.n > 1 else []
    return "\n".join([f"THE DEFINITION IN FORCE: {name}", _wrapped(str(found), "  "), *caution])


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
