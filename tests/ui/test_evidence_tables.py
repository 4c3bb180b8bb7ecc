"""Tables of published rows: whatever a cell holds, it is text, and a link stays one link."""

from xml.etree import ElementTree

from explorer.literature.studies import Link, literature
from explorer.ui.evidence_tables import Cell, as_html, source

BY_ID = {row.row_id: row for row in literature()}


def test_markup_in_a_cell_or_a_link_is_text():
    nasty = Cell("<b>x</b>\n\ny", Link('https://a.b/?q="><script>', "DOI & more"), name="<i>", note="a < b")
    html = as_html(["<th>"], [[nasty]], 'called "so"')
    assert "\n" not in html
    table = ElementTree.fromstring(html)
    assert "".join(table.find(".//th").itertext()) == "<th>"
    assert "".join(table.find(".//td").itertext()) == "<i><b>x</b> yDOI & moreNotea < b"
    assert [link.get("href") for link in table.iter("a")] == ['https://a.b/?q="><script>']
    assert table.get("aria-label") == 'called "so"'


def test_a_source_names_what_was_read_and_the_copy_where_it_is_another_page():
    trial = source(BY_ID["L006"])
    assert (trial.text, trial.link.kind) == ("read: abstract", "DOI")
    assert "Read on: https://www.onmedica.com" in trial.note
    assert "Beside it: placebo 7.1, p 0.002." in trial.note
    assert "Read on" not in source(BY_ID["L027"]).note
