"""Forms of data that are recognised by name: each becomes a mapping like any other, with nothing guessed of its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from explorer.cohort.mapping.guess import Guess, guess
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.ready import adam, omop, redcap
from explorer.cohort.ready.model import Ready

__all__ = ["FORMS", "Ready", "recognised", "understood"]

FORMS: Mapping[str, Callable[[Sheets], Ready | None]] = {
    adam.NAME: adam.ready,
    redcap.NAME: redcap.ready,
    omop.NAME: omop.ready,
}


def recognised(sheets: Sheets) -> Ready | None:
    """Recognise files of a known form.

    Parameters
    ----------
    sheets : Sheets
        As `read_sheets` or `read_several` returns them.

    Returns
    -------
    Ready or None
        None where the files are of no form that is known: then the columns are guessed one by one.
    """
    found = (form(sheets) for form in FORMS.values())
    return next((ready for ready in found if ready is not None), None)


def understood(sheets: Sheets) -> tuple[Ready | None, Guess]:
    """Return what the files were recognised as, if anything, and the mapping to begin with."""
    found = recognised(sheets)
    return found, guess(sheets) if found is None else found.guess
