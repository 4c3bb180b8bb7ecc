"""Small tables written as HTML."""

from xml.etree import ElementTree

from explorer.ui.tables import as_html


def cells(written):
    return [["".join(cell.itertext()) for cell in row] for row in ElementTree.fromstring(written).iter("tr")]


def test_columns_and_rows_stand_in_their_order():
    written = as_html(("Drug", "Patients"), [("dupilumab", 47), ("tralokinumab", 49)], "Drugs")
    assert cells(written) == [["Drug", "Patients"], ["dupilumab", "47"], ["tralokinumab", "49"]]
    assert ElementTree.fromstring(written).find("table").get("aria-label") == "Drugs"


def test_markup_from_a_file_stays_text():
    text = '<script>alert(1)</script> & "quoted" **bold** | [link](x)'
    written = as_html((text,), [(text,)], text)
    assert "<script" not in written
    assert cells(written) == [[text], [text]]


def test_it_is_one_line_so_that_markdown_takes_nothing_of_it_for_a_text_of_its_own():
    written = as_html(("a",), [("first\n\n# second",)], "name\n\n# of it")
    assert "\n" not in written
    assert cells(written)[1] == ["first# second"]
