"""Results over the reconstructions: the sampling interval of one, the range of all, and bounds none can leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from explorer.charts.curve import differing
from explorer.charts.figure import Figure, TooFew
from explorer.charts.ranges import NAN, RATES, Axis, Kind, Range, header, ranges_frame, ranges_spec, ranges_table
from explorer.charts.theme import FEWEST_PATIENTS
from explorer.cohort.instruments import Instrument
from explorer.literature.doubts import Definitions, reporting
from explorer.literature.ensemble import Result, Spread
from explorer.multiverse.floor import left_out
from explorer.study.words import counted, listing

LOWEST, HIGHEST = -0.4, 0.2
"""Ends of the axis of mean changes, in widths of the score's range, where lower is better."""
WIDE = 20
"""Width of a score's range above which changes are printed without decimals on the axis."""
UNBOUND = "not bounded by the printed figures"


def rates(results: Sequence[Result]) -> Figure | TooFew:
    """Draw response rates over the reconstructions: the published composite first, then the rule in force."""
    title = "Response rates in 100 reconstructions, beside the sampling interval of one"
    if not _drawable(results):
        return TooFew(title, f"Not every rule has a reconstruction that counts {FEWEST_PATIENTS} patients or more.")
    rows = [row for result in results for row in (header(result.name), *_rows(result))]
    return Figure(
        name="open-rates",
        title=title,
        alt=_sentence(results),
        spec=ranges_spec(len(rows), RATES),
        data=ranges_frame(rows, NAN),
        tabulate=lambda: ranges_table(rows),
        counts=f"bundled reconstruction, by the rule in force: {results[1].here.said}",
    )


def change(result: Result, instrument: Instrument) -> Figure | TooFew:
    """Draw the mean change of a score over the reconstructions."""
    title = f"Mean change of {instrument.code} in 100 reconstructions, beside the sampling interval of one"
    if not _drawable([result]):
        return TooFew(title, f"No reconstruction has {FEWEST_PATIENTS} patients with both scores.")
    rows = list(_rows(result))
    return Figure(
        name=f"open-change-{instrument.code.lower()}",
        title=title,
        alt=_sentence([result]),
        spec=ranges_spec(len(rows), _axis(instrument)),
        data=ranges_frame(rows, 0),
        tabulate=lambda: ranges_table(rows),
        counts=f"bundled reconstruction: {result.here.said}",
    )


def _drawable(results: Sequence[Result]) -> bool:
    return all(result.spreads for result in results)


def _axis(instrument: Instrument) -> Axis:
    width = instrument.range_max - instrument.range_min
    ends = (LOWEST, HIGHEST) if instrument.lower_is_better else (-HIGHEST, -LOWEST)
    format = "d" if width > WIDE else ".1f"
    return Axis(f"Mean change ({instrument.unit})", ends[0] * width, ends[1] * width, format)


def _rows(result: Result) -> Iterator[Range]:
    yield sampling(result, "sampling, in one")
    yield from (_over_draws(spread) for spread in result.spreads)
    yield _outer(result)


def sampling(result: Result, label: str) -> Range:
    """Return the sampling interval in the bundled reconstruction as a row."""
    here, (low, high) = result.here, result.sampling
    return Range(label, "sampling", low, high, here.short, f"{here.said}, {result.sampling_said}", here.number)


def _over_draws(spread: Spread) -> Range:
    return ranging(spread.label, spread, f", in {counted(spread.n, 'reconstruction')}")


def ranging(label: str, held: Spread | Definitions, where: str) -> Range:
    """Return a range over draws or definitions as a row."""
    low, high = held.low, held.high
    kind: Kind = "reporting" if isinstance(held, Spread) else "definition"
    return Range(label, kind, low.number, high.number, _to(low.short, high.short), _to(low.said, high.said) + where)


def _to(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _outer(result: Result) -> Range:
    if result.outer is None:
        return Range("outer bounds", "outer", NAN, NAN, "none", UNBOUND)
    low, high = result.outer
    condition = f", {result.condition}" if result.condition else ""
    said = _to(low.said, high.said) + condition + ("; identified" if result.identified else "")
    return Range("outer bounds", "outer", low.number, high.number, _to(low.short, high.short), said)


def _sentence(results: Sequence[Result]) -> str:
    said = [f"{result.name}: {_spread(reporting(result))}" for result in results]
    return f"{'; '.join(said)}. {_identified(results)}"


def _spread(over: Spread) -> str:
    if over.low == over.high:
        return f"{over.low.said} in all {over.n} reconstructions"
    return f"from {over.low.said} to {over.high.said} over {counted(over.n, 'reconstruction')}"


def _identified(results: Sequence[Result]) -> str:
    names = [_named(result) for result in results if result.identified]
    if not names:
        return (
            "The printed figures identify none of this."
            if len(results) > 1
            else "The printed figures do not identify it."
        )
    return f"Identified by the printed figures: {listing(names)}."


def _named(result: Result) -> str:
    name = result.name[0].lower() + result.name[1:]
    return f"{name}, {result.condition}" if result.condition else name


def doubts(result: Result, varied: Definitions | None) -> Figure | TooFew:
    """Draw sampling, definition and reporting beside each other, for the response rate in force.

    Parameters
    ----------
    result : Result
        The rule in force over the reconstructions.
    varied : Definitions, optional
        The same rule under other definitions; None where none has a rate.
    """
    title = f"Three doubts about {result.here.said}, side by side"
    if not result.spreads or varied is None:
        return TooFew(title, "Too few patients are counted, here or in every other definition.")
    over = reporting(result)
    rows = [
        sampling(result, "1 sampling"),
        ranging("2 definition", varied, f", over {counted(varied.n, 'definition')} with the same rule"),
        ranging("3 reporting", over, f", over {counted(over.n, 'reconstruction')}"),
        _outer(result),
    ]
    return Figure(
        name="open-doubts",
        title=title,
        alt=_three(result, varied, over),
        spec=ranges_spec(len(rows), RATES),
        data=ranges_frame(rows, result.here.number),
        tabulate=lambda: ranges_table(rows),
        counts=f"{result.here.said} responded",
    )


def _three(result: Result, varied: Definitions, over: Spread) -> str:
    few = f" ({left_out(varied.n_few)})" if varied.n_few else ""
    return (
        f"Sampling: {result.here.said}, {result.sampling_said}. Definition: {_to(varied.low.said, varied.high.said)} over "
        f"{counted(varied.n, 'definition')} of {varied.grid} with the same responder rule{few}; "
        f"{differing(varied.patients)}. Reporting: "
        f"{_to(over.low.said, over.high.said)} over {counted(over.n, 'reconstruction')} that give the published figures; "
        f"{_bounds(result)}."
    )


def _bounds(result: Result) -> str:
    if result.outer is None:
        return "the printed figures alone set no bounds under this definition"
    low, high = result.outer
    return f"the printed figures alone leave {_to(low.said, high.said)} (outer bounds)"
