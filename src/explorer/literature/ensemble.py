"""A result in every reconstruction that gives the published figures: from where to where, and nothing in between.

The reconstructions are no sample from anything: how often a value occurs among them says how they were made. So only
the smallest and the largest are kept, and never a mean, a density or a probability.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from explorer.analysis.analyse import Analysis
from explorer.cohort.instruments import Instrument
from explorer.export.numbers import NONE, decimals, interval, number, rate_interval, share
from explorer.multiverse.decisions import RuleDecision, RuleOption
from explorer.multiverse.draws import ensemble, run_draws
from explorer.multiverse.grid import Grid
from explorer.multiverse.listing import Listing, alone
from explorer.multiverse.results import Rates
from explorer.multiverse.run import run
from explorer.reconstruction.ensemble import load_manifest
from explorer.reconstruction.facts import published
from explorer.reconstruction.printed import printed_means
from explorer.reconstruction.readings import (
    READINGS,
    figures_bind_means,
    figures_bind_response,
    is_a_reading,
    outer_counts,
)
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.response import Response
from explorer.study.study import Study

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Split = Literal["reading", "iga_mode"]

TIGHT = 0.2
"""Share of the sampling interval's width up to which outer bounds count as tight: below, sampling is what matters."""
FEWEST = 5
"""Patients in a denominator from which a draw's result is looked at."""

SAME_PATIENTS = "if both means are of the same patients"

NAMES: Mapping[Split, Mapping[str, str]] = MappingProxyType(
    {
        "reading": MappingProxyType(
            {
                "mid": "threshold or report",
                "thr": "threshold or benefit",
                "any": "any fall or report",
            }
        ),
        "iga_mode": MappingProxyType({"paired": "IGA: same patients", "available": "IGA: whoever had it"}),
    }
)
"""How draws may be split, and what their groups are called."""

ENDPOINTS = MappingProxyType(
    {"bsa-50": "BSA halved", "itch-4pt": "Itch down by 4 points", "iga-01-2pt": "IGA 0 or 1, down by 2"}
)


@dataclass(frozen=True)
class Value:
    """A number, how it is said (a rate with its count, a change with its patients), and the same in short."""

    number: float
    said: str
    short: str


@dataclass(frozen=True)
class Spread:
    """The smallest and the largest value over some draws, `n` of them."""

    label: str
    n: int
    low: Value
    high: Value


@dataclass(frozen=True)
class Result:
    """One result: here, over the draws, and between which bounds it must lie.

    Attributes
    ----------
    name : str
    here : Value
        In the bundled reconstruction.
    sampling : (float, float)
        Its sampling interval there; NaN where too few patients have one.
    sampling_said : str
        The same in words.
    spreads : tuple of Spread
        By group of draws.
    outer : tuple of Value or None
        Bounds that no cohort with the printed figures can leave; None where the figures set none.
    condition : str
        On what the bounds rest, as within a sentence: "if both means are of the same patients"; empty: on nothing more.
    """

    name: str
    here: Value
    sampling: tuple[float, float]
    sampling_said: str
    spreads: tuple[Spread, ...]
    outer: tuple[Value, Value] | None
    condition: str = ""

    @property
    def identified(self) -> bool:
        """Whether the printed figures fix the result: bounds so tight that sampling is what matters."""
        if self.outer is None:
            return False
        low, high = self.sampling
        return bool(self.outer[1].number - self.outer[0].number <= TIGHT * (high - low))


@cache
def groups(split: Split) -> Mapping[str, Bools]:
    """Say which draws belong to which group of a split, by its name, in the order of the draws.

    By reading, the groups stand in the order of `READINGS`.
    """
    manifest = load_manifest().set_index("draw").loc[ensemble().numbers]
    return {name: (manifest[split] == code).to_numpy(bool) for code, name in NAMES[split].items()}


def rate_results(analysis: Analysis, split: Split) -> tuple[Result, ...]:
    """Give the response rates of the study in force over the draws: as published, by its own rule, by usual endpoints.

    Parameters
    ----------
    analysis : Analysis
        Of the bundled reconstruction, under a study that neither imputes nor counts invented additions.
    split : str
        How the draws are grouped; the published composite stands undivided, each draw in its own reading.

    Returns
    -------
    tuple of Result
        The composite first, then the rule in force.
    """
    # A page asks for this several times, and the splits differ in nothing but how the draws are grouped.
    fingerprint, derived = analysis.study.fingerprint, analysis.cohort.derived
    rules = dict(_rules(analysis.study))
    rates = derived(("rules over draws", fingerprint), lambda: _run(analysis, list(rules.values())))
    return derived(
        ("results over draws", fingerprint, split),
        lambda: (_composite(rates), *(_rate(rates, name, response, split) for name, response in rules.items())),
    )


def _run(analysis: Analysis, rules: list[Response]) -> Rules:
    """Run the readings of the composite and some further rules, each once, here and on every draw."""
    responses = _readings(analysis.study)
    responses += [each for each in rules if each not in responses]
    listing = _asking(analysis.study, responses)
    here, each = run(analysis.cohort, listing).response, run_draws(ensemble(), listing).response
    return Rules(analysis.study, responses, here, each.n_responders, each.n_evaluable)


def _rules(study: Study) -> Iterator[tuple[str, Response]]:
    yield ("Rule in force, in every one" if is_a_reading(study.response.rule) else "Rule in force"), study.response
    for preset, name in ENDPOINTS.items():
        held, among = PRESETS[preset].study.response, study.response.among
        further = (each for each in held.among if each not in (*AS_PUBLISHED.response.among, *among))
        response = Response.model_construct(among=(*among, *further), rule=held.rule)
        if response != study.response:
            yield name, response


def _readings(study: Study) -> list[Response]:
    return [Response.model_construct(among=study.response.among, rule=rule) for rule in READINGS.values()]


def _asking(study: Study, responses: Sequence[Response]) -> Listing:
    """List a study once for every response, all else being the same."""
    options = [
        RuleOption.model_construct(label=f"{at}", rule=each.rule, among=each.among) for at, each in enumerate(responses)
    ]
    decision = RuleDecision.model_construct(field="rule", name="Response", options=tuple(options))
    grid = Grid.model_construct(name="Responses", base=study, decisions=(decision,), forbidden=())
    return Listing(grid, np.arange(len(options), dtype=np.int16)[:, np.newaxis])


@dataclass(frozen=True, eq=False)
class Rules:
    """Response by several rules under one study: in the bundled reconstruction, and as arrays (draws, rules) in all."""

    study: Study
    responses: Sequence[Response]
    here: Rates
    k: Floats
    n: Floats

    def in_one(self, at: int) -> dict[str, Any]:
        """Return what a rule gives in the bundled reconstruction, as fields of a `Result`."""
        here, confidence = self.here, self.study.confidence
        low, high = float(here.ci_low[at]), float(here.ci_high[at])
        return {
            "here": rate_value(here.n_responders[at], here.n_evaluable[at]),
            "sampling": (low, high),
            "sampling_said": rate_interval(low, high, confidence),
        }


def _composite(rates: Rules) -> Result:
    draw, places = np.arange(len(ensemble())), range(len(READINGS))
    own = np.select(list(groups("reading").values()), list(places))
    spread = _spread("all", rates.k[draw, own], rates.n[draw, own])
    (improved,), (users,) = published().counts("C3"), published().counts("C2")
    fixed = rate_value(improved, users)
    return Result(
        name="Published composite, each in its own reading",
        **rates.in_one(int(own[_bundled()])),
        spreads=() if spread is None else (spread,),
        outer=(fixed, fixed) if figures_bind_response(rates.study) else None,
    )


@cache
def _bundled() -> int:
    """Return the place among the draws of the one that is bundled as the cohort."""
    manifest = load_manifest()
    bundled = manifest.loc[manifest["medoid"], "draw"].item()
    return int(np.flatnonzero(ensemble().numbers == bundled)[0])


def _rate(rates: Rules, name: str, response: Response, split: Split) -> Result:
    at = rates.responses.index(response)
    found = (_spread(label, rates.k[held, at], rates.n[held, at]) for label, held in groups(split).items())
    return Result(
        name=name,
        **rates.in_one(at),
        spreads=tuple(spread for spread in found if spread is not None),
        outer=_outer(rates.study, response),
    )


def _outer(study: Study, response: Response) -> tuple[Value, Value] | None:
    if response.among != study.response.among or not figures_bind_response(study):
        return None
    (users,) = published().counts("C2")
    low, high = (rate_value(k, users) for k in outer_counts(response.rule))
    return low, high


def _spread(label: str, k: Floats, n: Floats) -> Spread | None:
    """Return the smallest and the largest rate among the draws with enough patients; None where there is no such."""
    k, n = k[n >= FEWEST], n[n >= FEWEST]
    if not len(n):
        return None
    low, high = int(np.argmin(k / n)), int(np.argmax(k / n))
    return Spread(label, len(n), rate_value(k[low], n[low]), rate_value(k[high], n[high]))


def rate_value(k: float, n: float) -> Value:
    """Say a count of a denominator as a rate; nan where the denominator is 0."""
    rate = float(k) / float(n) if n else float("nan")
    return Value(rate, share(k, int(n), rate), f"{k:.0f}/{n:.0f}")


def change_result(analysis: Analysis, code: str, split: Split) -> Result:
    """Give the mean change of a score over the draws, follow-up minus baseline, of patients with both scores."""
    instrument, listing = analysis.cohort.instruments[code], alone(analysis.study)
    here, each = run(analysis.cohort, listing).change[code], run_draws(ensemble(), listing).change[code]
    n, mean = each.n_paired[:, 0], each.mean_change[:, 0]
    found = (_range(label, mean[held], n[held], instrument) for label, held in groups(split).items())
    low, high = float(here.ci_low[0]), float(here.ci_high[0])
    return Result(
        name=f"Mean change of {code}",
        here=_mean(here.mean_change[0], here.n_paired[0], instrument),
        sampling=(low, high),
        sampling_said=interval(low, high, analysis.study.confidence, decimals(instrument)),
        spreads=tuple(spread for spread in found if spread is not None),
        outer=_outer_change(analysis.study, code),
        condition=SAME_PATIENTS,
    )


def _range(label: str, mean: Floats, n: Floats, instrument: Instrument) -> Spread | None:
    mean, n = mean[n >= FEWEST], n[n >= FEWEST]
    if not len(n):
        return None
    low, high = int(np.argmin(mean)), int(np.argmax(mean))
    return Spread(label, len(n), _mean(mean[low], n[low], instrument), _mean(mean[high], n[high], instrument))


def _mean(mean: float, n: float, instrument: Instrument) -> Value:
    short = number(mean, decimals(instrument))
    return Value(float(mean), f"{short} (n {n:.0f})" if n else NONE, short)


def _outer_change(study: Study, code: str) -> tuple[Value, Value] | None:
    """Return what the printed means leave, where nothing speaks against their being of the same patients.

    The source leaves open whether the IGA means are; if not, they say nothing about patients with both scores.
    """
    if code not in ("BSA", "PPNRS") or not figures_bind_means(study):
        return None
    low, high = (_printed(-float(fall)) for fall in reversed(printed_means(code).fall))
    return low, high


def _printed(change: float) -> Value:
    return Value(change, number(change), number(change))
