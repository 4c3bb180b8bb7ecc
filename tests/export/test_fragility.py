from explorer.analysis.analyse import analyse
from explorer.analysis.fragility import Claims, fragility
from explorer.bundled import bundled_cohort
from explorer.export.fragility import claims_in_words, fragility_rows
from explorer.study.presets import PRESETS


def rows(preset, percent):
    return fragility_rows(fragility(analyse(bundled_cohort(), PRESETS[preset].study), percent)).to_numpy().tolist()


def test_a_rate_just_above_the_line_hangs_on_one_outcome():
    crossing, more, fewer = rows("as-published", 50)
    assert crossing == ["The rate is 24/47 (51 %): 50 % or more", "1 responder fewer: 23/47 (49 %)"]
    assert more[0] == fewer[0] == "Its interval, 95 % CI 37 % to 65 %: includes 50 %"
    assert more[1].startswith("7 responders more: 31/47 (66 %)")
    assert more[1].endswith("wholly above 50 %")
    assert fewer[1].endswith("wholly below 50 %")


def test_what_cannot_turn_is_said():
    crossing, more, fewer = rows("strict", 50)
    assert crossing[0] == "The rate is 3/47 (6 %): below 50 %"
    assert more[1].endswith("includes 50 %")
    assert fewer[1] == "no number of responders fewer"


def test_the_claims_about_the_unknown_are_said_in_counts():
    said = claims_in_words(Claims(n_unknown=15, reaches_from=0, above_from=7, below_up_to=None), 50)
    assert said == (
        "The interval would lie wholly above 50 % if at least 7/15 (47 %) of the unknown had responded; wholly below it "
        "not even if none had."
    )
    said = claims_in_words(Claims(n_unknown=4, reaches_from=None, above_from=None, below_up_to=4), 50)
    assert said == (
        "The interval would lie wholly above 50 % not even if all 4 unknown had responded; wholly below it if at most "
        "4/4 (100 %) had."
    )
