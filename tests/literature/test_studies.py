"""The bundled evidence: every row has a source and says what was read; a row that breaks the schema is named."""

import csv
import shutil

import pytest

from explorer.literature.studies import EVIDENCE, baselines, definitions, gaps, link, literature
from explorer.literature.studies_outcomes import OUTCOMES, band
from explorer.literature.studies_schema import EvidenceError
from tests.reference_cases import shared

SECONDARY = {"secondary copy", "news or company page"}


def test_every_row_has_a_source_and_says_what_was_read():
    for row in literature():
        assert row.link.url.startswith("https://") or row.link.kind in SECONDARY, row.row_id
        assert row.read_from in ("abstract", "full text", "press"), row.row_id
    for row in baselines():
        assert row.link.url.startswith("https://")
        assert row.read_from
    for rule in definitions().values():
        assert rule.link.url.startswith("https://")
        assert rule.read_status


def test_a_doi_comes_first_and_a_copy_is_called_one():
    by_id = {row.row_id: row for row in literature()}
    assert (by_id["L012"].link.url, by_id["L012"].link.kind) == ("https://doi.org/10.1111/bjd.19573", "DOI")
    assert by_id["L093"].link.url == "https://doi.org/10.1016/S0140-6736(24)01203-0"
    assert by_id["L024"].link.url == "https://pubmed.ncbi.nlm.nih.gov/34698371/"
    assert by_id["L033"].link.kind == "secondary copy"
    assert by_id["L001"].link.kind == "news or company page"
    assert link("https://pmc.ncbi.nlm.nih.gov/articles/PMC1", "abstract").kind == "PubMed Central"


def test_facts_are_those_of_the_evidence_that_was_read():
    with shared("evidence", "literature.csv").open(encoding="utf-8") as file:
        given = {row["row_id"]: row for row in csv.DictReader(file)}
    assert len(given) == len(literature())
    for row in literature():
        source = given[row.row_id]
        for held, name in (
            (row.k, "responders"),
            (row.n, "n_evaluable"),
            (row.value, "value"),
            (row.weeks, "timepoint_weeks"),
        ):
            assert held == (float(source[name]) if source[name] else None), (row.row_id, name)
        kept = (row.outcome, row.prior, row.design, row.read_from, row.source_url)
        assert kept == tuple(source[name] for name in ("outcome", "population", "design", "read_from", "source_url")), (
            row.row_id
        )


def test_intervals_of_trials_are_of_the_difference_and_those_of_models_of_the_arm():
    printed = {row.row_id: row.interval_of for row in literature() if row.low is not None}
    assert {row for row, of in printed.items() if of == "arm"} == {"L046", "L047", "L065", "L066"}
    assert all(row.study_id.startswith("ECZTRA") for row in literature() if row.interval_of == "difference")


def test_definitions_that_rows_refer_to_exist():
    named = {row.definition for row in literature()} - {""}
    assert named <= set(definitions())
    assert {"SEED_COMPOSITE", "ERASMUS_GOOD", "IGA01_2PT", "PPNRS_4PT"} <= named


def test_gaps_are_carried_as_gaps():
    about = {gap.about: gap for gap in gaps().gap}
    assert about["Lebrikizumab after dupilumab"].kind == "not found"
    assert about["Heads Up, patients randomised"].kind == "conflict"


def test_every_time_has_one_band():
    assert [band(weeks) for weeks in (11.9, 12, 16, 20, 21, 39, 40, 60, 61, 104)] == [
        *["up to 11 weeks", "12 to 20 weeks", "12 to 20 weeks", "12 to 20 weeks", "21 to 39 weeks", "21 to 39 weeks"],
        *["40 to 60 weeks", "40 to 60 weeks", "over 60 weeks", "over 60 weeks"],
    ]
    assert band(None) == "not stated"


@pytest.fixture
def damaged(tmp_path):
    """Copy the evidence with one cell of the literature changed."""

    def change(row_id, column, value):
        shutil.copytree(EVIDENCE, tmp_path / "evidence", dirs_exist_ok=True)
        file = tmp_path / "evidence" / "literature.csv"
        with file.open(encoding="utf-8") as given:
            rows = list(csv.DictReader(given))
        next(row for row in rows if row["row_id"] == row_id)[column] = value
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return tmp_path / "evidence"

    return change


@pytest.mark.parametrize(
    ("row_id", "column", "value", "said"),
    [
        ("L030", "responders", "38", "literature.csv, row 31: the count has no denominator, or exceeds it"),
        ("L030", "responders", "12", "row 31: the printed percentage is not that of the printed count"),
        ("L006", "source_url", "", "row 7, column 'source_url': '' is no link to a source"),
        ("L006", "value", "many", "row 7, column 'value': 'many' is not a number"),
        ("L006", "value", "158", "row 7: a share of patients lies outside 0 to 100"),
        ("L006", "value", "", "row 7: the row holds neither a value nor a count"),
        ("L006", "design", "trial", "row 7, column 'design': 'trial' is not known"),
        ("L006", "read_from", "hearsay", "row 7, column 'read_from': 'hearsay' is not known"),
        ("L006", "ci_high", "", "row 7: the interval has one limit"),
        ("L006", "row_id", "L007", "row 7, column 'row_id': 'L007' stands twice"),
        ("L006", "study", " ", "row 7, column 'study': the cell is empty"),
    ],
)
def test_a_row_that_breaks_the_schema_is_named_with_its_remedy(damaged, row_id, column, value, said):
    with pytest.raises(EvidenceError) as error:
        literature(damaged(row_id, column, value))
    assert said in str(error.value)
    assert all(line.rstrip().endswith((".", "}")) for line in str(error.value).splitlines())


def test_a_file_without_a_column_or_that_is_no_table_is_refused(tmp_path):
    (tmp_path / "literature.csv").write_text("row_id,study\nL001,x\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="literature.csv: the column 'study_id' is missing. Add the column."):
        literature(tmp_path)
    with pytest.raises(EvidenceError, match="responder_definitions.csv: the file cannot be read"):
        definitions(tmp_path)
    (tmp_path / "gaps.toml").write_text("searched = 1", encoding="utf-8")
    with pytest.raises(EvidenceError, match="gaps.toml"):
        gaps(tmp_path)


def test_every_outcome_has_words():
    assert {row.outcome for row in literature()} <= set(OUTCOMES)
    assert len({outcome.label for outcome in OUTCOMES.values()}) == len(OUTCOMES)
