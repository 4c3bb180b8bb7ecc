import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.statistics.imputation import impute
from explorer.statistics.pooling import pool


def cohort(n=49, p=5, missing=0.25, seed=0):
    random = np.random.default_rng(seed)
    scores = random.multivariate_normal(np.zeros(p), np.full((p, p), 0.5) + 0.5 * np.eye(p), n).round(1)
    scores[random.random((n, p)) < missing] = np.nan
    return scores


def pair(n, seed, chance_missing):
    """A predictor, and an outcome of mean 1 that depends on it and is missing with a chance that may, too."""
    random = np.random.default_rng(seed)
    predictor = random.normal(size=n)
    outcome = 1 + 0.7 * predictor + random.normal(size=n, scale=0.7)
    outcome[random.random(n) < chance_missing(predictor)] = np.nan
    return np.column_stack([predictor, outcome])


def pooled_mean(scores, seed):
    copies = impute(scores, seed=seed, cycles=1)[:, :, 1]
    return pool(copies.mean(axis=1), copies.var(axis=1, ddof=1) / len(scores), len(scores) - 1)


def test_known_scores_are_never_altered_and_unknown_ones_all_filled():
    scores = cohort()
    copies = impute(scores)
    known = ~np.isnan(scores)
    assert copies.shape == (20, 49, 5)
    assert not np.isnan(copies).any()
    assert (copies[:, known] == scores[known]).all()


def test_an_imputed_score_is_one_that_was_seen_in_its_column():
    scores = cohort()
    for column, copies in zip(scores.T, np.moveaxis(impute(scores), 2, 0), strict=True):
        assert set(copies.ravel()) <= set(column[~np.isnan(column)])


def test_the_seed_decides_and_numpys_own_state_does_not():
    scores = cohort()
    np.random.seed(1)
    before = np.random.get_state()[1].tolist()
    first = impute(scores, seed=3)
    assert np.random.get_state()[1].tolist() == before
    np.random.seed(2)
    assert (impute(scores, seed=3) == first).all()
    assert (impute(scores, seed=4) != first).any()


def test_the_table_given_is_left_as_it_was():
    scores = cohort()
    kept = scores.copy()
    impute(scores)
    assert np.array_equal(scores, kept, equal_nan=True)


def test_copies_differ_where_scores_were_missing():
    scores = cohort()
    copies = impute(scores)
    spread = copies.std(axis=0)
    assert (spread[np.isnan(scores)] > 0).mean() > 0.9


def test_a_full_table_comes_back_as_it_is():
    scores = cohort(missing=0)
    assert (impute(scores, imputations=3) == scores).all()


def test_a_column_nobody_has_stays_missing_and_does_no_harm():
    scores = np.column_stack([cohort(p=2), np.full(49, np.nan)])
    copies = impute(scores)
    assert np.isnan(copies[:, :, 2]).all()
    assert not np.isnan(copies[:, :, :2]).any()


@pytest.mark.parametrize("column", [[4.0] * 30 + [np.nan] * 19, [4.0] + [np.nan] * 48])
def test_a_column_with_one_value_is_filled_with_it(column):
    copies = impute(np.column_stack([cohort(p=2), column]))
    assert (copies[:, :, 2] == 4.0).all()


def test_a_column_too_short_to_regress_is_filled_from_its_own_values():
    column = np.full(49, np.nan)
    column[:3] = [1.0, 2.0, 3.0]
    copies = impute(np.column_stack([cohort(), column]))
    assert set(copies[:, 3:, 5].ravel()) == {1.0, 2.0, 3.0}


def test_columns_that_repeat_each_other_do_not_break_the_regression():
    scores = cohort(p=3)
    copies = impute(np.column_stack([scores, 2 * scores[:, 0], scores[:, 1] - 5]))
    assert not np.isnan(copies).any()


def test_a_column_that_another_determines_is_recovered_nearly():
    random = np.random.default_rng(2)
    known = random.normal(size=200)
    unknown = 3 * known + 1
    hidden = random.random(200) < 0.3
    copies = impute(np.column_stack([known, np.where(hidden, np.nan, unknown)]))
    error = copies[:, hidden, 1] - unknown[hidden]
    assert np.sqrt((error**2).mean()) < 0.2 * unknown.std()


def test_tables_that_cannot_be_imputed_are_refused():
    with pytest.raises(ValueError, match="table of numbers"):
        impute([1.0, np.nan])
    with pytest.raises(ValueError, match="infinite"):
        impute([[1.0, np.inf]])


# 95 % intervals from matched values are known to be a little short in small samples; with 300 trials the share has a
# standard error of 1.4 points.
def test_the_pooled_interval_covers_the_true_mean_about_95_times_in_a_hundred():
    trials = [pooled_mean(pair(100, seed, lambda predictor: 0.3), seed) for seed in range(300)]
    covered = np.mean([trial.low <= 1 <= trial.high for trial in trials])
    assert 0.91 <= covered <= 0.985
    assert np.mean([trial.estimate for trial in trials]) == pytest.approx(1, abs=0.03)


def test_scores_missing_for_known_reasons_bias_the_complete_cases_but_not_the_imputed_mean():
    def chance(predictor):
        return 1 / (1 + np.exp(0.5 - predictor))

    tables = [pair(200, seed, chance) for seed in range(100)]
    complete = np.mean([np.nanmean(scores[:, 1]) for scores in tables])
    imputed = np.mean([pooled_mean(scores, seed).estimate for seed, scores in enumerate(tables)])
    assert complete < 0.8
    assert imputed == pytest.approx(1, abs=0.03)


@settings(max_examples=40)
@given(
    st.integers(0, 8).flatmap(
        lambda n: st.lists(
            st.lists(st.sampled_from([0.0, 1.0, 2.0, np.nan]), min_size=3, max_size=3), min_size=n, max_size=n
        )
    )
)
def test_however_small_the_table_every_column_with_a_value_is_filled(rows):
    scores = np.array(rows, dtype=float).reshape(len(rows), 3)
    copies = impute(scores, imputations=2, cycles=2)
    some = ~np.isnan(scores).all(axis=0)
    assert not np.isnan(copies[:, :, some]).any()
    assert np.isnan(copies[:, :, ~some]).all()


def test_a_predictor_that_is_the_same_for_all_who_have_the_outcome_does_no_harm():
    # The second column varies, but only where the first is missing; there it equals its own mean.
    matrix = np.column_stack([[1.0, 2.0, 3.0, 4.0, 5.0, np.nan, np.nan], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0, 1.0]])
    completed = impute(matrix, imputations=3)
    assert not np.isnan(completed).any()
