"""An analysis as one Python file: a dozen lines that give the numbers on the screen again, from the saved cohort."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable

from explorer.analysis.analyse import Analysis
from explorer.export.provenance import provenance

LINE = 110

SCRIPT = '''\
"""Prints the numbers of one analysis as JSON. Run it where the explorer is installed: python analysis.py COHORT"""

import json
import sys

from explorer.analysis.analyse import analyse
from explorer.cohort.readers import read
from explorer.study.study import Study

{comments}
COHORT = "{fingerprint}"
STUDY = r\'\'\'
{study}
\'\'\'

cohort = read(sys.argv[1])
if cohort.fingerprint != COHORT:
    print(f"Note: this is another cohort ({{cohort.fingerprint}}) than the one analysed ({{COHORT}}).", file=sys.stderr)
analysis = analyse(cohort, Study.from_json(STUDY))
print(json.dumps(analysis.to_dict(), indent=2, allow_nan=False))
'''


def script(analysis: Analysis, trail: Iterable[str] = ()) -> str:
    """Write the Python file that computes an analysis again.

    It holds the study, and takes the cohort as a path that `explorer check` reads; it prints what
    `explorer analyse --format json` does, and says so where the cohort is not the one analysed.

    Parameters
    ----------
    trail : iterable of str
        What was looked at before, and what was fixed beforehand; goes into the comments.
    """
    return SCRIPT.format(
        comments="\n".join(line for text in provenance(analysis, trail=trail) for line in _comment(text)),
        fingerprint=analysis.cohort.fingerprint,
        study=_literal(analysis),
    )


def _comment(text: str) -> list[str]:
    """Wrap a text into comments; the title of a cohort cannot end its line, and so is never run."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return textwrap.wrap(printable, LINE, initial_indent="# ", subsequent_indent="# ")


def _literal(analysis: Analysis) -> str:
    """Write the study as JSON that no text in it can break out of.

    In JSON a quotation mark of Python's stands within a string alone, where it may be written by its number.
    """
    return json.dumps(analysis.study.to_dict(), indent=2).replace("'", "\\u0027")
