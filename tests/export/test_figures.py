"""A figure as a file says what it is, and nothing in it is run by a spreadsheet."""

import csv
import io
from dataclasses import replace

import pandas as pd
import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.charts.figure import Figure
from explorer.export import figures
from explorer.study.presets import AS_PUBLISHED, PRESETS, default_for
from tests.study.cohorts import PSORIASIS, SWITCHED

SPEC = {"mark": {"type": "point"}, "encoding": {"x": {"field": "x", "type": "quantitative"}}}


def drawn(**columns):
    return Figure(
        "f", "What it shows", "Seen.", SPEC, pd.DataFrame({"x": [1]}), lambda: pd.DataFrame(columns), "1/2 (50 %)"
    )


def comments(figure, analysis):
    return [line[2:] for line in figures.csv(figure, analysis).splitlines() if line.startswith("# ")]


@pytest.mark.parametrize(
    ("held", "label"),
    [
        (bundled_cohort(), "Synthetic reconstruction, not patient data."),
        (SWITCHED, "Synthetic data, not patients."),
    ],
)
def test_only_a_cohort_rebuilt_from_the_publication_is_called_a_reconstruction(held, label):
    analysis = analyse(held, AS_PUBLISHED)
    title, said, counts, source, words = comments(drawn(x=[1]), analysis)
    assert (title, said, counts, words) == ("What it shows", label, "1/2 (50 %)", AS_PUBLISHED.words())
    assert source == f"{held.metadata.title}; As published, definition {AS_PUBLISHED.fingerprint}"
    assert label in figures.svg(drawn(x=[1]), analysis)


def test_a_cohort_of_patients_carries_no_label():
    analysis = analyse(PSORIASIS, default_for(PSORIASIS))
    assert not any("ynthetic" in line for line in comments(drawn(x=[1]), analysis))


def test_a_changed_study_under_the_name_of_a_preset_is_said_to_be_changed():
    posing = PRESETS["strict"].study.replace(name="As published")
    assert (
        f"As published (changed), definition {posing.fingerprint}"
        in comments(drawn(x=[1]), analyse(SWITCHED, posing))[3]
    )


def test_hypothetical_additions_are_counted_apart():
    study = AS_PUBLISHED.replace(eligibility=(), hypothetical=True)
    assert comments(drawn(x=[1]), analyse(bundled_cohort(), study))[2] == (
        "Hypothetical additions, which are invented, are counted in: 49 reconstructed + 26 hypothetical analysed."
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_neither_a_cell_nor_the_name_of_a_column_is_a_formula(start):
    text = figures.csv(drawn(**{f"{start}cmd": [f"{start}x"]}), analyse(SWITCHED, AS_PUBLISHED))
    header, row = csv.reader(io.StringIO(text.split("\n", 5)[5], newline=""))
    start = start.replace("\r", "\n")  # within quotation marks
    assert header == [f"'{start}cmd"]
    assert row == [f"'{start}x"]


def test_a_carriage_return_begins_no_row():
    text = figures.csv(drawn(x=["a\r=cmd", "-5", -5]), analyse(SWITCHED, AS_PUBLISHED))
    assert text.endswith('\nx\n"a\n=cmd"\n-5\n-5\n')


def test_a_title_of_many_lines_stays_a_comment():
    broken = replace(SWITCHED, metadata=replace(SWITCHED.metadata, title="One\n=cmd"))
    assert "One =cmd; " in comments(drawn(x=[1]), analyse(broken, AS_PUBLISHED))[3]
