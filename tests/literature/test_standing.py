from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.literature.claims import claims
from explorer.literature.standing import ASSUMED, CANNOT, FIXED, grouped, in_words, standing, tally
from explorer.study.presets import PRESETS

PUBLISHED = PRESETS["as-published"].study


def held(**changes):
    return claims(analyse(bundled_cohort(), PUBLISHED.model_validate(PUBLISHED.to_dict() | changes)))


def marks(rows):
    return {claim.fact.id: standing(claim).mark for claim in rows}


def test_printed_figures_are_fixed_and_words_are_assumptions():
    found = marks(held())
    words = {"less_topical", "fewer_flares", "conjunctivitis", "events_resolved"}
    assert {name for name, mark in found.items() if mark == ASSUMED} == words
    assert {mark for name, mark in found.items() if name not in words} == {FIXED}


def test_a_cohort_without_the_scores_in_the_window_cannot_say():
    found = marks(held(follow_up={"from_day": 5000, "to_day": 5001, "pick": "last"}))
    assert found["iga_0_1"] == found["bsa_significance"] == CANNOT
    assert found["prior_dupilumab"] == FIXED


def test_what_the_definition_gives_is_said_with_the_verdict():
    said = {claim.fact.id: in_words(claim) for claim in held()}
    assert said["improved"] == "24/47 (51 %): agrees"
    assert said["fewer_flares"] == "23/49 (47 %): no printed number"
    later = held(follow_up={"from_day": 5000, "to_day": 5001, "pick": "last"})
    assert {claim.fact.id: in_words(claim) for claim in later}[
        "bsa_significance"
    ] == "no test: nothing to compute it from"


def test_what_the_source_leaves_unsaid_stands_beside_the_mark():
    improved = next(claim for claim in held() if claim.fact.id == "improved")
    assert str(standing(improved)).startswith("fixed by the figures; unsaid: the count, how much change counted")


def test_every_claim_stands_in_exactly_one_group():
    rows = held()
    assert sorted(claim.fact.id for group in grouped(rows).values() for claim in group) == sorted(
        claim.fact.id for claim in rows
    )


def test_agreement_is_counted_in_a_sentence():
    assert "Of 23 published statements, the definition in force gives 19 as printed and 0 differently; 4" in tally(
        held()
    )
    assert "18 as printed and 1 differently; 4" in tally(held(missing="observed"))
