from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.literature.claims import claims
from explorer.literature.headline import headline, published_rate
from explorer.study.presets import PRESETS, default_for
from tests.pages.cohorts import all_missing, scores_only
from tests.tables import cohort

PUBLISHED = PRESETS["as-published"].study


def rows(**changes):
    return headline(analyse(bundled_cohort(), PUBLISHED.model_validate(PUBLISHED.to_dict() | changes)))


def test_the_published_definition_gives_the_published_figures_and_says_so():
    response, bsa, itch, iga = rows()
    assert (response.label, response.value) == ("Responded", "24/47 (51 %)")
    assert response.doubt == "of those with prior dupilumab; 95 % CI 37 % to 65 %; as published (51 %)"
    assert [row.value for row in (bsa, itch, iga)] == ["20.5 → 11.4", "6.22 → 4.24", "2.60 → 2.19"]
    assert all(row.doubt.endswith("as published") for row in (bsa, itch, iga))


def test_another_definition_says_how_far_it_is_from_the_published_rate():
    # 24 of the 32 whose outcome is known: 75 %, against 51 %.
    assert rows(missing="observed")[0].doubt.endswith("24 percentage points above the published 51 %")


def test_another_window_says_how_far_the_change_is_from_the_published_one():
    later = rows(follow_up={"from_day": 30, "to_day": 365, "pick": "last"})[1]
    assert "from the published change of -9.1" in later.doubt


def test_scores_printed_over_whoever_had_one_say_so_and_give_the_paired_change():
    assert rows()[3].doubt.startswith("means of the 42 and the 37 who had a score; in the 33 with both, change -0.33")


def test_a_cohort_that_is_no_reconstruction_is_compared_with_nothing():
    cohort = scores_only()
    analysis = analyse(cohort, default_for(cohort))
    assert published_rate(analysis) is None
    response, pasi, analysed = headline(analysis)
    assert response.doubt == "95 % CI 47 % to 91 %"
    assert (pasi.label, pasi.value) == ("Psoriasis Area and Severity Index", "14.8 → 5.5")
    assert (analysed.label, analysed.value) == ("Analysed", "12/12 (100 %)")


def test_hypothetical_additions_are_never_compared_with_what_was_published():
    found = rows(hypothetical=True, eligibility=())
    assert not any("published" in row.doubt for row in found)
    assert found[0].value.startswith("24/47 + ")
    assert found[0].doubt.endswith("no interval; hypothetical additions second")
    assert found[1].doubt.startswith("means of the 33 reconstructed + ")
    assert (
        claims(analyse(bundled_cohort(), PUBLISHED.model_copy(update={"hypothetical": True, "eligibility": ()}))) == ()
    )


def test_a_score_that_nobody_has_twice_is_counted_and_not_averaged():
    cohort = all_missing()
    bsa = headline(analyse(cohort, default_for(cohort)))[1]
    assert (bsa.value, bsa.doubt) == ("0/6 with both scores", "6 have a baseline, 0 a follow-up score")


def test_additions_among_those_analysed_stand_second():
    rows = [f"{name}|{day}|IGA|{score}" for name in ("H1", "P1", "P2") for day, score in ((0, 3), (90, 2))]
    mixed = cohort(
        patients="patient_id | tier\nH1 | hypothetical\nP1 |\nP2 |",
        assessments="\n".join(["patient_id|day|instrument|score", *rows]),
    )
    response, _, analysed = headline(analyse(mixed, default_for(mixed).replace(hypothetical=True)))
    assert response.value == "0/2 + 0/1"  # a fall from 3 to 2 is less than half
    assert (analysed.value, analysed.doubt) == ("2 + 1", "meet every criterion; hypothetical additions second")
