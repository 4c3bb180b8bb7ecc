"""The timeline of one patient."""

from dataclasses import replace

import numpy as np

from explorer.analysis.analyse import analyse
from explorer.analysis.patient import Visit, find, timeline
from explorer.bundled import bundled_cohort
from explorer.charts.figure import TooFew
from explorer.charts.patient import timeline as drawn
from explorer.charts.theme import MOST_MARKS
from explorer.export.figures import svg
from explorer.study.presets import PRESETS
from tests.analysis.test_patient import THREE
from tests.studies import study

ANALYSIS = analyse(THREE, study())
P1 = timeline(ANALYSIS, find(ANALYSIS, "P1"))


def figure(seen=P1, analysis=ANALYSIS):
    return drawn(seen, analysis.cohort, analysis.study)


def test_the_scores_used_are_solid_and_the_others_hollow():
    points = figure().data.query("part == 'point' and group == 'BSA'")
    assert list(points["x"]) == [-50, -5, 90, 200]
    assert list(points["solid"]) == [False, True, True, False]


def test_a_hypothetical_patient_is_hollow_throughout():
    hollow = figure(replace(P1, hypothetical=True))
    assert not hollow.data.query("part == 'point'")["solid"].any()
    assert hollow.alt.startswith("Hypothetical addition")


def test_windows_are_shaded_where_the_study_has_them():
    shaded = figure().data.query("part == 'window'")
    assert list(zip(shaded["x"], shaded["x2"], strict=True)) == [(-60.5, 0.5), (29.5, 120.5)]


def arrows(seen, analysis=ANALYSIS):
    return [
        (row.text, row.said.split()[0]) for row in figure(seen, analysis).data.query("part == 'arrow'").itertuples()
    ]


def test_a_course_that_goes_on_beyond_an_edge_has_an_arrowhead_there():
    dupilumab, tralokinumab = P1.courses
    early, late = replace(dupilumab, start=-5_000, end=-20.0), replace(tralokinumab, start=0, end=np.nan)
    assert arrows(replace(P1, courses=(early, late))) == [
        ("triangle-left", "dupilumab"),
        ("triangle-right", "tralokinumab"),
    ]
    within = (replace(dupilumab, start=-30, end=-20.0), replace(tralokinumab, start=0, end=50.0))
    assert arrows(replace(P1, courses=within)) == []


def test_words_say_what_is_seen():
    said = figure().alt
    assert "BSA 40 at baseline (day -5), 10 at follow-up (day 90), 1 passed over" in said
    assert "dupilumab days -300 to -20, stopped for adverse event" in said
    assert "rash on dupilumab (day -90, no end)" in said
    assert "1 report at follow-up, yes to fewer flares" in said


def test_the_table_holds_every_record_by_day():
    table = figure().table
    assert len(table) == P1.n_records == 10
    assert list(table["Day"]) == sorted(table["Day"])


def test_scales_and_bands_are_the_same_for_every_patient():
    analysis = analyse(bundled_cohort(), PRESETS["as-published"].study)
    assert len({id(figure(timeline(analysis, row), analysis).spec) for row in (26, 40, 60)}) == 1


def test_very_many_scores_are_thinned_and_those_used_stay():
    many = tuple(Visit("BSA", day, 10.0, "outside") for day in range(201, 5_000))
    shown = figure(replace(P1, visits=(*P1.visits, *many)))
    assert len(shown.data) <= MOST_MARKS
    assert {"baseline", "follow-up"} <= {
        text.split(": ")[1] for text in shown.data.query("group == 'BSA'")["said"] if text
    }
    assert "Not every score is drawn" in shown.alt


def test_a_patient_without_any_record_is_not_drawn():
    nothing = drawn(replace(P1, visits=(), courses=(), events=(), answers=()), THREE, study())
    assert isinstance(nothing, TooFew)


def test_it_can_be_exported():
    exported = svg(figure(), ANALYSIS)
    assert "not patients" in exported
    assert "tralokinumab" in exported


def test_a_name_from_a_file_stays_text_in_the_axis():
    assert '"dupilumab"' in str(figure().spec)
