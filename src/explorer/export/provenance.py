"""What a file was made from, said in the file itself."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.analysis.analyse import Analysis
from explorer.analysis.rates import counts_invented
from explorer.export.people import analysed, synthetic_label
from explorer.study.presets import title


def provenance(analysis: Analysis, counts: Iterable[str] = (), trail: Iterable[str] = ()) -> list[str]:
    """Say what results are of: label, invented additions, counts, cohort, name and words of the definition.

    Parameters
    ----------
    counts : iterable of str
        The denominators of what the file shows.
    trail : iterable of str
        What was looked at before, and what was fixed beforehand.
    """
    study, cohort = analysis.study, analysis.cohort
    source = f"{cohort.metadata.title}; {title(study, cohort)}, definition {study.fingerprint}"
    lines = [synthetic_label(cohort), _additions(analysis), *counts, source, study.words(), *trail]
    return [line for line in lines if line]


def _additions(analysis: Analysis) -> str:
    if not counts_invented(analysis):
        return ""
    return f"Hypothetical additions, which are invented, are counted in: {analysed(analysis)} analysed."
