"""Each published figure: what could have given it, the interval it deserves, and what can be known from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from explorer.export.numbers import number, rate_interval, share
from explorer.reconstruction.facts import Fact, published
from explorer.reconstruction.iga import not_significant, sizes
from explorer.reconstruction.printed import PrintedMeans, median_ranks, patients, printed_means, shares_printing
from explorer.statistics.intervals import rate
from explorer.study.words import listing

CONFIDENCE = 0.95
FEWEST_PAIRS = 10
"""Pairs from which every number of patients fits the means of BSA and itch, where the largest SD is given."""


@dataclass(frozen=True)
class Reconciled:
    """One row: the figure as printed, what could have given it, the interval it deserves, and what can be known.

    `facts` are the identifiers of the published facts it is about; `interval` is empty where none is due.
    """

    facts: tuple[str, ...]
    printed: str
    gives: str
    interval: str
    known: str

    @property
    def gives_and_interval(self) -> str:
        """What could have given it and the interval it deserves, as sentences."""
        return f"{self.gives}. {self.interval}." if self.interval else f"{self.gives}."


@cache
def reconciled() -> tuple[Reconciled, ...]:
    """Reconcile every published result; the rules of entry and the search window are no results, and left out."""
    return tuple(row(facts) for facts, row in ROWS.items())


def _fact(name: str) -> Fact:
    return published().fact(name)


def _interval(k: int, n: int) -> str:
    found = rate(k, n, "wilson", CONFIDENCE)
    return rate_interval(found.low, found.high, CONFIDENCE)


def _share(k: int, n: int) -> str:
    return share(k, n, k / n)


def _whole(facts: tuple[str, ...]) -> Reconciled:
    return Reconciled(
        facts,
        f"{patients()} patients",
        f"{patients()}: a count",
        "",
        "How many were reviewed; not out of how many",
    )


def _prior(facts: tuple[str, ...]) -> Reconciled:
    percent = _fact("prior_dupilumab").value
    fits = [k for k, n in shares_printing(percent, patients()) if n == patients()]
    return Reconciled(
        facts,
        f"{percent} % had dupilumab before",
        f"{listing([_share(k, patients()) for k in fits], 'or')}, and no other count of {patients()}",
        _interval(fits[0], patients()),
        "The count",
    )


def _improved(facts: tuple[str, ...]) -> Reconciled:
    percent, (users,) = _fact("improved").value, published().counts("C2")
    fits = shares_printing(percent, patients())
    mine = next(k for k, n in fits if n == users)
    others = listing([f"{k}/{n}" for k, n in fits if n != users], "or")
    return Reconciled(
        facts,
        f"{percent} % of prior users improved",
        f"{_share(mine, users)} of the prior users; the percentage alone would also be {others}",
        _interval(mine, users),
        f"The count, if all {users} prior users are counted; not how much change counted, nor when",
    )


def _clear(facts: tuple[str, ...]) -> Reconciled:
    percent = _fact("iga_0_1").value
    fits = shares_printing(percent, patients())
    (most, largest), (least, smallest) = fits[0], fits[-1]
    never = [str(n) for n in range(fits[1][1] + 1, largest)]
    return Reconciled(
        facts,
        f"{percent} % with an IGA of 1 or less",
        f"{listing([f'{k}/{n}' for k, n in fits], 'or')}; no count of {listing(never, 'or')}",
        f"{_interval(most, largest)} for {most}/{largest}, {_interval(least, smallest)} for {least}/{smallest}",
        "Neither count nor denominator; only that it is not the prior users",
    )


def _significant(instrument: str) -> Callable[[tuple[str, ...]], Reconciled]:
    def row(facts: tuple[str, ...]) -> Reconciled:
        means = printed_means(instrument)
        few, many = (number(means.largest_sd(n)) for n in (FEWEST_PAIRS, patients()))
        return Reconciled(
            facts,
            f"{_said(instrument, means)}, “significant”",
            f"A fall of {_fall(means, 1)}, of any number of patients but {_misfits(means)}",
            f"95 % CI wholly below 0: SD of change under {few} with {FEWEST_PAIRS} pairs, under {many} with {patients()}",
            "The fall, if both means are of the same patients; not their number, spread or p value",
        )

    return row


def _said(instrument: str, means: PrintedMeans) -> str:
    name = {"PPNRS": "Itch"}.get(instrument, instrument)
    return f"{name} {means.before.value} to {means.after.value}"


def _fall(means: PrintedMeans, places: int) -> str:
    least, most = (number(float(fall), places) for fall in means.fall)
    return f"{least} to {most}"


def _misfits(means: PrintedMeans) -> str:
    fits = (0, *means.sizes(patients()), patients() + 1)
    gaps = [(low + 1, high - 1) for low, high in pairwise(fits) if high - low > 1]
    return listing([f"{low}" if low == high else f"{low} to {high}" for low, high in gaps])


def _not_significant(facts: tuple[str, ...]) -> Reconciled:
    means, fits = printed_means("IGA"), [size for size in sizes() if size.paired]
    least = min((not_significant(size) for size in fits), key=lambda each: each.sd)
    return Reconciled(
        facts,
        f"{_said('IGA', means)}, “not significant”",
        f"A fall of {_fall(means, 2)}; the same patients twice only if {listing([str(size.n) for size in fits], 'or')}",
        f"95 % CI includes 0: SD of change at least {number(least.sd, 2)}, reached with {least.n} pairs",
        "If the patients are the same, one of these numbers and a wide spread (see below); if not, hardly anything",
    )


def _median(facts: tuple[str, ...]) -> Reconciled:
    days, (users,) = _fact("dupilumab_exposure").value, published().counts("C2")
    low, high = median_ranks(users)
    return Reconciled(
        facts,
        f"Median of {days} days on dupilumab",
        f"Number {(users + 1) // 2} of {users} exposures in order, if of all prior users",
        f"95 % CI from number {low} to number {high}, whose days are not printed",
        f"That one patient had {days} days; nothing about the others but the side they are on",
    )


def _recurrent(facts: tuple[str, ...]) -> Reconciled:
    twice = int(_fact("conjunctivitis_recurrent").number)
    return Reconciled(
        facts,
        f"{twice} with conjunctivitis on both drugs, of “{_fact('conjunctivitis').value}” on tralokinumab",
        f"{_share(twice, patients())}: a count",
        _interval(twice, patients()),
        f"At least {twice} had it on tralokinumab; how many more is not said",
    )


def _words(facts: tuple[str, ...]) -> Reconciled:
    said = listing([f"“{_fact(name).value}”" for name in facts])
    return Reconciled(
        facts,
        f"{said}: less topical treatment, fewer flares, events resolved",
        "Words only: no count can be worked out",
        "",
        "Only the words; a count that this explorer uses for one is an assumption of the reconstruction",
    )


ROWS: MappingProxyType[tuple[str, ...], Callable[[tuple[str, ...]], Reconciled]] = MappingProxyType(
    {
        ("patients",): _whole,
        ("prior_dupilumab",): _prior,
        ("improved",): _improved,
        ("iga_0_1",): _clear,
        ("iga_baseline", "iga_follow_up", "iga_significance"): _not_significant,
        ("bsa_baseline", "bsa_follow_up", "bsa_significance"): _significant("BSA"),
        ("ppnrs_baseline", "ppnrs_follow_up", "ppnrs_significance"): _significant("PPNRS"),
        ("dupilumab_exposure",): _median,
        ("conjunctivitis", "conjunctivitis_recurrent"): _recurrent,
        ("less_topical", "fewer_flares", "events_resolved"): _words,
    }
)
"""Which published facts belong together, and how they are reconciled."""


def percentages() -> Iterator[Fact]:
    """Yield the published facts that are percentages of patients."""
    return (fact for fact in published().facts if fact.unit == "percent" and fact.decimals == 0)
