"""What printed figures could have come from, against the reconstruction notes, arithmetic by hand and brute force."""

from fractions import Fraction
from itertools import product

import pytest

from explorer.reconstruction.facts import published
from explorer.reconstruction.iga import needed_sds, not_significant, sizes
from explorer.reconstruction.printed import fewest_worse, median_ranks, printed_means, shares_printing
from explorer.statistics.grim import counts_printing


def test_fourteen_percent_of_up_to_49_is_one_of_thirteen_counts():
    # The notes: 1/7 2/14 3/21 3/22 4/28 4/29 5/35-37 6/42-44 7/49.
    listed = {(1, 7), (2, 14), (3, 21), (3, 22), (4, 28), (4, 29), (5, 35), (5, 36), (5, 37)}
    listed |= {(6, 42), (6, 43), (6, 44), (7, 49)}
    assert set(shares_printing("14", 49)) == listed
    assert shares_printing("14", 49)[0] == (7, 49)


def test_the_fall_of_two_printed_means_is_known_up_to_their_rounding():
    assert printed_means("BSA").fall == (Fraction(9), Fraction("9.2"))
    assert printed_means("PPNRS").fall == (Fraction("1.9"), Fraction("2.1"))
    assert printed_means("IGA").fall == (Fraction("0.40"), Fraction("0.42"))


def test_an_instrument_without_printed_means_is_refused():
    with pytest.raises(KeyError):
        printed_means("EASI")


def paired(items=1):
    return [each for each in sizes(items) if each.paired]


# The notes, section 2.
def test_the_iga_means_are_of_42_43_47_or_48_if_of_the_same_patients():
    assert [(each.n, each.before, each.after) for each in paired()] == [
        (42, (109,), (92,)),
        (43, (112,), (94,)),
        (47, (122,), (103,)),
        (48, (125,), (105,)),
    ]
    assert [(each.n, each.clear) for each in paired() if each.clear] == [(42, (6,)), (43, (6,))]


def test_fourteen_percent_is_impossible_of_45_to_48():
    assert [each.n for each in sizes() if each.n >= 44 and not each.clear] == [45, 46, 47, 48]


def test_half_grades_fit_many_more_numbers():
    listed = [21, 24, 26, 29, 31, 34, 35, 36, 39, 40, 42, 43, 44, 45, 47, 48, 49]
    assert [each.n for each in paired(2)] == listed
    assert [each.n for each in paired(2) if each.clear] == [21, 29, 35, 36, 42, 43, 44, 49]


# The notes, section 3: SD with exact sums, and patients who must have worsened if changes lie within two grades.
@pytest.mark.parametrize(
    ("place", "n", "sd", "worse"), [(0, 42, 1.30, 6), (1, 43, 1.36, 7), (2, 47, 1.38, 8), (3, 48, 1.43, 9)]
)
def test_what_not_significant_asks_for_is_as_in_the_notes(place, n, sd, worse):
    asked = not_significant(paired()[place])
    assert (asked.n, round(asked.sd, 2), asked.fewest_worse) == (n, sd, worse)


# The same section, with the printed fall of 0.41.
@pytest.mark.parametrize(("n", "sd"), [(8, 0.49), (10, 0.57), (21, 0.90), (30, 1.10), (48, 1.41)])
def test_the_sd_needed_by_number_of_pairs_is_as_in_the_notes(n, sd):
    assert round(needed_sds(49)[n - 2], 2) == sd


@pytest.mark.parametrize("sd", [0.8, 1.0])
def test_the_correlation_is_that_of_two_equal_spreads(sd):
    asked = not_significant(paired()[0])
    # Var(after - before) = 2 sd^2 (1 - r).
    assert 2 * sd**2 * (1 - asked.correlation(sd)) == pytest.approx(asked.sd**2)


@pytest.mark.parametrize("n", [2, 3, 5])
@pytest.mark.parametrize("most", [1, 2])
def test_the_fewest_who_worsened_are_found_by_trying_all_changes(n, most):
    tables = list(product(range(-most, most + 1), repeat=n))
    for total in range(1, n * most + 1):
        for squares in range(n * most**2 + 1):
            fit = [t for t in tables if sum(t) == total and sum(change**2 for change in t) >= squares]
            expected = min((sum(change < 0 for change in table) for table in fit), default=None)
            assert fewest_worse(n, total, squares, most) == expected


# Ranks of the 95 % interval of a median, Conover, Practical Nonparametric Statistics; R: qbinom(0.025, n, 0.5).
@pytest.mark.parametrize(("n", "ranks"), [(6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (47, (17, 31))])
def test_the_interval_of_a_median_lies_between_these_ordered_values(n, ranks):
    assert median_ranks(n) == ranks


def test_every_printed_percentage_of_patients_is_of_a_count_the_reconstruction_uses():
    facts = published()
    assert counts_printing(facts.fact("prior_dupilumab").value, 49) == facts.counts("C2")
    assert counts_printing(facts.fact("improved").value, 47) == facts.counts("C3")
