import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import survdiff

from explorer.statistics.survival import BANDS, kaplan_meier, log_rank
from tests.reference_cases import cases, data, same

CASES = [case for case in cases("survival") if "all" in case.values[0]["output"]]
GROUPED = [case for case in CASES if "logrank" in case.values[0]["output"]]
REFERENCE_BANDS = {"log-log": "loglog", "log": "log", "plain": "plain"}
observations = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=25)


def observed(case):
    """Times, events and groups of a case, from itself or from the shared data it names."""
    source = case["input"]
    if "file" not in source:
        return np.array(source["time"]), np.array(source["event"]), np.array(source["group"])
    rows = data(source["file"])
    column, _, value = source["event"].partition("=")
    return rows[source["time"]].to_numpy(), (rows[column].astype(str) == value).to_numpy(), rows[source["group"]]


def assert_curve_agrees(curve, r):
    points = curve.at(r["at"])
    assert points.n_risk.tolist() == r["n_risk"]
    assert points.survival.tolist() == same(r["surv"])
    assert points.se.tolist() == same(r["se"])
    assert points.low.tolist() == same(r["lower"])
    assert points.high.tolist() == same(r["upper"])
    assert [curve.median, curve.median_low, curve.median_high] == same(
        [r["median"], r["median_lower"], r["median_upper"]]
    )
    assert [curve.quantile(0.25).estimate, curve.quantile(0.75).estimate] == same([r["q25"], r["q75"]])
    assert [curve.n_event.sum(), curve.n_event.sum() + curve.n_censored.sum()] == [r["events"], r["n"]]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("band", BANDS)
def test_curve_band_median_and_quartiles_agree_with_r(case, band):
    time, event, _ = observed(case)
    assert_curve_agrees(kaplan_meier(time, event, band=band), case["output"]["all"][REFERENCE_BANDS[band]])


@pytest.mark.parametrize("case", CASES)
def test_the_restricted_mean_agrees_with_r(case):
    time, event, _ = observed(case)
    r = case["output"]["all"]["rmst"]
    result = kaplan_meier(time, event).restricted_mean(r["tau"])
    assert [result.estimate, result.se] == same([r["rmst"], r["se"]])


@pytest.mark.parametrize("case", [case for case in CASES if "curve" in case.values[0]["output"]["all"]])
def test_the_rows_with_events_agree_with_r(case):
    time, event, _ = observed(case)
    curve, r = kaplan_meier(time, event), case["output"]["all"]["curve"]
    rows = curve.n_event > 0
    expected = [r[key] for key in ("time", "n_risk", "n_event", "surv", "lower", "upper")]
    columns = [curve.time, curve.n_risk, curve.n_event, curve.survival, curve.low, curve.high]
    for column, values in zip(columns, expected, strict=True):
        assert column[rows].tolist() == same(values)


@pytest.mark.parametrize("case", GROUPED)
def test_each_groups_curve_and_restricted_mean_agree_with_r(case):
    time, event, group = observed(case)
    for name in np.unique(group):
        r = case["output"][f"group_{name}"]
        curve = kaplan_meier(time[group == name], event[group == name])
        assert_curve_agrees(curve, r["loglog"])
        result = curve.restricted_mean(r["rmst"]["tau"])
        assert [result.estimate, result.se] == same([r["rmst"]["rmst"], r["rmst"]["se"]])


@pytest.mark.parametrize("case", GROUPED)
def test_the_log_rank_test_agrees_with_r(case):
    result, r = log_rank(*observed(case)), case["output"]["logrank"]
    assert [f"group={name}" for name in result.groups] == r["group"]
    assert [result.n.tolist(), result.df] == [r["n"], r["df"]]
    assert result.observed.tolist() == same(r["observed"])
    assert result.expected.tolist() == same(r["expected"])
    assert [result.chi2, result.p] == same([r["chi2"], r["p"]])


def test_nobody_has_an_empty_curve_and_no_median():
    curve = kaplan_meier([], [])
    assert len(curve.time) == 0
    assert np.isnan([curve.median, curve.median_low, curve.median_high]).all()
    assert curve.at([5.0]).survival.tolist() == [1.0]
    assert curve.restricted_mean(10).estimate == 10


def test_without_events_the_curve_stays_at_one_without_a_log_log_band():
    curve = kaplan_meier([3, 5], [0, 0])
    assert curve.survival.tolist() == [1, 1]
    assert np.isnan(curve.low).all()
    assert np.isnan(curve.median)
    assert kaplan_meier([3, 5], [0, 0], band="plain").low.tolist() == [1, 1]


def test_a_last_event_that_leaves_nobody_ends_the_curve_at_zero():
    curve = kaplan_meier([1, 2], [1, 1])
    assert curve.survival.tolist() == [0.5, 0.0]
    assert curve.median == 1.5  # flat at one half from 1 to 2: the middle
    assert np.isnan([curve.se[1], curve.low[1], curve.high[1]]).all()


def test_who_is_censored_at_a_time_is_still_at_risk_at_it():
    curve = kaplan_meier([4, 4, 9], [1, 0, 0])
    assert curve.n_risk.tolist() == [3, 1]
    assert curve.survival.tolist() == pytest.approx([2 / 3, 2 / 3])


def test_with_one_group_or_no_event_there_is_nothing_to_compare():
    assert np.isnan([log_rank([1, 2], [1, 1], ["a", "a"]).p, log_rank([], [], []).chi2]).all()
    assert np.isnan(log_rank([1, 2], [0, 0], ["a", "b"]).chi2)


@pytest.mark.parametrize(
    ("time", "event", "message"),
    [([1], [1, 0], "belong together"), ([-1], [1], "negative"), ([1], [2], "happened"), ([np.nan], [1], "missing")],
)
def test_observations_that_cannot_be_are_refused(time, event, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(time, event)


def test_an_unknown_band_is_refused_by_name():
    with pytest.raises(ValueError, match="'arcsin': choose one of log-log"):
        kaplan_meier([1], [1], band="arcsin")


@given(observations)
def test_without_censoring_the_curve_is_the_share_still_waiting(rows):
    times = np.array([time for time, _ in rows])
    curve = kaplan_meier(times, np.ones(len(times)))
    assert curve.survival.tolist() == pytest.approx([(times > moment).mean() for moment in curve.time], abs=1e-12)
    longest = float(times.max())
    assert curve.restricted_mean(longest).estimate == pytest.approx(times.mean(), abs=1e-9)


@given(observations)
def test_the_curve_falls_inside_its_band(rows):
    for band in BANDS:
        curve = kaplan_meier(*zip(*rows, strict=True), band=band)
        assert (np.diff(curve.survival) <= 0).all()
        drawn = ~np.isnan(curve.low)
        assert (curve.low[drawn] <= curve.survival[drawn] + 1e-12).all()
        assert (curve.high[drawn] >= curve.survival[drawn] - 1e-12).all()


@given(observations.filter(lambda rows: len(rows) > 3), st.integers(0, 2**25 - 1))
def test_the_log_rank_chi2_is_that_of_statsmodels_too(rows, pattern):
    time, event = (np.array(column) for column in zip(*rows, strict=True))
    group = np.array([pattern >> place & 1 for place in range(len(rows))])
    result = log_rank(time, event, group)
    if np.isfinite(result.chi2) and result.chi2 > 1e-6:
        assert result.chi2 == pytest.approx(survdiff(time, event.astype(int), group)[0], rel=1e-8)
