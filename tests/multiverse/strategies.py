"""Random grids around random studies of the bundled cohort."""

from hypothesis import strategies as st

from explorer.multiverse.decisions import (
    AfterStopDecision,
    CriteriaDecision,
    IndexDecision,
    MissingDecision,
    RuleDecision,
    ThresholdDecision,
    WindowDecision,
)
from explorer.multiverse.grid import Grid
from explorer.study.eligibility import BaselineScore, Covariate, FollowUpScores, Prescriptions, PriorTreatment
from explorer.study.presets import PRESETS
from tests.study.strategies import rules, studies, windows

OPTIONS = {
    ("eligibility", "prescriptions", "tralokinumab"): [
        (),
        (Prescriptions(drug="tralokinumab", at_least=2),),
        (Prescriptions(drug="tralokinumab", at_least=2), Prescriptions(drug="tralokinumab", at_most=5)),
    ],
    ("eligibility", "baseline_score", "IGA"): [
        (),
        (BaselineScore(instrument="IGA", at_least=3),),
        (BaselineScore(instrument="IGA", at_most=2),),
    ],
    ("eligibility", "follow_up_scores", None): [
        (),
        (FollowUpScores(instruments=("BSA", "PPNRS", "IGA"), at_least=1),),
        (FollowUpScores(instruments=("IGA",), at_least=1),),
    ],
    ("eligibility", "covariate", "ad_years"): [
        (Covariate(column="ad_years", from_=5),),
        (Covariate(column="ad_years", to=40),),
    ],
    ("among", "prior_treatment", "dupilumab"): [
        (),
        (PriorTreatment(drug="dupilumab"),),
        (PriorTreatment(drug="dupilumab", min_days=300),),
    ],
}


def _some(values, fewest=1, most=3):
    return st.lists(st.sampled_from(values), min_size=fewest, max_size=most, unique_by=str)


def _labelled(values, name):
    return [{"label": f"option {place}", name: value} for place, value in enumerate(values)]


def _criteria(key):
    field, kind, about = key
    return _some(OPTIONS[key]).map(
        lambda chosen: CriteriaDecision(
            field=field, name=f"{field} {kind}", kind=kind, about=about, options=_labelled(chosen, "criteria")
        )
    )


def _windows(field, earliest, latest):
    return st.lists(windows(earliest, latest), min_size=1, max_size=3, unique_by=str).map(
        lambda chosen: WindowDecision(field=field, name=field, options=_labelled(chosen, "window"))
    )


def _rules():
    known = st.sampled_from([preset.study.response.rule for preset in PRESETS.values()])
    return st.lists(known | rules(), min_size=1, max_size=3, unique_by=str).map(
        lambda chosen: RuleDecision(field="rule", name="rule", options=_labelled(chosen, "rule"))
    )


def _plain(decision, field, values):
    return _some(values).map(lambda chosen: decision(field=field, name=field, options=_labelled(chosen, field)))


def decisions():
    """Some decisions, no two about the same."""
    return st.tuples(
        *[st.none() | _criteria(key) for key in OPTIONS],
        st.none() | _windows("baseline", -120, 10),
        st.none() | _windows("follow_up", 1, 200),
        st.none() | _plain(AfterStopDecision, "after_stop", ("ignore", "failure", "last_before_stop")),
        st.none() | _plain(IndexDecision, "index", ("first_prescription", "first_dose")),
        _plain(MissingDecision, "missing", ("observed", "non_responder", "last_observation")),
        st.none() | _rules(),
        st.none()
        | _some((25, 50, 75)).map(
            lambda chosen: ThresholdDecision(
                field="threshold",
                name="BSA",
                kind="percent_improvement",
                about="BSA",
                options=_labelled(chosen, "at_least"),
            )
        ),
    ).map(lambda drawn: tuple(each for each in drawn if each is not None))


def grids():
    """Any grid around any study, the study's own choices among the options."""
    return st.builds(
        lambda base, held: Grid(name="random", base=base, decisions=held).around(base), studies(), decisions()
    )
