from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.statistics.pooling import pool
from tests.reference_cases import number, read, same, shared

GIVEN = [case for case in read("multiple_imputation") if "estimates" in case["input"]]
FROM_FILE = next(case for case in read("multiple_imputation") if "file" in case["input"])
KEYS = {
    "m": "m",
    "qbar": "estimate",
    "ubar": "within",
    "b": "between",
    "t": "total",
    "se": "se",
    "riv": "riv",
    "lambda": "lambda_",
    "fmi": "fmi",
    "t_stat": "t",
    "p": "p",
    "lower": "low",
    "upper": "high",
}


def assert_agrees(result, r):
    assert [getattr(result, name) for name in KEYS.values()] == same([r[key] for key in KEYS], rel=1e-7)
    # R writes infinite degrees of freedom as null.
    degrees = [np.inf if r[key] is None else number(r[key]) for key in ("df_rubin1987", "df_barnard_rubin")]
    assert [result.df_1987, result.df] == pytest.approx(degrees, rel=1e-9)


def imputed(file):
    table = pd.read_csv(shared("reference", file))
    return [copy for _, copy in table.groupby("imputation")]


def regress(copy):
    """Coefficients, their variances and the residual degrees of freedom of w16 ~ treat + w0."""
    design = np.column_stack([np.ones(len(copy)), copy.treat == 2, copy.treat == 3, copy.w0]).astype(float)
    coefficients, residual, *_ = np.linalg.lstsq(design, copy.w16.to_numpy(float))
    df = len(copy) - 4
    return coefficients, residual[0] / df * np.diag(np.linalg.inv(design.T @ design)), df


@pytest.mark.parametrize("case", GIVEN, ids=[case["id"] for case in GIVEN])
def test_rubins_rules_agree_with_r(case):
    given_ = case["input"]
    result = pool(given_["estimates"], given_["variances"], None if given_["dfcom"] == "Inf" else given_["dfcom"])
    assert_agrees(result, case["output"])


@pytest.mark.parametrize(("place", "term"), list(enumerate(["(Intercept)", "treat2", "treat3", "w0"])))
def test_pooled_regressions_on_given_imputations_agree_with_r(place, term):
    fits = [regress(copy) for copy in imputed(FROM_FILE["input"]["file"])]
    result = pool([fit[0][place] for fit in fits], [fit[1][place] for fit in fits], fits[0][2])
    assert_agrees(result, FROM_FILE["output"]["coefficients"][term])


@pytest.mark.parametrize("arm", [1, 2, 3])
def test_pooled_response_rates_on_given_imputations_agree_with_r(arm):
    arms = [copy[copy.treat == arm] for copy in imputed(FROM_FILE["input"]["file"])]
    rates = np.array([((copy.w0 - copy.w16) / copy.w0 >= 0.2).mean() for copy in arms])
    result = pool(rates, rates * (1 - rates) / len(arms[0]))
    assert_agrees(result, FROM_FILE["output"]["responder_rate"][str(arm)])


def test_one_imputation_says_nothing_about_what_is_missing():
    result = pool([0.5], [0.01])
    assert (result.m, result.estimate, result.within) == (1, 0.5, 0.01)
    assert np.isnan([result.between, result.total, result.se, result.df, result.low, result.high]).all()


def test_no_imputation_gives_no_estimate():
    assert np.isnan(astuple(pool([], []))[1:]).all()


def test_estimates_that_neither_vary_nor_err_have_no_interval():
    result = pool([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    assert (result.estimate, result.se) == (0.0, 0.0)
    assert np.isnan([result.low, result.high, result.p]).all()


@pytest.mark.parametrize(("estimates", "variances"), [([1.0, 2.0], [1.0]), ([1.0], [-1.0]), ([np.nan], [1.0])])
def test_estimates_that_cannot_be_pooled_are_refused(estimates, variances):
    with pytest.raises(ValueError, match="imputation|missing"):
        pool(estimates, variances)


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(0.1, 4)), min_size=2, max_size=30), st.integers(5, 500))
def test_pooling_is_never_surer_than_complete_data(rows, complete_df):
    estimates, variances = zip(*rows, strict=True)
    result = pool(estimates, variances, complete_df)
    assert result.total >= result.within
    assert result.df <= complete_df
    assert 0 <= result.lambda_ <= result.fmi <= 1
    assert result.low < result.estimate < result.high
