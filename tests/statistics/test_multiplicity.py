import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from explorer.statistics.multiplicity import benjamini_hochberg, holm
from tests.reference_cases import cases, same


@pytest.mark.parametrize("case", cases("multiplicity"))
@pytest.mark.parametrize(("adjust", "key"), [(holm, "holm"), (benjamini_hochberg, "BH")])
def test_adjusted_p_values_agree_with_r(case, adjust, key):
    assert adjust(case["input"]["p"]).tolist() == same(case["output"][key])


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_no_p_values_stay_none(adjust):
    assert adjust([]).tolist() == []


# R: p.adjust(c(.01, NA, .04), "holm") is .02 NA .04: a test without a p value is not a test.
@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_a_missing_p_value_stays_missing_and_is_not_counted(adjust):
    assert adjust([0.01, np.nan, 0.04]) == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_a_p_value_above_one_is_refused(adjust):
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust([0.5, 1.2])


@settings(max_examples=20)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_p_values_are_those_of_statsmodels_too(p):
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])
