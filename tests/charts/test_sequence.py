"""Figures of safety and sequencing: what they draw, say and leave out."""

import numpy as np
import pandas as pd
import pytest

from explorer.analysis import courses as taken
from explorer.analysis.analyse import analyse
from explorer.analysis.attrition import entering
from explorer.analysis.carry_over import hypothetical, in_cohort, n_with_any, of_terms, patient_events
from explorer.analysis.persistence import Persistence
from explorer.analysis.safety import CarryOver
from explorer.analysis.sequence import Bar, Bars, Path, gaps, paths, stop_reasons
from explorer.bundled import bundled_cohort
from explorer.charts import courses, safety, sequence
from explorer.charts.counts import part
from explorer.charts.figure import Figure, TooFew
from explorer.charts.persistence import persistence
from explorer.charts.theme import MOST_MARKS
from explorer.export.figures import svg
from explorer.statistics.survival import kaplan_meier
from explorer.study.presets import PRESETS
from tests.pages.cohorts import one_patient
from tests.studies import study

DUPI, TRALO = "dupilumab", "tralokinumab"


def drawn(analysis) -> dict[str, Figure | TooFew]:
    """Draw every figure of the page."""
    rows = analysis.safety.carry_over
    terms = in_cohort(analysis, safety.MOST_EVENTS)
    found, invented = patient_events(analysis, terms), of_terms(hypothetical(analysis), terms)
    n, room = analysis.ledger.n, int(entering(analysis.facts).sum())
    days = (-365, taken.last_day(analysis.facts))
    added = int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())
    longest = taken.longest_on_index(analysis.facts)
    shares = taken.on_drug_by_day(analysis, tuple(range(days[0], days[1], 10)))
    listed = (taken.in_order(analysis), taken.courses(analysis), taken.events(analysis))
    return {
        "stopped": sequence.stopped(stop_reasons(analysis), DUPI),
        "gaps": sequence.gaps(gaps(analysis), analysis.description.switch, DUPI, TRALO),
        "carry over": safety.carry_over(of_terms(rows, terms), invented, n, added, DUPI, TRALO),
        "by patient": safety.by_patient(found, terms, n_with_any(analysis, terms), DUPI, TRALO),
        "persistence": persistence(analysis.persistence, TRALO, longest, added),
        "flow": sequence.flow(paths(analysis), DUPI, TRALO),
        "timeline": courses.timeline(*listed, (DUPI, TRALO), days, room, added),
        "by day": courses.by_day(shares, (DUPI, TRALO), n, added),
    }


@pytest.fixture(scope="module")
def published():
    return analyse(bundled_cohort(), PRESETS["as-published"].study)


@pytest.fixture(scope="module")
def loosened():
    """Everybody, hypothetical additions too."""
    return analyse(bundled_cohort(), study(hypothetical=True))


@pytest.mark.parametrize("kind", ["published", "loosened"])
def test_every_figure_can_be_drawn_and_explains_itself(kind, request):
    analysis = request.getfixturevalue(kind)
    for name, figure in drawn(analysis).items():
        assert isinstance(figure, Figure), name
        assert len(figure.data) <= MOST_MARKS, name
        assert figure.alt.endswith("."), name
        picture = svg(figure, analysis)
        assert picture.count("<path") > 5, name
        assert "not patient data" in picture, name


def test_specifications_stay_while_definitions_change(published, loosened):
    older = PRESETS["strict"].study.replace(eligibility=({"kind": "age", "from": 60},))
    now, then = drawn(published), drawn(analyse(bundled_cohort(), older))
    for name, figure in now.items():
        assert figure.spec is then[name].spec, name


def test_rows_keep_their_room_when_fewer_patients_are_analysed(published):
    older = analyse(bundled_cohort(), study(eligibility=({"kind": "age", "from": 60},)))
    assert older.ledger.n < published.ledger.n
    for name in ("by patient", "timeline"):
        rooms = [drawn(each)[name].data["patient_id"].nunique() for each in (published, older)]
        assert rooms[0] == rooms[1] > older.ledger.n / 2, name


def test_reasons_carry_count_denominator_and_percentage(published):
    figure = drawn(published)["stopped"]
    assert "25/47 (53 %)" in figure.alt
    assert "15/47 (32 %)" in figure.alt
    assert "neither in 7/47 (15 %)" in figure.alt
    assert list(figure.table["Reason"])[:3] == ["inadequate response", "loss of response", "adverse event"]
    assert figure.data["k"].sum() == 47


def test_fewer_than_ten_are_counted_without_a_percentage():
    assert part(3, 9) == "3/9"
    assert part(3, 10) == "3/10 (30 %)"
    rows = (CarryOver("conjunctivitis", resolved=6, unresolved=1, recurred=2, new=4),)
    said = safety.carry_over(rows, (CarryOver("conjunctivitis", 0, 0, 0, 0),), 49, 0, DUPI, TRALO).alt
    assert "9 on dupilumab, of whom 6/9 resolved" in said
    assert "1 without a recorded end, 2/9 recurred; 4 new on tralokinumab" in said
    assert "%" not in said


def test_hypothetical_additions_are_drawn_apart_from_the_others(loosened):
    figures = drawn(loosened)
    bars = figures["stopped"].data
    invented = int((loosened.cohort.hypothetical & loosened.facts.took(DUPI)).sum())
    assert bars.loc[bars["hypothetical"], "k"].sum() == invented > 0
    assert "49 + 26 hypothetical patients" in figures["flow"].alt
    assert figures["timeline"].data["hypothetical"].any()


def test_events_of_hypothetical_additions_are_counted_apart():
    rows = (CarryOver("conjunctivitis", resolved=6, unresolved=1, recurred=3, new=4),)
    added = (CarryOver("conjunctivitis", resolved=2, unresolved=0, recurred=1, new=0),)
    figure = safety.carry_over(rows, added, 60, 11, DUPI, TRALO)
    assert figure.data["text"].tolist() == ["4 + 2", "1", "2 + 1", "4"]
    assert figure.alt == (
        "conjunctivitis: 7 + 3 hypothetical on dupilumab, of whom 4/7 + 2/3 hypothetical resolved and not recorded on "
        "tralokinumab, 1 without a recorded end, 2/7 + 1/3 hypothetical recurred; 4 new on tralokinumab."
    )


def test_reasons_of_hypothetical_additions_are_said_apart():
    bars = Bars(12, 2, (Bar("access", "other reason", 11, 1), Bar("adverse event", "intolerance", 1, 1)), 11)
    figure = sequence.stopped(bars, DUPI)
    assert figure.data["said"].unique().tolist() == ["10/10 + 1/2", "0/10 + 1/2"]
    assert "intolerance (an adverse event) in 0/10 (0 %) + 1/2 hypothetical" in figure.alt
    assert "neither in 10/10 (100 %) + 1/2 hypothetical" in figure.alt


def test_with_hypothetical_additions_the_curve_has_no_band_and_no_interval(loosened, published):
    figure = drawn(loosened)["persistence"]
    assert figure.data[["l", "h"]].isna().all(axis=None)
    assert "interval withheld" in figure.alt
    assert set(figure.table.iloc[:, -1]) == {"withheld"}
    assert drawn(published)["persistence"].data["l"].notna().any()


def test_the_curve_says_median_interval_and_who_is_at_risk(published):
    figure = drawn(published)["persistence"]
    assert figure.alt == (
        "20 of 49 patients left tralokinumab while observed; "
        "the curve falls to one half at day 260 (95 % CI 209 to not reached)."
    )
    below = figure.data[figure.data["kind"] == "risk"]
    assert dict(zip(below["t"], below["n"], strict=True)) == {0: 49, 60: 49, 120: 33, 180: 19, 240: 9, 300: 1, 360: 0}


def test_the_flow_fills_every_block_from_top_to_bottom(published):
    data = drawn(published)["flow"].data
    blocks, ribbons = (data[data["kind"] == kind] for kind in ("block", "ribbon"))
    for stage in range(3):
        here = ribbons[ribbons["x"] == stage]
        at = blocks[blocks["x"] == stage]
        assert (here["y2"] - here["y"]).sum() == pytest.approx((at["y2"] - at["y"]).sum())
        assert here["y"].min() == pytest.approx(at["y"].min())
        assert here["y2"].max() == pytest.approx(at["y2"].max())
        assert at["y2"].max() <= 1 + 1e-9
    assert ribbons.groupby("path")[["y", "y2"]].apply(lambda r: np.ptp(r["y2"] - r["y"])).max() < 1e-9


def test_a_large_flow_stays_small():
    steps = [(p, s, o) for p in sequence.STAGES[0] for s in sequence.STAGES[1] for o in sequence.STAGES[2]]
    figure = sequence.flow([Path(*step, hypothetical=False, n=1000) for step in steps], DUPI, TRALO)
    assert len(figure.data) <= MOST_MARKS
    assert "168000 patients" in figure.alt


def test_a_long_curve_is_thinned():
    times = np.arange(5000.0)
    curve = kaplan_meier(times, np.ones(len(times), bool))
    found = Persistence(5000, 5000, curve.median, curve.median_low, curve.median_high, condition="", curve=curve)
    figure = persistence(found, TRALO, 5040)
    assert len(figure.data) <= MOST_MARKS
    assert figure.data.loc[figure.data["kind"] == "curve", "s"].iloc[-1] == pytest.approx(0)


def test_the_timeline_says_which_courses_are_cut_off(published):
    figure = drawn(published)["timeline"]
    rows = taken.courses(published)
    cut = int((rows["from_day"] < -365).sum())
    assert f"{cut} courses began before the first day shown." in figure.alt
    assert list(figure.data.loc[figure.data["kind"] == "row", "patient_id"])[:2] == ["R04", "R49"]
    assert figure.select == "chosen"


def test_one_patient_is_not_drawn():
    analysis = analyse(one_patient(), study())
    rows = analysis.safety.carry_over
    days = (-365, 120)
    listed = (taken.in_order(analysis), taken.courses(analysis), taken.events(analysis))
    for figure in (
        sequence.stopped(stop_reasons(analysis), DUPI),
        sequence.gaps(gaps(analysis), analysis.description.switch, DUPI, TRALO),
        safety.carry_over(rows, of_terms((), tuple(row.term for row in rows)), 1, 0, DUPI, TRALO),
        persistence(analysis.persistence, TRALO, 120),
        sequence.flow(paths(analysis), DUPI, TRALO),
        courses.timeline(*listed, (DUPI, TRALO), days, 1),
        courses.by_day(taken.on_drug_by_day(analysis, (0,)), (DUPI, TRALO), 1),
    ):
        assert isinstance(figure, TooFew)
        assert "1 patient" in figure.why


def test_tables_can_be_read_without_the_chart(published):
    for name, figure in drawn(published).items():
        assert isinstance(figure.table, pd.DataFrame), name
        assert len(figure.table) > 0, name
        assert not any("_" in str(column) for column in figure.table), name


def test_a_share_of_fewer_than_ten_is_not_drawn(published):
    figure = drawn(published)["by day"]
    assert figure.data["n"].min() >= 10
    assert min(share.n for share in taken.on_drug_by_day(published, (300,))) < 10
