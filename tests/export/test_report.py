"""A report says what the analysis says, in the order asked for, and no text in it is ever anything but text."""

import io
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.charts.figure import Figure
from explorer.errors import DefinitionError
from explorer.export.report import FreeText, Section, report
from explorer.export.report_blocks import Table
from explorer.export.report_cards import usual
from explorer.export.report_docx import docx
from explorer.export.report_html import html
from explorer.study.presets import AS_PUBLISHED, default_for
from tests.command import run
from tests.pages.cohorts import HARD, scores_only
from tests.study.cohorts import SWITCHED
from tests.study.strategies import studies

DAY = date(2026, 11, 22)
LABEL = "Synthetic reconstruction, not patient data."
PUBLISHED = analyse(bundled_cohort(), AS_PUBLISHED)
MARKUP = "<script>alert(1)</script> **bold** =1+1 & \x0b{}"


class Read(HTMLParser):
    """Elements with their attributes, and the text of the page."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def named(self, name):
        return [attributes for tag, attributes in self.elements if tag == name]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def whole():
    return html(report(PUBLISHED, DAY))


def titles(made):
    return [section.title for section in made.sections]


def kinds(made, kind):
    return [block for section in made.sections for block in section.blocks if isinstance(block, kind)]


# What goes in


def test_cards_and_texts_stand_in_the_order_asked_for():
    made = report(PUBLISHED, DAY, ("source", FreeText("First.\n\nSecond."), "ledger"))
    assert titles(made) == ["Data and limits", "", "Who is analysed", "Reporting items"]
    assert [block.text for block in made.sections[1].blocks] == ["First.", "Second."]


@pytest.mark.parametrize("names", [("ledger", "nothing"), ("ledger", "ledger")])
def test_a_card_that_is_not_there_or_twice_there_is_refused(names):
    with pytest.raises(DefinitionError, match=names[1]):
        report(PUBLISHED, DAY, names)


def test_every_card_asked_for_is_listed_with_the_items_it_answers():
    made = report(PUBLISHED, DAY, ("methods", "ledger"))
    assert made.sections[-1].blocks[0].rows.to_dict("records") == [
        {"Card": "Methods and estimand", "STROBE item": "6a, 7, 11, 12a, 12c", "RECORD item": "6.1, 7.1"},
        {"Card": "Who is analysed", "STROBE item": "6a, 13a, 13b, 13c", "RECORD item": "13.1"},
    ]


def test_there_is_a_card_for_the_change_of_each_score():
    assert {"change-BSA", "change-PPNRS", "change-IGA"} <= set(usual(PUBLISHED))


@pytest.mark.parametrize("kind", HARD)
def test_any_cohort_gives_a_report_in_which_no_card_is_empty(kind):
    held = HARD[kind]()
    made = report(analyse(held, default_for(held)), DAY)
    assert all(section.blocks for section in made.sections)
    text = Read(html(made)).text
    assert all(section.title in text for section in made.sections)


@settings(max_examples=15, deadline=None)
@given(studies())
def test_any_definition_gives_a_report(study):
    made = report(analyse(bundled_cohort(), study), DAY)
    assert all(section.blocks for section in made.sections)
    assert made.sections[1].blocks[0].text == study.words()


def test_a_study_with_hypothetical_additions_keeps_them_apart():
    study = AS_PUBLISHED.replace(eligibility=(), hypothetical=True)
    made = report(analyse(bundled_cohort(), study), DAY, ("response", "change-BSA", "safety"))
    assert dict(made.about)["Analysed"] == "49 reconstructed + 26 hypothetical"
    assert "hypothetical" in made.sections[0].blocks[0].text
    assert not any(table.name == "tests-BSA" for table in kinds(made, Table))


# What it says


def test_the_ledger_of_the_report_is_that_of_the_analysis():
    table = next(each for each in kinds(report(PUBLISHED, DAY, ("ledger",)), Table) if each.name == "ledger")
    printed = table.rows[["Entered", "Not met", "Unknown", "Remaining"]].to_numpy().tolist()
    assert printed == [[s.entered, s.not_met, s.unknown, s.remaining] for s in PUBLISHED.ledger.steps]


def test_the_report_holds_answer_methods_source_and_versions(whole):
    text = Read(whole).text.replace("\xa0", " ")
    assert "24/47 (51 %) responded (95 % CI 37 % to 65 %)" in text
    assert AS_PUBLISHED.words() in text
    assert bundled_cohort().metadata.source in text
    for said in ("Population", "Stopping the drug", "Definition be52e17c880f", "22 November 2026", "statsmodels"):
        assert said in text


def test_what_was_looked_at_before_is_said():
    trail = ["2 definitions viewed before this one: A (1); B (2)."]
    assert trail[0] in Read(html(report(PUBLISHED, DAY, ("viewed",), trail))).text
    assert "was not recorded" in Read(html(report(PUBLISHED, DAY, ("viewed",)))).text


# HTML


def test_a_page_has_its_label_in_a_header_that_print_repeats(whole):
    assert f"<thead><tr><td>{LABEL}</td></tr></thead>" in whole
    assert "display: table-header-group" in whole


def test_patients_carry_no_label():
    held = scores_only()
    made = report(analyse(held, default_for(held)), DAY, ("question", "source"))
    assert made.label == ""
    assert "ynthetic" not in Read(html(made)).text
    assert not Document(io.BytesIO(docx(made))).sections[0].header.paragraphs[0].text


def test_nothing_is_fetched_and_no_two_elements_share_a_name(whole):
    page = Read(whole)
    addresses = [
        a.get(name) for _, a in page.elements for name in ("src", "href", "xlink:href", "action") if a.get(name)
    ]
    assert addresses
    assert all(address.startswith("#part-") for address in addresses)
    assert "url(" not in whole
    assert "@import" not in whole
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    assert page.named("meta")[1]["content"].startswith("default-src 'none'")


def test_every_figure_has_its_alternative_text_its_caption_and_its_numbers():
    made = report(PUBLISHED, DAY, ("response",))
    page = Read(html(made))
    figures = kinds(made, Figure)
    said = [each["aria-label"].replace("\xa0", " ") for each in page.named("div") if each.get("role") == "img"]
    assert said == [figure.alt for figure in figures]
    assert len(page.named("svg")) == len(page.named("details")) == len(figures) == 3
    assert "Figure 3." in page.text


@pytest.mark.parametrize(("n", "printed"), [(30, 30), (31, 30)])
def test_a_long_table_is_cut_and_says_so(n, printed):
    long = Table("events", "Events", pd.DataFrame({"Event": [f"row {place}" for place in range(n)]}), "By frequency.")
    page = Read(html(replace(report(PUBLISHED, DAY, ()), sections=(Section("", "", (long,)),))))
    assert page.text.count("row ") == printed
    assert ("The first 30 of 31 rows; all are in the results bundle." in page.text) == (n > printed)


@pytest.mark.parametrize("part", ["text", "title", "name"])
def test_no_text_is_markup(part):
    held = replace(SWITCHED, metadata=replace(SWITCHED.metadata, title=MARKUP)) if part == "title" else SWITCHED
    study = AS_PUBLISHED.replace(name="<script>x</script>") if part == "name" else AS_PUBLISHED
    texts = (FreeText(MARKUP),) if part == "text" else ()
    made = report(analyse(held, study), DAY, ("source", *texts))
    page = Read(html(made))
    assert not page.named("script")
    assert "<script>" in page.text
    read = Document(io.BytesIO(docx(made)))
    assert any("<script>" in paragraph.text for paragraph in read.paragraphs)


# DOCX


@pytest.fixture(scope="module")
def word():
    made = report(PUBLISHED, DAY, ("ledger", FreeText("Between\n\nthe cards."), "characteristics"))
    return made, Document(io.BytesIO(docx(made)))


def test_a_docx_has_the_label_on_every_page(word):
    _, read = word
    assert len(read.sections) == 1
    assert read.sections[0].header.paragraphs[0].text == LABEL
    assert not read.sections[0].different_first_page_header_footer
    assert not read.settings.odd_and_even_pages_header_footer


def test_a_docx_has_real_tables_that_repeat_their_header(word):
    made, read = word
    held = kinds(made, Table)
    assert len(read.tables) == len(held) == 4
    for table, block in zip(read.tables, held, strict=True):
        assert [[cell.text for cell in row.cells] for row in table.rows[1:]] == block.rows.astype(
            str
        ).to_numpy().tolist()
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_a_docx_has_figures_fit_for_print_with_alternative_texts(word):
    made, read = word
    (figure,), (picture,) = kinds(made, Figure), read.inline_shapes
    assert picture._inline.docPr.get("descr") == figure.alt
    image = read.part.related_parts[picture._inline.graphic.graphicData.pic.blipFill.blip.embed].image
    assert image.px_width / picture.width.inches > 270


def test_a_docx_has_numbered_captions_and_plain_runs_between(word):
    _, read = word
    captions = [line.text for line in read.paragraphs if line.style.name == "Caption"]
    assert [caption.split(".")[0] for caption in captions] == ["Figure 1", "Table 1", "Table 2", "Table 3", "Table 4"]
    texts = [line.text for line in read.paragraphs]
    assert texts[texts.index("Between") + 1] == "the cards."


@pytest.mark.parametrize("write", [html, docx])
def test_the_same_report_gives_the_same_bytes_and_another_day_others(write):
    first, again = (write(report(PUBLISHED, DAY, ("question",))) for _ in range(2))
    assert first == again
    assert write(report(PUBLISHED, date(2026, 11, 23), ("question",))) != first


# From a terminal


def without_day(page):
    """Drop the line with the day on which a report was made."""
    return [line for line in page.splitlines() if "<dt>Made on</dt>" not in line]


def test_the_command_writes_what_the_page_downloads(tmp_path):
    ran = run("report", "--cards", "methods,ledger", "--out", str(tmp_path / "r.html"))
    assert (ran.code, ran.err) == (0, "")
    written = (tmp_path / "r.html").read_text("utf-8")
    assert without_day(written) == without_day(html(report(PUBLISHED, DAY, ("methods", "ledger"))))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "{}/r.pdf"), "ends in none of .html, .docx, .zip"),
        (("--out", "{}/there.html"), "is there already"),
        (("--out", "{}/no/r.html"), "there is no folder"),
        (("--cards", "ledger,nothing", "--out", "{}/r.html"), "There is no card 'nothing'"),
    ],
)
def test_the_command_refuses_what_it_cannot_do_in_one_line(arguments, said, tmp_path):
    (tmp_path / "there.html").write_text("mine")
    ran = run("report", *(each.format(tmp_path) for each in arguments))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert said in ran.err
    assert (tmp_path / "there.html").read_text() == "mine"
    assert not (tmp_path / "r.html").exists()
