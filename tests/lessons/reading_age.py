"""How hard a text is to read, in school years by Flesch and Kincaid."""

import re

import readability


def grade(text: str) -> float:
    """Give the grade of a text; the library takes one sentence a line, its words and marks apart."""
    # A number is read aloud, but the library counts no syllable in it.
    said = re.sub(r"\d+(?:[.,]\d+)*", "ten", text)
    sentences = re.split(r"(?<=[.?!])\s+", " ".join(said.split()))
    lines = [re.sub(r"([.,;:?!()“”\"])", r" \1 ", sentence) for sentence in sentences]
    return readability.getmeasures("\n".join(lines), lang="en")["readability grades"]["Kincaid"]
