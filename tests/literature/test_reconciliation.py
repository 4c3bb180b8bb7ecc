"""Published figures and what could have given them: against arithmetic by hand and the reconstruction notes."""

from explorer.literature.reconciliation import percentages, reconciled
from explorer.reconstruction.facts import published

# What the source says about how patients were found and let in; these are no results.
ENTRY = {"window_start", "window_end", "prescriptions", "follow_up_scores"}


def row(fact):
    return next(each for each in reconciled() if fact in each.facts)


def test_every_published_result_is_reconciled_once():
    named = [fact for each in reconciled() for fact in each.facts]
    assert sorted(named) == sorted({fact.id for fact in published().facts} - ENTRY)


def test_ninety_six_percent_is_47_and_nothing_else():
    assert row("prior_dupilumab").gives == "47/49 (96 %), and no other count of 49"


def test_fifty_one_percent_is_24_of_47_but_the_percentage_alone_fits_others():
    found = row("improved")
    assert found.gives.startswith("24/47 (51 %) of the prior users")
    assert found.gives.endswith("25/49, 23/45, 22/43, 21/41, 20/39, 19/37 or 18/35")


def test_fourteen_percent_excludes_45_to_48_and_so_the_prior_users():
    found = row("iga_0_1")
    assert found.gives.endswith("no count of 45, 46, 47 or 48")
    assert "not the prior users" in found.known
    assert published().counts("C2") == (47,)


# R: prop.test(7, 49, correct = FALSE), prop.test(1, 7, correct = FALSE): 0.0710 to 0.2667, 0.0257 to 0.5131.
def test_the_interval_depends_on_which_count_it_was():
    assert row("iga_0_1").interval == "95 % CI 7 % to 27 % for 7/49, 95 % CI 3 % to 51 % for 1/7"


def test_the_iga_finding_is_one_row():
    found = row("iga_significance")
    assert found.gives == "A fall of 0.40 to 0.42; the same patients twice only if 42, 43, 47 or 48"
    assert "at least 1.30, reached with 42 pairs" in found.interval


def test_bsa_and_itch_fit_almost_any_number_of_patients():
    assert row("bsa_baseline").gives == "A fall of 9.0 to 9.2, of any number of patients but 1 to 7 and 9"
    assert row("ppnrs_baseline").gives == "A fall of 1.9 to 2.1, of any number of patients but 1 to 3 and 7"


def test_words_are_never_turned_into_counts():
    found = row("fewer_flares")
    assert found.gives_and_interval == "Words only: no count can be worked out."
    assert not any(letter.isdigit() for letter in found.printed + found.known)


def test_the_median_has_ranks_for_limits():
    assert row("dupilumab_exposure").interval.startswith("95 % CI from number 17 to number 31")


def test_percentages_of_patients_are_three():
    assert [fact.value for fact in percentages()] == ["96", "51", "14"]
