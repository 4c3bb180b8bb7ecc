"""How many outcomes a claim hangs on, in words."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from explorer.analysis.fragility import Claims, Fragility, Side, Turn
from explorer.export.numbers import percent, rate_interval, share
from explorer.statistics.intervals import Rate

SIDES: dict[Side, str] = {"below": "wholly below", "around": "includes", "above": "wholly above"}


def fragility_rows(held: Fragility) -> pd.DataFrame:
    """Return what can be said of the rate and the line, and how few outcomes would have to differ for it to turn."""
    return pd.DataFrame(_rows(held), columns=["What is said", "It would turn with"])


def _rows(held: Fragility) -> Iterator[tuple[str, str]]:
    level = f"{held.percent} %"
    said = f"{level} or more" if held.reaches else f"below {level}"
    step = "fewer" if held.reaches else "more"
    yield f"The rate is {_rate(held.now)}: {said}", _turn(held.crossing, step, "")
    interval = f"Its interval, {_limits(held.now)}: {SIDES[held.side]} {level}"
    yield interval, _turn(held.more, "more", _moved(held.side, up=True, level=level))
    yield interval, _turn(held.fewer, "fewer", _moved(held.side, up=False, level=level))


def _moved(side: Side, up: bool, level: str) -> str:
    """Say where the interval lies once it has turned upwards or downwards."""
    order: tuple[Side, ...] = ("below", "around", "above")
    place = order.index(side) + (1 if up else -1)
    return f": {SIDES[order[place]]} {level}" if 0 <= place < len(order) else ""


def _turn(turn: Turn | None, step: str, then: str) -> str:
    if turn is None:
        return f"no number of responders {step}"
    responders = "responder" if turn.n_changes == 1 else "responders"
    limits = f", {_limits(turn.then)}{then}" if then else ""
    return f"{turn.n_changes} {responders} {step}: {_rate(turn.then)}{limits}"


def _rate(rate: Rate) -> str:
    return share(rate.k, int(rate.n), rate.rate)


def _limits(rate: Rate) -> str:
    return rate_interval(rate.low, rate.high, rate.confidence)


def claims_in_words(claims: Claims, line: int) -> str:
    """Say what would have to be true of the unknown outcomes for the interval to leave a line, in percent."""
    n = claims.n_unknown
    above = (
        f"not even if all {n} unknown had responded"
        if claims.above_from is None
        else f"if at least {_of(claims.above_from, n)} of the unknown had responded"
    )
    below = "not even if none had" if claims.below_up_to is None else f"if at most {_of(claims.below_up_to, n)} had"
    return f"The interval would lie wholly above {line} % {above}; wholly below it {below}."


def _of(k: int, n: int) -> str:
    return f"{k}/{n} ({percent(k / n)})"
