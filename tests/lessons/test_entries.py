"""Texts that a teacher writes: what is broken is named with its line."""

import pytest

from explorer.lessons.entries import EntryError, entries

GOOD = """# Heading of the file

Words before the first entry are for writers.

## First
Also: other, another
Source: Somebody 2020 | https://example.org/a

What it is.
It goes on: here.

## Second

Text.
"""


def written(folder, text):
    file = folder / "texts.md"
    file.write_text(text, encoding="utf-8")
    return file


def read(folder, text):
    return entries(written(folder, text), ("Also", "Source"))


def test_entries_are_read_with_fields_lines_and_text(tmp_path):
    first, second = read(tmp_path, GOOD)
    assert (first.title, first.line, first.listed("Also")) == ("First", 5, ("other", "another"))
    assert first.source() == ("Somebody 2020", "https://example.org/a")
    assert first.text == "What it is.\nIt goes on: here."
    assert (second.title, second.line, second.source(), second.text) == ("Second", 12, None, "Text.")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Text.", "", r"texts\.md, line 12: “Second”: has no text"),
        ("## Second", "## first", r"line 12: “first”: stands there twice"),
        ("Also: other", "Aslo: other", r"line 6: “First”: there is no field 'Aslo'\. There are: Also, Source"),
        ("Source: Somebody 2020", "Also: again", r"line 7: “First”: 'Also' is given twice"),
        ("## Second", "## ", r"line 12: “”: an entry has no heading"),
    ],
)
def test_what_is_broken_is_named_with_its_line(tmp_path, old, new, says):
    assert old in GOOD
    with pytest.raises(EntryError, match=says):
        read(tmp_path, GOOD.replace(old, new))


@pytest.mark.parametrize(
    "source", ["https://example.org/a", "Somebody 2020", "Somebody | ftp://example.org", "| https://a.org"]
)
def test_a_source_names_who_and_where(tmp_path, source):
    first, _ = read(tmp_path, GOOD.replace("Somebody 2020 | https://example.org/a", source))
    with pytest.raises(EntryError, match=r"line 7: “First”: the source .* cannot be read"):
        first.source()
