"""A grid for any cohort: options made from what it holds, around its default study.

An option is offered only where the cohort has what it needs, and where it looks at other data than those before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from explorer.analysis.facts import CohortFacts
from explorer.cohort.instruments import Instrument
from explorer.cohort.tables import Cohort, Memo
from explorer.multiverse.decisions import (
    AfterStopDecision,
    AfterStopOption,
    CriteriaDecision,
    CriteriaOption,
    Decision,
    IndexDecision,
    IndexOption,
    MissingDecision,
    MissingOption,
    Option,
    RuleDecision,
    WindowDecision,
    WindowOption,
)
from explorer.multiverse.grid import Forbidden, Grid
from explorer.multiverse.published import CARRIED, ESTIMANDS, MISSING_DATA, OURS, REGRESSION
from explorer.multiverse.suggested_rules import responses, short, thresholds
from explorer.study.availability import lacking
from explorer.study.eligibility import AgeLimits, BaselineScore, Criterion, Prescriptions, PriorTreatment
from explorer.study.missing import Missing
from explorer.study.presets import default_for
from explorer.study.study import Study
from explorer.study.truth import TRUE
from explorer.study.windows import Window

Chosen = TypeVar("Chosen", bound=Option)
START = "As the starting point has it."
FEWEST_LEFT = 0.25
"""The least share of the patients that a criterion may leave."""


def suggested(cohort: Cohort) -> Grid:
    """Return a grid of what the cohort can be asked, as large as that makes it.

    Raises
    ------
    DefinitionError
        Where the cohort has neither scores nor reports.
    """
    base = default_for(cohort)
    view = _View(cohort, base)
    decisions = tuple(each for each in _decisions(view) if len(each.options) > 1)
    return Grid(name="large", base=base, decisions=decisions, forbidden=tuple(_forbidden(decisions)))


class _View:
    """A cohort seen through its default study with some of it changed."""

    def __init__(self, cohort: Cohort, base: Study) -> None:
        self.cohort, self.base = cohort, base
        self._memo = Memo(most=1_000)

    def facts(self, **changes: Any) -> CohortFacts:
        """Return what is known of the patients under the study with some fields changed."""
        return CohortFacts(self.cohort, self.base.model_copy(update=changes), memo=self._memo)

    def has(self, *criteria: Criterion) -> bool:
        """Say whether the cohort holds what criteria ask for."""
        return not lacking(self.base.replace(eligibility=criteria), self.cohort)

    def seen(self, **changes: Any) -> bytes:
        """Return all scores and answers under the study with some fields changed, to tell options apart."""
        facts = self.facts(**changes)
        scores = [pick(code) for pick in (facts.baseline, facts.follow_up) for code in self.cohort.instruments]
        answers = [facts.report(item) for item in self.cohort.items]
        return b"".join([*map(np.ndarray.tobytes, scores), *map(np.ndarray.tobytes, answers)])


def _decisions(view: _View) -> Iterator[Decision]:
    yield from _prior(view)
    yield from _prescribed(view)
    yield from _adults(view)
    yield from _severity(view)
    yield _baseline(view)
    yield _follow_up(view)
    yield from _day_0(view)
    yield from _stopped(view)
    yield _missing(view)
    yield responses(view.base, view.cohort)
    yield from thresholds(view.cohort)


# Who enters


def _criteria(
    view: _View, field: str, name: str, about: str | None, options: Sequence[CriteriaOption]
) -> Iterator[CriteriaDecision]:
    """Give a decision between no such criterion and those that the cohort can answer and that leave enough patients."""
    everyone = CriteriaOption(label="everyone", reason=START, source=OURS)
    possible = [each for each in options if view.has(*each.criteria) and _leaves_enough(view, each)]
    different = _different([everyone, *possible], lambda each: _met(view, each).tobytes())
    if len(different) > 1:
        kind = different[1].criteria[0].kind
        yield CriteriaDecision(field=field, name=name, kind=kind, about=about, options=different)


def _met(view: _View, option: CriteriaOption) -> Any:
    met = ~view.cohort.hypothetical
    for criterion in option.criteria:
        met = met & (criterion.met_by(view.facts()) == TRUE)
    return met


def _leaves_enough(view: _View, option: CriteriaOption) -> bool:
    return bool(_met(view, option).sum() >= FEWEST_LEFT * (~view.cohort.hypothetical).sum())


def _different(options: Iterable[Chosen], seen: Callable[[Chosen], bytes]) -> tuple[Chosen, ...]:
    """Keep the options that look at other data than those before them."""
    kept: dict[bytes, Chosen] = {}
    for option in options:
        kept.setdefault(seen(option), option)
    return tuple(kept.values())


def _prior(view: _View) -> Iterator[CriteriaDecision]:
    drug = view.base.prior_drug
    if drug is None:
        return
    lack = ("inadequate_response", "loss_of_response")
    options = [
        CriteriaOption(label="had it", criteria=(PriorTreatment(drug=drug),), reason="Only those the switch is about."),
        CriteriaOption(
            label="had it for 90 days or more",
            criteria=(PriorTreatment(drug=drug, min_days=90),),
            reason="Before three months of treatment a drug can hardly be called a failure.",
        ),
        CriteriaOption(
            label="stopped it without effect",
            criteria=(PriorTreatment(drug=drug, stop_reasons=lack),),
            reason="Only those on whom the first drug failed.",
        ),
    ]
    yield from _criteria(view, "among", "Prior drug", drug, [each.replace(source=OURS) for each in options])


def _prescribed(view: _View) -> Iterator[CriteriaDecision]:
    drug = view.base.index_drug
    twice = CriteriaOption(
        label="2 prescriptions or more",
        criteria=(Prescriptions(drug=drug, at_least=2),),
        reason="Only patients who stayed on the drug; early failures are left out, which flatters it.",
        source=OURS,
    )
    yield from _criteria(view, "eligibility", "Prescriptions of the index drug", drug, [twice])


def _adults(view: _View) -> Iterator[CriteriaDecision]:
    adults = CriteriaOption(
        label="adults", criteria=(AgeLimits(from_=18),), reason="Most trials admit adults only.", source=OURS
    )
    yield from _criteria(view, "eligibility", "Age", None, [adults])


def _severity(view: _View) -> Iterator[CriteriaDecision]:
    for code in view.base.response.rule.instruments()[:1]:
        instrument = view.cohort.instruments[code]
        options = [option for option in (_moderate(instrument), _worse_half(view, instrument)) if option is not None]
        yield from _criteria(view, "eligibility", "Severity at the start", code, options[:1])


def _moderate(instrument: Instrument) -> CriteriaOption | None:
    band = next((each for each in instrument.bands if each.name.startswith("moderate")), None)
    if band is None or not instrument.lower_is_better:
        return None
    return CriteriaOption(
        label=short(f"{instrument.code} {band.low:g} or more"),
        criteria=(BaselineScore(instrument=instrument.code, at_least=band.low),),
        reason="Moderate or worse, as trials often ask; part of the improvement is then regression to the mean.",
        source=instrument.bands_source[:500],
    )


def _worse_half(view: _View, instrument: Instrument) -> CriteriaOption | None:
    scores = view.facts().baseline(instrument.code)[~view.cohort.hypothetical]
    if np.isnan(scores).all():
        return None
    median = round(float(np.nanmedian(scores)), 2)
    side = "at_least" if instrument.lower_is_better else "at_most"
    return CriteriaOption(
        label=short(f"{instrument.code} {median:g} or {'more' if side == 'at_least' else 'less'}"),
        criteria=(BaselineScore(instrument=instrument.code, **{side: median}),),
        reason="The worse half at the start; part of the improvement is then regression to the mean.",
        source=OURS,
    )


# When


def _baseline(view: _View) -> WindowDecision:
    held = view.base.baseline
    width = held.to_day - held.from_day
    half, double = held.from_day + (width + 1) // 2, held.from_day - width
    options = [
        _window(held, START),
        _window(_moved(held, half, held.to_day), "A window half as wide: nearer to the start, in fewer patients."),
        _window(_moved(held, double, held.to_day), "A window twice as wide: more patients have a score in it."),
        _window(_picking(held, "mean"), "The mean of several scores lessens regression to the mean.", REGRESSION),
    ]
    return WindowDecision(field="baseline", name="Baseline", options=_distinct(view, "baseline", options))


def _follow_up(view: _View) -> WindowDecision:
    held = view.base.follow_up
    last = max(held.to_day, _last_day(view.cohort))
    near = held.target_day if held.target_day is not None else (held.from_day + held.to_day) // 2
    narrow = (near - (near - held.from_day) // 2, near + (held.to_day - near) // 2)
    options = [
        _window(held, START),
        _window(_moved(held, *narrow), "A window half as wide: patients are seen after more equal times."),
        _window(_widened(view, near, last), "A window up to twice as wide: more patients have a score in it."),
        _window(Window(from_day=held.from_day, to_day=last, pick="last"), "The latest score there is, as in charts."),
        _window(_picking(held, "mean"), "The mean of all scores of the window: one good day counts for less."),
        _window(_picking(held, "first"), "The first score of the window: the early effect."),
    ]
    return WindowDecision(field="follow_up", name="Follow-up", options=_distinct(view, "follow_up", options))


def _widened(view: _View, near: int, last: int) -> Window:
    """Return the follow-up window twice as wide, but neither into the baseline nor beyond the last score."""
    held = view.base.follow_up
    # Not before half of the time has passed: a score of the first days says little about the drug.
    earliest = max(1, view.base.baseline.to_day + 1, held.from_day // 2)
    opens = max(earliest, 2 * held.from_day - near)
    return _moved(held, min(opens, held.from_day), max(held.to_day, min(last, 2 * held.to_day - near)))


def _last_day(cohort: Cohort) -> int:
    days = [*cohort.assessments["day"], *cohort.reports["day"]]
    return int(max(days, default=0))


def _moved(window: Window, from_day: int, to_day: int) -> Window:
    return window.replace(from_day=from_day, to_day=to_day)


def _picking(window: Window, pick: str) -> Window:
    return Window(from_day=window.from_day, to_day=window.to_day, pick=pick)


def _window(window: Window, reason: str, source: str = OURS) -> WindowOption:
    return WindowOption(label=str(window), window=window, reason=reason, source=source)


def _distinct(view: _View, field: str, options: Iterable[WindowOption]) -> tuple[WindowOption, ...]:
    """Keep the windows in which other scores or answers are found than in those before them."""
    return _different(options, lambda each: view.seen(**{field: each.window}))


def _day_0(view: _View) -> Iterator[IndexDecision]:
    first_dose: dict[str, Any] = {"index": "first_dose"}
    if lacking(view.base.replace(**first_dose), view.cohort) or view.seen(**first_dose) == view.seen():
        return
    options = (
        IndexOption(label="first prescription", index="first_prescription", reason=START, source=OURS),
        IndexOption(label="first dose", index="first_dose", reason="Trials count from the first dose.", source=OURS),
    )
    yield IndexDecision(field="index", name="Day 0", options=options)


def _stopped(view: _View) -> Iterator[AfterStopDecision]:
    failing = view.base.replace(after_stop="failure")
    if lacking(failing, view.cohort) or not view.facts().left_before(np.full(view.cohort.n_patients, np.nan)).any():
        return
    options = (
        AfterStopOption(
            label="the score counts all the same",
            after_stop="ignore",
            reason="Treatment policy: what became of patients who were started on the drug.",
        ),
        AfterStopOption(
            label="leaving is failure",
            after_stop="failure",
            reason="Composite strategy: patients who left the drug are taken not to have been helped by it.",
        ),
        AfterStopOption(
            label="last score on the drug",
            after_stop="last_before_stop",
            reason="While on treatment: what the drug did for as long as it was taken.",
        ),
    )
    sourced = tuple(each.replace(source=ESTIMANDS) for each in options)
    yield AfterStopDecision(field="after_stop", name="After leaving the index drug", options=sourced)


def _missing(view: _View) -> MissingDecision:
    options = [
        MissingOption(
            label="left out",
            missing=Missing(kind="observed"),
            reason="Nothing is invented; right only if patients without an outcome did as well as those with one.",
            source=MISSING_DATA,
        ),
        MissingOption(
            label="count as no response",
            missing=Missing(kind="non_responder"),
            reason="The cautious side for a drug: nobody counts as helped without proof.",
            source=OURS,
        ),
        MissingOption(
            label=CARRIED,
            missing=Missing(kind="last_observation"),
            reason="Supposes no change since the last visit; once usual, and discouraged as a first choice.",
            source=MISSING_DATA,
        ),
    ]
    return MissingDecision(
        field="missing", name="Missing outcomes", options=tuple(options if view.cohort.instruments else options[:2])
    )


def _forbidden(decisions: Iterable[Decision]) -> Iterator[Forbidden]:
    held = {each.field: each for each in decisions}
    rules = held.get("rule")
    reports = (
        tuple(o.label for o in rules.options if not o.rule.instruments()) if isinstance(rules, RuleDecision) else ()
    )
    if reports and CARRIED in {each.label for each in held["missing"].options}:
        yield Forbidden(
            choices={held["missing"].name: (CARRIED,), "Response": reports},
            reason="Only scores are carried forward: with a rule on reports alone this would be 'left out' once more.",
        )
