import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.exposure import Exposure, Reason, by_group, exposure, reasons
from explorer.bundled import bundled_cohort
from explorer.charts import exposure as charts
from explorer.charts.figure import TooFew
from explorer.export.figures import svg
from explorer.study.presets import PRESETS


@pytest.fixture(scope="module")
def analysis():
    return analyse(bundled_cohort(), PRESETS["as-published"].study)


def drawn(analysis):
    return charts.exposure(exposure(analysis.facts, "dupilumab", analysis.ledger.eligible), "dupilumab")


def why(analysis, who):
    rows = reasons(analysis.facts, "dupilumab", who)
    return charts.stop_reasons(rows, by_group(rows), "dupilumab")


def test_the_bars_hold_every_patient_and_the_sentence_the_median(analysis):
    figure = drawn(analysis)
    assert figure.data.loc[figure.data["part"] == "bin", "n"].sum() == figure.table["Patients"].sum() == 47
    assert "Half of the 47 patients took dupilumab for 333 days or longer" in figure.alt
    assert "Days" in svg(figure, analysis)


def test_the_axes_stay_when_fewer_patients_are_analysed(analysis):
    fewer = analysis.ledger.eligible.copy()
    fewer[fewer.nonzero()[0][:20]] = False
    some = charts.exposure(exposure(analysis.facts, "dupilumab", fewer), "dupilumab")
    assert some.spec is drawn(analysis).spec


def some_exposure(counts, hypothetical):
    n, added = sum(counts), sum(hypothetical)
    return Exposure(n, added, 12.0, 5.0, 20.0, step=10, counts=counts, hypothetical=hypothetical, most=max(counts))


def test_hypothetical_additions_are_hollow_on_top_of_the_others():
    figure = charts.exposure(some_exposure((4, 3, 0), (1, 3, 0)), "dupilumab")
    drawn = figure.data[figure.data["n"].notna()]
    assert drawn[["part", "low", "under", "over"]].to_numpy().tolist() == [
        ["bin", 0, 0, 3],
        ["hollow", 0, 3, 4],
        ["hollow", 10, 0, 3],
    ]
    assert figure.alt.startswith("Half of the 3 + 4 hypothetical patients took dupilumab for 12 days or longer")
    assert figure.table["Of these hypothetical"].tolist() == [1, 3, 0]


def test_reasons_of_hypothetical_additions_are_hollow_and_counted_apart():
    rows = (
        Reason("inadequate response", "loss of response", 8, 3),
        Reason("intolerance", "adverse event", 12, 2),
    )
    figure = charts.stop_reasons(rows, by_group(rows), "dupilumab")
    notes = figure.data.loc[figure.data["kind"] == "note", "text"].tolist()
    assert notes[:4] == [
        "5/15 (33 %): loss of response 5",
        "hypothetical: 3/5: loss of response 3",
        "10/15 (67 %): adverse event 10",
        "hypothetical: 2/5: adverse event 2",
    ]
    hollow = figure.data[figure.data["kind"] == "hollow"]
    assert (20 * (hollow["high"] - hollow["low"])).round().tolist() == [3, 2]
    assert "inadequate response 5/15 (33 %) + 3/5 hypothetical" in figure.alt


def test_few_patients_have_no_distribution():
    found = some_exposure(counts=(4,), hypothetical=(0,))
    assert charts.exposure(found, "dupilumab") == TooFew(
        "Time on dupilumab before the switch", "4 patients took dupilumab; from 5 on, this is drawn."
    )


def test_reasons_are_grouped_with_inadequate_response_and_intolerance_first(analysis):
    figure = why(analysis, analysis.ledger.eligible)
    notes = figure.data.loc[figure.data["kind"] == "note", ["row", "text"]].to_numpy().tolist()
    assert notes[:2] == [
        ["Inadequate response", "25/47 (53 %): inadequate response 15, loss of response 10"],
        ["Intolerance", "15/47 (32 %): adverse event 15"],
    ]
    assert figure.table["Patients"].sum() == 47
    assert "inadequate response 25/47 (53 %), intolerance 15/47 (32 %)" in figure.alt
    assert "Intolerance" in svg(figure, analysis)


def test_reasons_of_few_patients_are_not_drawn(analysis):
    few = analysis.ledger.eligible.copy()
    few[few.nonzero()[0][3:]] = False
    assert isinstance(why(analysis, few), TooFew)
