import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.exposure import Exposure, by_group, exposure, reasons
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


def test_few_patients_have_no_distribution():
    found = Exposure(n=4, median=1, q1=1, q3=1, step=10, counts=(4,), most=4)
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
