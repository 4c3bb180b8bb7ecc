"""What sourced rows say after the first drug: every row in its place speaks of what it is put to, and damage is named."""

import csv
import re
import shutil

import pytest

from explorer.errors import ExplorerError
from explorer.literature.sequencing import PLACES, ROWS, SEED, load, sequencing
from explorer.literature.studies import EVIDENCE

HELD = sequencing()


def cells(file):
    with (EVIDENCE / file).open(encoding="utf-8", newline="") as opened:
        return {row["row_id"]: row for row in csv.DictReader(opened)}


RAW = cells(ROWS) | cells("literature.csv")


@pytest.fixture
def folder(tmp_path):
    for name in (ROWS, PLACES, "literature.csv", "gaps.toml"):
        shutil.copy(EVIDENCE / name, tmp_path)
    return tmp_path


def rewritten(folder, name, old, new):
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("option", HELD.options, ids=lambda option: option.drug)
def test_the_target_of_a_drug_is_what_its_row_says(option):
    row = RAW[option.mechanism.row]
    assert (row["kind"], row["body_or_drug"]) == ("mechanism", option.drug)
    assert all(word in row["statement"] for word in option.target.split() if word not in ("and", "pathway"))
    assert option.kind == row["strength_or_class"]


@pytest.mark.parametrize("option", HELD.options, ids=lambda option: option.drug)
def test_safety_is_said_of_the_drug_by_a_row_about_safety(option):
    for said in option.safety:
        row = RAW[said.row]
        assert (row["kind"], row["body_or_drug"]) == ("safety", option.drug)


def test_every_row_has_its_place():
    places = HELD.places
    placed = {*places.general, *(each.caution for each in places.conflicts)}
    placed |= {said.row for option in HELD.options for said in (option.mechanism, *option.safety)}
    placed |= {each.row for reason in places.reasons for each in reason.mentions}
    assert placed >= set(cells(ROWS))


def test_every_row_has_a_source_or_says_that_it_has_none_and_what_was_read():
    for row, said in HELD.rows.items():
        assert said.read, row
        assert said.link or RAW[row]["kind"] == "evidence gap", row


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("S07", "DOI"),
        ("S09", "PubMed"),
        ("S19", "US label"),
        ("S18", "company page"),
        ("S02", "secondary copy"),
        ("S04", "news or company page"),
    ],
)
def test_a_link_says_what_it_leads_to(row, kind):
    assert HELD.rows[row].link.kind == kind


def test_a_result_is_said_with_its_count_or_that_none_is_printed():
    assert "Any eye disorder: 28.6 % (24/84)" in HELD.rows["L048"].text
    assert "(n 27, count not printed)" in HELD.rows["L037"].text
    assert "72 % (count and n not printed); JAK inhibitor: 92 %" in HELD.rows["L060"].text
    for row, said in HELD.rows.items():
        if row.startswith("L"):
            assert said.text.count("(count and n not printed)") + ("/" in said.text) + said.text.count("(n ") >= 1, row


def test_what_authors_state_of_a_difference_is_shown_and_is_theirs():
    assert "stated significant vs non-naive by the authors" in HELD.rows["L036"].text
    assert "JAK inhibitor: 92 %, 3 to 6 months (upper bound used); p 0.0244" in HELD.rows["L060"].text


def test_a_derived_denominator_is_marked():
    assert "(n 58 derived, count not printed)" in HELD.rows["L036"].text
    assert "derived" not in HELD.rows["L037"].text


@pytest.mark.parametrize(
    ("row", "start", "end"), [("L052", "5.5", "3.3"), ("L053", "6.6", "3.3"), ("L110", "7.0", "2.8")]
)
def test_a_derived_change_shows_its_start_and_its_end(row, start, end):
    assert f"means of {start} at the start and {end} at the end, the change derived" in HELD.rows[row].text
    assert RAW[row]["note"].startswith(f"DERIVED: {start}")
    assert float(RAW[row]["value"]) == pytest.approx(float(end) - float(start))


def test_what_a_side_is_said_to_report_stands_in_its_rows():
    (conflict,) = [each for each in HELD.places.conflicts if each.caution == "S17"]
    less, alike = conflict.sides
    assert all("stated significant" in HELD.rows[row].text for row in less.rows)
    for row in alike.rows:
        assert re.search("no meaningful difference|regardless of prior dupilumab", HELD.rows[row].note), row
        assert HELD.rows[row].link, row


def test_results_of_a_model_say_so():
    assert "75.8 % (model probability)" in HELD.rows["L046"].text


def test_every_conflict_shows_at_least_two_sides_and_none_of_them_twice():
    for conflict in HELD.places.conflicts:
        rows = [row for side in conflict.sides for row in side.rows]
        assert len(conflict.sides) >= 2
        assert len(set(rows)) == len(rows)


def test_the_publication_of_the_cohort_stands_beside_the_study_that_tempers_it():
    eye = HELD.reason("eye")
    (conflict,) = HELD.conflicts(eye)
    ours, theirs = conflict.sides
    assert ours.rows == (f"{SEED}events_resolved",)
    assert "resolved after the switch" in HELD.rows[ours.rows[0]].text
    assert all("Beyrouti" in HELD.rows[row].who for row in theirs.rows)


def test_nothing_is_said_to_be_known_about_stopping_for_access():
    access = HELD.reason("access")
    assert access.gap
    assert not access.evidence


def test_a_drug_is_found_however_it_is_written():
    assert HELD.option(" Tralokinumab ").target == "IL-13"
    assert HELD.option("secukinumab") is None
    assert HELD.option(None) is None


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        (ROWS, "S05,guideline", "S05,rumour", r"sequencing\.csv, row 6, column 'kind': .*'rumour'"),
        (ROWS, "https://doi.org/10.1111/jdv.18345", "doi jdv 18345", r"sequencing\.csv, row 7, column 'source_url'"),
        (ROWS, "S13,consensus", "X13,consensus", r"sequencing\.csv, row 14, column 'row_id'"),
        (PLACES, 'row = "S13"', 'row = "S99"', r"there is no row 'S99'"),
        (PLACES, "seed:events_resolved", "seed:nothing", r"there is no row 'seed:nothing'"),
        (PLACES, 'drugs = ["nemolizumab"]', 'drugs = ["nemolizumabb"]', r"there is no drug 'nemolizumabb'"),
        (PLACES, 'row = "S13", drugs = ["dupilumab"]', 'row = "S34", drugs = []', "row S34 does not speak of 'Eye"),
        (PLACES, 'row = "S13", drugs = ["dupilumab"]', 'row = "S13", drugs = ["nemolizumab"]', "S13 .* 'nemolizumab'"),
        (PLACES, 'about = "Nemolizumab after dupilumab"', 'about = "Nothing"', r"there is no gap 'Nothing'"),
        (PLACES, 'reasons = ["eye", "face"]', 'reasons = ["nose"]', r"there is no reason 'nose'"),
        (PLACES, 'disease = "atopic dermatitis"', "disease = ", r"sequencing_map\.toml: .*line \d+"),
        (PLACES, 'after = "dupilumab"', "", r"sequencing_map\.toml, column 'after'"),
    ],
)
def test_damage_is_named_with_its_place(folder, name, old, new, says):
    rewritten(folder, name, old, new)
    with pytest.raises(ExplorerError, match=says):
        load(folder)


def test_another_map_gives_another_picture(folder):
    old = '{ row = "S34", drugs = ["upadacitinib", "abrocitinib"] }'
    rewritten(folder, PLACES, old, '{ row = "S34", drugs = ["upadacitinib"] }')
    moved, drugs = load(folder), ("upadacitinib", "abrocitinib")
    before, after = (held.speaks_of(held.reason("inadequate_response")) for held in (HELD, moved))
    assert [len(before[drug]) - len(after[drug]) for drug in drugs] == [0, 1]


def test_a_statement_says_what_it_is_about():
    assert HELD.rows["S15"].text.startswith("Place of nemolizumab: Expected to sit second line")
