"""What counts as response: rules in three-valued logic."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.errors import DefinitionError
from explorer.study.response import (
    AllOf,
    AnyOf,
    AtLeast,
    PercentImprovement,
    PointImprovement,
    Reported,
    Response,
    ScoreAtLeast,
    ScoreAtMost,
)
from tests.study.strategies import rules
from tests.study.stub import DUNNO, NO, YES, Known, verdicts


def one(code, baseline, follow_up):
    """Verdict on one patient with the two scores."""
    return Known(before={code: (baseline,)}, after={code: (follow_up,)})


@pytest.mark.parametrize(
    ("rule", "baseline", "follow_up", "expected"),
    [
        # Reaching the threshold suffices for at_least, and not for more_than.
        (PercentImprovement(instrument="BSA", at_least=50), 20, 10, YES),
        (PercentImprovement(instrument="BSA", at_least=50), 20, 10.1, NO),
        (PercentImprovement(instrument="BSA", more_than=50), 20, 10, NO),
        # 100 * 29 / 50 is 58 exactly; (50 - 21) / 50 * 100 is 57.99999999999999.
        (PercentImprovement(instrument="BSA", at_least=58), 50, 21, YES),
        (PercentImprovement(instrument="BSA", at_least=50), 72.3, 36.15, YES),
        # 7.1 - 3.1 is 3.9999999999999996.
        (PointImprovement(instrument="PPNRS", at_least=4), 7.1, 3.1, YES),
        (PointImprovement(instrument="PPNRS", more_than=4), 7.1, 3.1, NO),
        (PointImprovement(instrument="PPNRS", more_than=0), 5, 5, NO),
        (PointImprovement(instrument="PPNRS", more_than=0), 5, 4, YES),
        # At least 0 is no worsening.
        (PointImprovement(instrument="PPNRS", at_least=0), 5, 5, YES),
        (PointImprovement(instrument="PPNRS", at_least=0), 5, 6, NO),
        (PercentImprovement(instrument="WELL", at_least=0), 5, 4, NO),
        # A percentage of nothing is undefined.
        (PercentImprovement(instrument="BSA", at_least=50), 0, 0, DUNNO),
        (PercentImprovement(instrument="BSA", at_least=50), 0, 5, DUNNO),
        # Where higher is better, a rise is an improvement.
        (PercentImprovement(instrument="WELL", at_least=50), 10, 15, YES),
        (PercentImprovement(instrument="WELL", at_least=50), 10, 5, NO),
        (PointImprovement(instrument="WELL", at_least=3), 10, 13, YES),
        (PointImprovement(instrument="WELL", at_least=3), 13, 10, NO),
        (ScoreAtMost(instrument="IGA", score=1), None, 1, YES),
        (ScoreAtMost(instrument="IGA", score=1), 1, 2, NO),
        (ScoreAtMost(instrument="IGA", score=1), 4, None, DUNNO),
        (ScoreAtLeast(instrument="WELL", score=15), None, 15, YES),
        (ScoreAtLeast(instrument="WELL", score=15), None, 14, NO),
        (PointImprovement(instrument="PPNRS", at_least=4), None, 1, DUNNO),
        (PointImprovement(instrument="PPNRS", at_least=4), 8, None, DUNNO),
        # A restriction on baseline that is not met makes the rule false, even where the rest is unknown.
        (PointImprovement(instrument="PPNRS", at_least=1, baseline_at_least=4), 3, 0, NO),
        (PointImprovement(instrument="PPNRS", at_least=1, baseline_at_least=4), 4, 3, YES),
        (PointImprovement(instrument="PPNRS", at_least=1, baseline_at_least=4), 3, None, NO),
        (PointImprovement(instrument="PPNRS", at_least=1, baseline_at_least=4), None, 3, DUNNO),
        (PercentImprovement(instrument="BSA", at_least=50, baseline_at_least=10), 0, 0, NO),
        (ScoreAtMost(instrument="IGA", score=1, baseline_at_least=3), None, 1, DUNNO),
        # Whatever the baseline was, this score is too high.
        (ScoreAtMost(instrument="IGA", score=1, baseline_at_least=3), None, 4, NO),
    ],
)
def test_rules_on_scores(rule, baseline, follow_up, expected):
    assert verdicts(rule.met_by(one(rule.instrument, baseline, follow_up))) == [expected]


def test_a_report_counts_as_answered():
    assert verdicts(Reported(item="a").met_by(Known(answers={"a": (True, False, None)}))) == [YES, NO, DUNNO]


# Every combination of two parts.
PAIRS = Known(
    answers={
        "a": (YES, YES, YES, NO, NO, NO, DUNNO, DUNNO, DUNNO),
        "b": (YES, NO, DUNNO, YES, NO, DUNNO, YES, NO, DUNNO),
    }
)
A, B = Reported(item="a"), Reported(item="b")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (AnyOf(rules=(A, B)), [YES, YES, YES, YES, NO, DUNNO, YES, DUNNO, DUNNO]),
        (AllOf(rules=(A, B)), [YES, NO, DUNNO, NO, NO, NO, DUNNO, NO, DUNNO]),
        (AtLeast(count=1, rules=(A, B)), [YES, YES, YES, YES, NO, DUNNO, YES, DUNNO, DUNNO]),
        (AtLeast(count=2, rules=(A, B)), [YES, NO, DUNNO, NO, NO, NO, DUNNO, NO, DUNNO]),
        (AnyOf(rules=(A,)), [YES, YES, YES, NO, NO, NO, DUNNO, DUNNO, DUNNO]),
    ],
)
def test_truth_tables(rule, expected):
    assert verdicts(rule.met_by(PAIRS)) == expected


def test_two_of_three_is_known_as_soon_as_the_unknown_part_cannot_change_it():
    facts = Known(answers={"a": (YES, YES, NO), "b": (YES, NO, NO), "c": (DUNNO, DUNNO, DUNNO)})
    rule = AtLeast(count=2, rules=(A, B, Reported(item="c")))
    assert verdicts(rule.met_by(facts)) == [YES, DUNNO, NO]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (PercentImprovement(instrument="BSA", at_least=50), "BSA improved by at least 50 %"),
        (PercentImprovement(instrument="BSA", more_than=0), "any improvement of BSA"),
        (PercentImprovement(instrument="BSA", at_least=0), "no worsening of BSA"),
        (PointImprovement(instrument="IGA", at_least=0), "no worsening of IGA"),
        (PointImprovement(instrument="PPNRS", at_least=4), "PPNRS improved by at least 4 points"),
        (PointImprovement(instrument="IGA", more_than=1), "IGA improved by more than 1 point"),
        (
            PointImprovement(instrument="PPNRS", at_least=3, baseline_at_least=3),
            "PPNRS improved by at least 3 points (from a baseline of at least 3)",
        ),
        (ScoreAtMost(instrument="IGA", score=1), "a follow-up IGA of 1 or less"),
        (ScoreAtLeast(instrument="WELL", score=15), "a follow-up WELL of 15 or more"),
        (Reported(item="fewer_flares"), "fewer flares reported"),
        (AnyOf(rules=(A, B)), "any of a reported or b reported"),
        (AnyOf(rules=(A,)), "a reported"),
        (AllOf(rules=(A, B)), "a reported and b reported"),
        (
            AtLeast(count=2, rules=(A, AllOf(rules=(A, B)), B)),
            "at least 2 of a reported, (a reported and b reported) and b reported",
        ),
    ],
)
def test_a_rule_says_itself(rule, words):
    assert str(rule) == words


def test_leaves_stand_once_each_and_in_order():
    itch, clear = PointImprovement(instrument="PPNRS", at_least=4), ScoreAtMost(instrument="IGA", score=1)
    rule = AnyOf(rules=(A, AllOf(rules=(clear, itch)), AtLeast(count=1, rules=(itch, B, A))))
    assert rule.leaves() == (A, clear, itch, B)
    assert rule.instruments() == ("IGA", "PPNRS")
    assert rule.items() == ("a", "b")
    assert itch.leaves() == (itch,)


def nested(deep):
    rule = A
    for _ in range(deep - 1):
        rule = AllOf(rules=(rule,))
    return rule


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: PointImprovement(instrument="IGA"), "exactly one of at_least and more_than is needed"),
        (lambda: PointImprovement(instrument="IGA", at_least=1, more_than=1), "exactly one of at_least and more_than"),
        (
            lambda: PercentImprovement(instrument="BSA", at_least=500),
            "at_least: 500 is not allowed; a percentage improvement lies between 0 and 100",
        ),
        *(
            (lambda kind=kind, word=word: kind(instrument="BSA", **{word: -1}), f"{word}: -1 is not allowed; {allowed}")
            for kind, allowed in (
                (PercentImprovement, "a percentage improvement lies between 0 and 100"),
                (PointImprovement, "an improvement in points lies between 0 and 1000000"),
            )
            for word in ("at_least", "more_than")
        ),
        (lambda: AnyOf(rules=()), "rules: 0 entries are not allowed; 1 to 64 are"),
        (lambda: AtLeast(count=3, rules=(A, B)), "a count of 3 is not allowed; only 2 rules given"),
        (lambda: Response(rule=nested(9)), "the rule is nested 9 deep; at most 8 is allowed"),
        (
            lambda: Response(rule=AnyOf(rules=(AnyOf(rules=(A,) * 60), AnyOf(rules=(A,) * 5)))),
            "the rule is made of 65 simple rules; at most 64 are allowed",
        ),
    ],
)
def test_a_rule_that_means_nothing_or_too_much_is_refused(build, says):
    with pytest.raises(DefinitionError) as refused:
        build()
    assert says in str(refused.value)


def test_eight_deep_is_allowed():
    assert Response(rule=nested(8)).rule.depth() == 8


# Laws


SCORES = {"BSA": st.integers(0, 100), "PPNRS": st.integers(0, 10), "IGA": st.integers(0, 4)}
ITEMS = ("fewer_flares", "less_topical", "overall_benefit")
scores = st.fixed_dictionaries({code: st.tuples(st.none() | score) for code, score in SCORES.items()})
answers = st.fixed_dictionaries({item: st.tuples(st.sampled_from((True, False, None))) for item in ITEMS})
patients = st.builds(Known, before=scores, after=scores, answers=answers)


@settings(max_examples=300, deadline=None)
@given(rule=rules(), patient=patients, data=st.data())
def test_losing_an_input_may_make_a_verdict_unknown_but_never_its_opposite(rule, patient, data):
    before = verdicts(rule.met_by(patient))[0]
    group = data.draw(st.sampled_from(("before", "after", "answers")))
    held = getattr(patient, group)
    lost = {**held, data.draw(st.sampled_from(sorted(held))): (None,)}
    poorer = Known(
        **{name: lost if name == group else getattr(patient, name) for name in ("before", "after", "answers")}
    )
    assert verdicts(rule.met_by(poorer))[0] in {before, None}


@settings(max_examples=200, deadline=None)
@given(
    patient=patients,
    kind=st.sampled_from((PercentImprovement, PointImprovement)),
    code=st.sampled_from(sorted(SCORES)),
    pair=st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted),
    word=st.sampled_from(("at_least", "more_than")),
)
def test_a_tighter_threshold_never_gains_responders(patient, kind, code, pair, word):
    looser, tighter = (kind(instrument=code, **{word: threshold}).met_by(patient)[0] for threshold in pair)
    assert tighter <= looser


@settings(max_examples=100, deadline=None)
@given(patient=patients, code=st.sampled_from(sorted(SCORES)), pair=st.tuples(*[st.integers(0, 100)] * 2).map(sorted))
def test_a_lower_target_never_gains_responders(patient, code, pair):
    tighter, looser = (ScoreAtMost(instrument=code, score=score).met_by(patient)[0] for score in pair)
    assert tighter <= looser
