"""How to appraise a before-and-after cohort: points to look for, each with the study that shows it (`data/lessons/guide.md`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from explorer.bundled import DATA
from explorer.cohort.tables import Cohort
from explorer.errors import DefinitionError
from explorer.lessons.entries import Entry, entries
from explorer.lessons.glossary import PAGES
from explorer.reconstruction.facts import is_rebuilt_from_publication
from explorer.study.availability import lacking
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.study import Study

FILE = DATA / "lessons" / "guide.md"
ABOUT_THE_PAPER = ("left_open",)
"""Pages that show what the published report leaves open, and nothing of other cohorts."""
FIELDS = ("Page", "Study", "Change", "Link", "Source")


@dataclass(frozen=True)
class Point:
    """One thing to look for.

    Attributes
    ----------
    title, text : str
    page : str
        Stem of the page that shows it.
    link : str
        What is seen there.
    study : Study
        What the page is set to.
    asks_for_a_change : bool
        Whether that differs from the published study, so that the page alone would not show it.
    source : (str, str), optional
        Who says so, and where that stands.
    """

    title: str
    text: str
    page: str
    link: str
    study: Study
    asks_for_a_change: bool
    source: tuple[str, str] | None


def lacks(point: Point, cohort: Cohort) -> list[str]:
    """Say what a cohort lacks for what a point would show; empty where it can be shown."""
    lack = lacking(point.study, cohort) if point.asks_for_a_change else []
    if point.study.hypothetical and not cohort.hypothetical.any():
        lack.append("needs hypothetical additions")
    if point.page in ABOUT_THE_PAPER and not is_rebuilt_from_publication(cohort):
        lack.append("is about the published report")
    return lack


@cache
def guide() -> tuple[Point, ...]:
    """Return the points that come with the explorer."""
    return load(FILE)


def load(file: Path) -> tuple[Point, ...]:
    """Read and check a guide.

    Raises
    ------
    EntryError
        Where an entry is not as it must be; says file and line.
    """
    return tuple(map(_point, entries(file, FIELDS)))


def _point(entry: Entry) -> Point:
    page, link = entry.value("Page"), entry.value("Link")
    if page not in PAGES:
        raise entry.wrong(f"there is no page '{page}'", f"There are: {', '.join(PAGES)}.", _if_given(entry, "Page"))
    if not link:
        raise entry.wrong("the link has no words", "Add `Link:` and what is seen there.")
    study = _study(entry)
    text = " ".join(entry.text.split())
    return Point(entry.title, text, page, link, study, study != AS_PUBLISHED, entry.source())


def _if_given(entry: Entry, field: str) -> str | None:
    return field if field in entry.fields else None


def _study(entry: Entry) -> Study:
    preset = entry.value("Study") or "as-published"
    if preset not in PRESETS:
        raise entry.wrong(f"there is no preset '{preset}'", f"There are: {', '.join(PRESETS)}.", "Study")
    base = PRESETS[preset].study
    if not (written := entry.value("Change")):
        return base
    try:
        return Study.from_json(json.dumps(base.to_dict() | _change(written) | {"name": entry.title}))
    except (json.JSONDecodeError, DefinitionError) as error:
        raise entry.wrong(f"the change cannot be made: {error}", "Write it as in a study's JSON.", "Change") from error


def _change(written: str) -> dict[str, Any]:
    change: Any = json.loads(written)
    if not isinstance(change, dict):
        raise DefinitionError("it is no object in curly brackets.")
    return change
