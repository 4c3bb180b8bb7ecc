"""The verdict: every line has a computed number and a doubt, moves when data or definition move, and fits a page."""

import io
import re
from datetime import date

import pytest
from docx import Document

from explorer.analysis.analyse import analyse
from explorer.analysis.pairs import pairs
from explorer.bundled import bundled_cohort
from explorer.cohort.tables import build
from explorer.errors import DefinitionError
from explorer.export.report_docx import docx
from explorer.literature.doubts import definitions
from explorer.literature.verdict import CAN, CANNOT, TITLE, lines, to_print, verdict
from explorer.multiverse.grids import grids_for
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.reconstruction.ensemble import load_draw, load_manifest
from explorer.reconstruction.facts import published
from explorer.study.presets import AS_PUBLISHED, PRESETS, default_for
from tests.pages.cohorts import HARD, scores_only
from tests.tables import cohort

DAY = date(2026, 11, 22)
PUBLISHED = analyse(bundled_cohort(), AS_PUBLISHED)


@pytest.fixture(scope="module")
def varied():
    small = grids_for(bundled_cohort())["small"].around(AS_PUBLISHED)
    return definitions(run(bundled_cohort(), listed(small)), "the small grid")


def line(held, words):
    (found,) = [each for each in held if words in each.question]
    return found


def of_four():
    """Two of four respond; the outcome of the fourth is unknown, and P3 has a single prescription."""
    return cohort(
        patients="patient_id\nP1\nP2\nP3\nP4",
        assessments="patient_id|day|instrument|score\nP1|-5|PPNRS|8\nP1|90|PPNRS|2\nP2|-5|PPNRS|8\nP2|80|PPNRS|3\n"
        "P3|-5|PPNRS|6\nP3|70|PPNRS|6\nP4|-5|PPNRS|5",
        treatments="patient_id|drug|start_day|end_day|prescriptions\nP1|tralokinumab|0||3\nP2|tralokinumab|0||3\n"
        "P3|tralokinumab|0|40|1\nP4|tralokinumab|0||3",
    )


def test_every_line_has_a_number_and_a_doubt(varied):
    held = lines(PUBLISHED, varied)
    assert {each.kind for each in held} == {"Sampling", "Definition", "Reporting", "Design"}
    for each in held:
        assert re.search(r"\d|none recorded", each.number), each
        assert each.doubt.endswith("."), each


def test_percentages_carry_their_counts(varied):
    for each in lines(PUBLISHED, varied):
        for found in re.finditer(r"\d+ %", each.number):
            assert re.search(r"\d+/\d+ \($", each.number[: found.start()]), each


def test_the_published_definition_gives_the_published_rate_first(varied):
    assert lines(PUBLISHED, varied)[0].number == "24/47 (51 %)"


def test_numbers_are_those_of_the_cohort():
    held = lines(analyse(of_four(), default_for(of_four())))
    assert line(held, "How many responded").number == "2/3 (67 %)"
    assert line(held, "unknown outcomes").number == "2/4 (50 %) to 3/4 (75 %)"
    assert line(held, "3 points of PPNRS").number == "2/3"
    assert line(held, "did it").number == "0/4 without tralokinumab"
    assert line(held, "happens later").number == "scores used are of days 70 to 90"
    assert line(held, "How long").number.endswith("; 1/4 left it")


def test_who_was_left_out_by_later_prescriptions_is_counted():
    study = default_for(of_four())
    asks = study.replace(
        eligibility=study.model_validate(
            study.to_dict() | {"eligibility": [{"kind": "prescriptions", "drug": "tralokinumab", "at_least": 2}]}
        ).eligibility
    )
    assert line(lines(analyse(of_four(), asks)), "never counted").number == "1 patient"
    assert line(lines(analyse(of_four(), study)), "never counted").number == "none recorded"


def test_lines_move_with_the_definition(varied):
    other = analyse(bundled_cohort(), PRESETS["iga-01-2pt"].study)
    assert line(lines(other), "How many responded").number != line(lines(PUBLISHED), "How many responded").number


def test_what_the_paper_leaves_open_is_only_said_of_its_own_cohort():
    assert any(each.kind == "Reporting" for each in lines(PUBLISHED))
    own = scores_only()
    assert not any(each.kind == "Reporting" for each in lines(analyse(own, default_for(own))))


@pytest.mark.parametrize("kind", HARD)
def test_any_cohort_gets_the_lines_that_can_be_computed(kind):
    held = HARD[kind]()
    said = lines(analyse(held, default_for(held)))
    assert {each.can for each in said} == {True, False}
    assert "nan" not in " ".join(f"{each.number} {each.doubt}" for each in said)


def test_invented_additions_get_no_verdict():
    study = AS_PUBLISHED.replace(eligibility=(), hypothetical=True)
    with pytest.raises(DefinitionError, match="Hypothetical additions are counted in"):
        lines(analyse(bundled_cohort(), study))


def test_the_page_to_print_holds_every_line_label_and_definition(varied):
    page = to_print(verdict(PUBLISHED, DAY, varied))
    assert f"<title>{TITLE}</title>" in page
    text = re.sub(r"&nbsp;", " ", page)
    for each in lines(PUBLISHED, varied):
        assert each.number in text, each
    for said in (CAN, CANNOT, "Synthetic reconstruction, not patient data.", "be52e17c880f", "22 November 2026"):
        assert said in text
    assert "no advice to a patient" in text


def test_the_page_to_edit_holds_both_tables(varied):
    document = Document(io.BytesIO(docx(verdict(PUBLISHED, DAY, varied))))
    held = lines(PUBLISHED, varied)
    assert [len(table.rows) - 1 for table in document.tables] == [
        sum(each.can for each in held),
        sum(not each.can for each in held),
    ]


def test_a_page_about_patients_carries_no_label():
    own = scores_only()
    assert "not patient data" not in to_print(verdict(analyse(own, default_for(own)), DAY))


# What the paper prints, and what only the reconstruction holds


def each_draw():
    """The reconstructions one by one, read from their files."""
    for draw in load_manifest()["draw"]:
        yield analyse(build(bundled_cohort().metadata, load_draw(draw)), AS_PUBLISHED)


@pytest.fixture(scope="module")
def draws():
    return tuple(each_draw())


def printed_range(parts):
    """Two parts in words, the smaller share first: "2/13 (15 %) to 2/3"."""
    low, high = min(parts, key=lambda kn: (kn[0] / kn[1], kn[1])), max(parts, key=lambda kn: (kn[0] / kn[1], kn[1]))
    said = [f"{k}/{n} ({round(100 * k / n)} %)" if n >= 10 else f"{k}/{n}" for k, n in (low, high)]
    return " to ".join(said)


def test_no_count_of_the_reconstruction_alone_is_said_to_be_open_by_sampling():
    by_sampling = {each.question for each in lines(PUBLISHED) if each.can and each.kind == "Sampling"}
    assert by_sampling == {"How many responded?"}


def test_what_is_not_printed_is_given_over_every_reconstruction(draws):
    held, who = lines(PUBLISHED), lambda rows, term: next(row for row in rows if row.term == term)
    eyes = [who(draw.safety.carry_over, "conjunctivitis") for draw in draws]
    parts = [(row.recurred, row.resolved + row.unresolved + row.recurred) for row in eyes]
    new = [row.new for row in eyes]
    said = line(held, "conjunctivitis").number
    assert said == f"{printed_range(parts)} of those who had it; new in {min(new)} to {max(new)}"
    left = [(draw.persistence.n_stopped, draw.persistence.n) for draw in draws]
    assert line(held, "How long they stayed").number.endswith(f"; {printed_range(left)} left it")
    noticed = [(int((both := pairs(draw, "PPNRS")).reaching(3).sum()), both.n) for draw in draws]
    assert line(held, "3 points of PPNRS").number == printed_range(noticed)
    unknown = [draw.response.n_unknown for draw in draws]
    assert f"{min(unknown)} to {max(unknown)} in reconstructions" in line(held, "unknown outcomes").doubt
    change = [row.mean_change for draw in draws for row in draw.change if row.instrument == "BSA"]
    assert f"reconstructions {min(change):.1f} (n" in line(held, "Body surface").doubt


def test_only_the_recurrence_that_is_printed_can_be_said():
    held = lines(PUBLISHED)
    eyes, face = line(held, "conjunctivitis"), line(held, "head and neck")
    assert (eyes.can, face.can) == (True, False)
    assert published().fact("conjunctivitis_recurrent").statement in eyes.doubt
    assert not line(held, "How long they stayed").can


def test_a_recorded_cohort_keeps_its_own_counts():
    held = lines(analyse(of_four(), default_for(of_four())))
    assert line(held, "How long did they stay").can
    assert not any("reconstruction" in each.doubt for each in held)


def test_the_ranges_bear_imputation():
    imputed = AS_PUBLISHED.model_validate(
        AS_PUBLISHED.to_dict() | {"missing": {"kind": "multiple_imputation", "imputations": 2}}
    )
    assert line(lines(analyse(bundled_cohort(), imputed)), "Body surface").kind == "Reporting"


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_puts_a_made_count_down_to_sampling(preset):
    held = [each for each in lines(analyse(bundled_cohort(), PRESETS[preset].study)) if each.can]
    assert {each.question for each in held if each.kind == "Sampling"} == {"How many responded?"}
    assert sum(each.kind == "Reporting" for each in held) >= 3
