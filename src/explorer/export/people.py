"""Whom figures are of: synthetic cohorts carry their label, and invented additions are counted apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from explorer.analysis.analyse import Analysis
from explorer.cohort.tables import Cohort
from explorer.export.numbers import count, share
from explorer.reconstruction.facts import is_rebuilt_from_publication
from explorer.study.words import counted

Bools = npt.NDArray[np.bool_]

RECONSTRUCTION = "Synthetic reconstruction, not patient data."
SYNTHETIC = "Synthetic data, not patients."


def synthetic_label(cohort: Cohort) -> str:
    """Say that a cohort is not made of patients; empty where it is.

    Only a cohort rebuilt from the publication is called a reconstruction.
    """
    if not cohort.metadata.synthetic:
        return ""
    return RECONSTRUCTION if is_rebuilt_from_publication(cohort) else SYNTHETIC


def people(n: int, invented: int, cohort: Cohort) -> str:
    """Count patients, hypothetical additions apart.

    Parameters
    ----------
    n : int
        All of them.
    invented : int
        How many of these are hypothetical additions.
    cohort : Cohort
        Theirs.

    Returns
    -------
    str
        "33 patients"; with additions "33 reconstructed + 12 hypothetical" of the reconstruction, "33 patients + 12
        hypothetical" of any other cohort.
    """
    return mixture(n, invented, cohort) if invented else counted(n, "patient")


def mixture(n: int, invented: int, cohort: Cohort) -> str:
    """Count patients and hypothetical additions as `people` does, also where there are none of the latter."""
    usual = n - invented
    recorded = f"{usual} reconstructed" if is_rebuilt_from_publication(cohort) else counted(usual, "patient")
    return f"{recorded} + {invented} hypothetical"


def tally(counts: Mapping[str, Bools], invented: Bools, who: str) -> str:
    """Count several things among the same patients, hypothetical additions apart.

    Parameters
    ----------
    counts : mapping of str to array of bool, one entry per patient
        Whom each of the things is true of; the key says it: "improved".
    invented : array of bool, one entry per patient
        Which of them are hypothetical additions.
    who : str
        All of them in words, as `people` counts them.

    Returns
    -------
    str
        "26/33 (79 %) improved, 7/33 (21 %) became worse"; with additions "Of 33 reconstructed + 12 hypothetical,
        26 + 9 improved, 7 + 3 became worse".
    """
    n = len(invented)
    if not invented.any():
        return ", ".join(f"{share(int(k.sum()), n, float(k.mean()))} {what}" for what, k in counts.items())
    split = (f"{int((k & ~invented).sum())} + {int((k & invented).sum())} {what}" for what, k in counts.items())
    return f"Of {who}, {', '.join(split)}"


def analysed(analysis: Analysis) -> str:
    """Count the eligible patients, hypothetical additions apart also where the criteria let none in."""
    invented = int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())
    return mixture(analysis.ledger.n, invented, analysis.cohort)


def responders(analysis: Analysis) -> str:
    """Count responders of those evaluable, hypothetical additions apart.

    Returns
    -------
    str
        "24/47 (51 %)"; with additions "24/47 reconstructed + 5/12 hypothetical" ("patients" for "reconstructed" where
        the cohort is no reconstruction), without a percentage: a rate of both together would describe nobody.
    """
    r = analysis.response
    if not counts_invented_outcomes(analysis):
        return share(r.n_responders, r.n_evaluable, r.rate)
    usual, invented = responders_apart(analysis)
    return f"{usual} {_kind(analysis.cohort)} + {invented} hypothetical"


def responders_apart(analysis: Analysis) -> tuple[str, str]:
    """Count responders of those evaluable: of the cohort's own patients, and of hypothetical additions."""
    invented = analysis.cohort.hypothetical
    return _responded(analysis, ~invented), _responded(analysis, invented)


def counts_invented_outcomes(analysis: Analysis) -> bool:
    """Say whether the outcome of any hypothetical addition is counted in the response rate."""
    return bool((analysis.response.outcome.evaluable & analysis.cohort.hypothetical).any())


def _kind(cohort: Cohort) -> str:
    return "reconstructed" if is_rebuilt_from_publication(cohort) else "patients"


def _responded(analysis: Analysis, who: Bools) -> str:
    outcome = analysis.response.outcome
    counted = outcome.evaluable & who
    # A mean over the completed data sets, of which there is one unless outcomes are imputed several times.
    responded = float((outcome.responded & counted).sum(axis=1).mean())
    return f"{count(responded)}/{int(counted.sum())}"
