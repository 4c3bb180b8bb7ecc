"""Random studies that a cohort can be analysed under: by default, the bundled one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hypothesis import strategies as st

from explorer.study.eligibility import (
    AgeLimits,
    BaselineScore,
    Covariate,
    Criterion,
    FollowUpScores,
    IndexDate,
    PatientReport,
    Prescriptions,
    PriorTreatment,
)
from explorer.study.missing import Missing
from explorer.study.response import (
    AllOf,
    AnyOf,
    AtLeast,
    PercentImprovement,
    PointImprovement,
    Reported,
    Response,
    Rule,
    ScoreAtLeast,
    ScoreAtMost,
)
from explorer.study.study import Study
from explorer.study.windows import Window

INSTRUMENTS: Mapping[str, tuple[int, int]] = {"BSA": (0, 100), "PPNRS": (0, 10), "IGA": (0, 4)}
ITEMS = ("fewer_flares", "less_topical", "overall_benefit")
DRUGS = ("tralokinumab", "dupilumab")
COLUMNS = ("ad_years",)

STOP_REASONS = (
    "inadequate_response",
    "loss_of_response",
    "adverse_event",
    "access",
    "patient_choice",
    "remission",
    "other",
)
NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30)


def limits(low: float, high: float, whole: bool = False) -> st.SearchStrategy[tuple[float | None, float | None]]:
    """Closed limits in order, of which one may be absent."""
    number = (
        st.integers(int(low), int(high)) if whole else st.integers(int(10 * low), int(10 * high)).map(lambda n: n / 10)
    )
    pair = st.tuples(number, number).map(sorted).map(tuple)
    return st.one_of(pair, st.tuples(number, st.none()), st.tuples(st.none(), number))


def criteria(
    instruments: Mapping[str, tuple[int, int]] = INSTRUMENTS,
    drugs: Sequence[str] = DRUGS,
    columns: Sequence[str] = COLUMNS,
) -> st.SearchStrategy[Criterion]:
    """Any criterion."""
    drug, codes = st.sampled_from(drugs), sorted(instruments)
    dates = st.tuples(*[st.dates(date(2018, 1, 1), date(2025, 1, 1))] * 2).map(sorted)
    some = st.lists(st.sampled_from(codes), min_size=1, unique=True)
    kinds = [
        dates.map(lambda pair: IndexDate(from_=pair[0], to=pair[1])),
        limits(0, 90).map(lambda pair: AgeLimits(from_=pair[0], to=pair[1])),
        st.builds(Prescriptions, drug=drug, at_least=st.integers(1, 8)),
        st.builds(
            PriorTreatment,
            drug=drug,
            min_days=st.none() | st.integers(1, 700),
            stop_reasons=st.none() | st.lists(st.sampled_from(STOP_REASONS), min_size=1, unique=True).map(tuple),
            max_gap_days=st.none() | st.integers(-30, 365),
        ),
        st.sampled_from(codes).flatmap(
            lambda code: limits(*instruments[code]).map(
                lambda pair: BaselineScore(instrument=code, at_least=pair[0], at_most=pair[1])
            )
        ),
        some.flatmap(
            lambda held: st.integers(1, len(held)).map(
                lambda least: FollowUpScores(instruments=tuple(held), at_least=least)
            )
        ),
        st.builds(PatientReport, at_least=st.integers(1, 3)),
    ]
    if columns:
        kinds.append(
            st.tuples(st.sampled_from(columns), limits(0, 60)).map(
                lambda drawn: Covariate(column=drawn[0], from_=drawn[1][0], to=drawn[1][1])
            )
        )
    return st.one_of(kinds)


def leaves(
    instruments: Mapping[str, tuple[int, int]] = INSTRUMENTS, items: Sequence[str] = ITEMS
) -> st.SearchStrategy[Rule]:
    """Any simple rule."""
    kinds = [st.sampled_from(sorted(instruments)).flatmap(lambda code: _score_rules(code, *instruments[code]))]
    if items:
        kinds.append(st.builds(Reported, item=st.sampled_from(items)))
    return st.one_of(kinds)


def _score_rules(code: str, low: int, high: int) -> st.SearchStrategy[Rule]:
    threshold = st.sampled_from(("at_least", "more_than"))
    percentages = st.tuples(threshold, st.integers(0, 100))
    points = st.tuples(threshold, st.integers(0, 2 * (high - low)).map(lambda halves: halves / 2))
    began = st.none() | st.integers(low, high)
    return st.one_of(
        st.builds(
            lambda by, least: PercentImprovement(instrument=code, baseline_at_least=least, **dict([by])),
            percentages,
            began,
        ),
        st.builds(
            lambda by, least: PointImprovement(instrument=code, baseline_at_least=least, **dict([by])), points, began
        ),
        st.builds(ScoreAtMost, instrument=st.just(code), score=st.integers(low, high), baseline_at_least=began),
        st.builds(ScoreAtLeast, instrument=st.just(code), score=st.integers(low, high), baseline_at_least=began),
    )


def rules(
    instruments: Mapping[str, tuple[int, int]] = INSTRUMENTS, items: Sequence[str] = ITEMS
) -> st.SearchStrategy[Rule]:
    """Any rule, simple or combined."""

    def combined(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        parts = st.lists(inner, min_size=1, max_size=4).map(tuple)
        return st.one_of(
            parts.map(lambda held: AnyOf(rules=held)),
            parts.map(lambda held: AllOf(rules=held)),
            parts.flatmap(lambda held: st.integers(1, len(held)).map(lambda count: AtLeast(count=count, rules=held))),
        )

    return st.recursive(leaves(instruments, items), combined, max_leaves=6)


def windows(earliest: int, latest: int) -> st.SearchStrategy[Window]:
    """Any window between two days, its target within."""
    days = st.tuples(*[st.integers(earliest, latest)] * 2).map(sorted)
    picks = st.sampled_from(("first", "last", "best", "worst", "mean"))
    plain = st.tuples(days, picks).map(lambda drawn: Window(from_day=drawn[0][0], to_day=drawn[0][1], pick=drawn[1]))
    closest = days.flatmap(
        lambda limits: st.integers(*limits).map(
            lambda target: Window(from_day=limits[0], to_day=limits[1], target_day=target, pick="closest")
        )
    )
    return st.one_of(plain, closest)


def policies() -> st.SearchStrategy[Missing]:
    """Any policy for unknown outcomes, with few imputations."""
    plain = st.sampled_from(("observed", "non_responder", "last_observation", "best_case", "worst_case"))
    imputed = st.builds(
        Missing, kind=st.just("multiple_imputation"), imputations=st.integers(2, 5), seed=st.integers(0, 99)
    )
    return st.one_of(plain.map(lambda kind: Missing(kind=kind)), imputed)


def studies(
    instruments: Mapping[str, tuple[int, int]] = INSTRUMENTS,
    items: Sequence[str] = ITEMS,
    drugs: Sequence[str] = DRUGS,
    columns: Sequence[str] = COLUMNS,
) -> st.SearchStrategy[Study]:
    """Any study of a cohort: its instruments with their ranges, report items, drugs (index drug first) and columns."""
    criterion = criteria(instruments, drugs, columns)
    return st.builds(
        Study,
        name=NAMES,
        index_drug=st.just(drugs[0]),
        prior_drug=st.sampled_from((None, *drugs[1:])),
        eligibility=st.lists(criterion, max_size=4).map(tuple),
        baseline=windows(-120, 0),
        follow_up=windows(1, 200),
        response=st.builds(Response, among=st.lists(criterion, max_size=2).map(tuple), rule=rules(instruments, items)),
        after_stop=st.sampled_from(("ignore", "failure", "last_before_stop")),
        missing=policies(),
        index=st.sampled_from(("first_prescription", "first_dose")),
        interval=st.sampled_from(("wilson", "clopper_pearson", "jeffreys", "agresti_coull", "mid_p")),
        confidence=st.sampled_from((0.8, 0.9, 0.95, 0.99)),
        hypothetical=st.booleans(),
    )
