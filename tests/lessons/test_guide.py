"""The reader's guide: every point leads to a page with a study that this app can honour, and that shows something."""

import re
from dataclasses import replace

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.lessons.entries import EntryError
from explorer.lessons.guide import FILE, guide, lacks, load
from explorer.study.presets import AS_PUBLISHED
from explorer.study.sharing import from_link, to_link
from tests.lessons.reading_age import grade
from tests.pages.app import ROOT
from tests.pages.cohorts import HARD

POINTS = guide()


def by_title(words):
    (found,) = [point for point in POINTS if words in point.title]
    return analyse(bundled_cohort(), found.study)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.title)
def test_a_point_leads_to_a_page_with_a_study_that_a_link_can_carry(point):
    assert (ROOT / "pages" / f"{point.page}.py").exists()
    assert from_link(to_link(point.study)).fingerprint == point.study.fingerprint
    assert analyse(bundled_cohort(), point.study).ledger.n
    assert point.source


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.title)
def test_a_point_is_plain_short_and_no_advice_to_a_patient(point):
    assert len(point.text.split()) <= 70
    assert grade(point.text) <= 10
    assert not re.search(r"\b(you should take|recommend)", point.text, re.IGNORECASE)


def test_the_matters_that_a_reader_of_such_a_cohort_must_look_for_are_there():
    said = " ".join(f"{point.title} {point.text}" for point in POINTS).casefold()
    for matter in ("not treated", "who never got into", "regression to the mean", "missing", "endpoint", "subgroup"):
        assert matter in said


def test_the_worst_baseline_makes_the_fall_larger_as_its_point_says():
    usual = {row.instrument: row.mean_change for row in analyse(bundled_cohort(), AS_PUBLISHED).change}
    worst = {row.instrument: row.mean_change for row in by_title("without any drug").change}
    assert worst["BSA"] < usual["BSA"]


def test_only_known_outcomes_give_a_higher_rate_in_fewer_patients():
    usual, known = analyse(bundled_cohort(), AS_PUBLISHED).response, by_title("missing outcomes").response
    assert known.n_evaluable < usual.n_evaluable
    assert known.rate > usual.rate


def test_without_the_later_rules_hypothetical_additions_enter():
    analysis = by_title("never got into")
    assert (analysis.ledger.eligible & analysis.cohort.hypothetical).any()


def test_links_that_change_the_definition_move_the_rate():
    usual = analyse(bundled_cohort(), AS_PUBLISHED).response
    for title in ("Take the endpoint apart", "Move the line"):
        moved = by_title(title).response
        assert (moved.n_responders, moved.n_evaluable) != (usual.n_responders, usual.n_evaluable)


def test_a_point_says_what_a_cohort_lacks_for_it():
    whole, other = bundled_cohort(), HARD["scores only"]()
    assert not any(lacks(point, whole) for point in POINTS)
    (additions,) = [point for point in POINTS if point.study.hypothetical]
    (report,) = [point for point in POINTS if point.page == "left_open"]
    real = replace(whole, patients=whole.patients[~whole.hypothetical])
    assert lacks(additions, real) == ["needs hypothetical additions"]
    assert lacks(report, other) == ["is about the published report"]
    (line,) = [point for point in POINTS if point.title == "Move the line"]
    assert "needs scores of IGA" in lacks(line, other)
    (interval,) = [point for point in POINTS if "interval" in point.title]
    assert lacks(interval, other) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Page: overview", "Page: overviews", r"line \d+: .*there is no page 'overviews'"),
        ("Study: itch-4pt", "Study: itch", r"line \d+: .*there is no preset 'itch'"),
        ('{"missing": {"kind": "observed"}}', '{"missing": {"kind": "gone"}}', r"line \d+: .*change cannot be made"),
        ('{"missing": {"kind": "observed"}}', '{"missing": ', r"line \d+: .*change cannot be made"),
        ('{"missing": {"kind": "observed"}}', "[1]", r"line \d+: .*no object"),
        ("Link: All definitions at once\n", "", r"line \d+: .*the link has no words"),
    ],
)
def test_a_broken_point_says_line_and_why(tmp_path, old, new, says):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "guide.md"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EntryError, match=says):
        load(broken)
