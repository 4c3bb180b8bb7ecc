"""How many outcomes a verdict hangs on, against every count looked at one by one."""

import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.fragility import claims, fragility
from explorer.analysis.missing_bounds import missing_bounds
from explorer.bundled import bundled_cohort
from explorer.statistics.intervals import rate
from explorer.study.presets import PRESETS
from tests.analysis.test_missing_bounds import ten
from tests.studies import study

PUBLISHED = PRESETS["as-published"].study


def side(k, n, percent, interval="wilson"):
    found = rate(k, n, interval)
    return "above" if found.low > percent / 100 else "below" if found.high < percent / 100 else "around"


def by_hand(k, n, percent, interval, counts):
    """Look at count after count until the interval lies elsewhere."""
    now = side(k, n, percent, interval)
    return next((abs(each - k) for each in counts if side(each, n, percent, interval) != now), None)


@pytest.mark.parametrize("interval", ["wilson", "clopper_pearson", "mid_p"])
@pytest.mark.parametrize("percent", [10, 35, 50, 51, 80])
@pytest.mark.parametrize("preset", ["as-published", "bsa-50", "strict"])
def test_the_fewest_changes_are_those_of_looking_at_every_count(preset, percent, interval):
    analysis = analyse(bundled_cohort(), PRESETS[preset].study.replace(interval=interval))
    k, n = analysis.response.n_responders, analysis.response.n_evaluable
    found = fragility(analysis, percent)
    assert found.side == side(k, n, percent, interval)
    more = by_hand(k, n, percent, interval, range(k, n + 1))
    fewer = by_hand(k, n, percent, interval, range(k, -1, -1))
    assert (found.more and found.more.n_changes, found.fewer and found.fewer.n_changes) == (more, fewer)
    crossed = [abs(each - k) for each in range(n + 1) if (100 * each >= percent * n) != found.reaches]
    assert (found.crossing and found.crossing.n_changes) == min(crossed, default=None)


def test_one_response_fewer_takes_24_of_47_below_a_half():
    found = fragility(analyse(bundled_cohort(), PUBLISHED), 50)
    assert found.reaches
    assert (found.crossing.n_changes, found.crossing.then.k, found.crossing.then.n) == (1, 23, 47)
    assert found.side == "around"


def test_nothing_hangs_on_a_single_outcome_that_was_imputed_or_invented():
    imputed = {"kind": "multiple_imputation", "imputations": 3, "seed": 0}
    fields = PUBLISHED.to_dict() | {"missing": imputed}
    assert fragility(analyse(bundled_cohort(), PUBLISHED.from_dict(fields)), 50) is None
    assert fragility(analyse(bundled_cohort(), PUBLISHED.replace(hypothetical=True, eligibility=())), 50) is None


@pytest.mark.parametrize("percent", [5, 15, 20, 40, 50, 70, 75, 85, 95])
@pytest.mark.parametrize(("n_yes", "n_no", "n_unknown"), [(4, 3, 3), (0, 2, 9), (9, 0, 2), (12, 12, 12), (3, 3, 0)])
def test_what_must_be_true_of_the_unknown_is_found_by_trying_every_split(n_yes, n_no, n_unknown, percent):
    analysis = analyse(ten(n_yes, n_no, n_unknown), study())
    found, n = claims(analysis, missing_bounds(analysis), percent), n_yes + n_no + n_unknown
    lying = [side(n_yes + each, n, percent) for each in range(n_unknown + 1)]
    reaching = [each for each in range(n_unknown + 1) if 100 * (n_yes + each) >= percent * n]
    assert found.reaches_from == min(reaching, default=None)
    assert found.above_from == min((at for at, where in enumerate(lying) if where == "above"), default=None)
    assert found.below_up_to == max((at for at, where in enumerate(lying) if where == "below"), default=None)
