"""What the published studies count, in words, and how rows are told apart: designs, prior dupilumab, source, time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

DRUG_BEFORE = "dupilumab"
"""The drug whose earlier use the rows are classed by."""

DESIGNS: Mapping[str, str] = MappingProxyType(
    {
        "retrospective cohort": "Retrospective cohorts",
        "prospective cohort": "Prospective cohorts",
        "cohort (direction not stated)": "Cohorts, direction not stated",
        "case series": "Case series",
        "open-label extension": "Trial extensions",
        "RCT": "Randomised trial arms",
    }
)
"""Designs, the nearest to a chart review first, with their heading."""

PRIORS = ("all", "some", "none", "unknown")
"""Whose patients had taken dupilumab before."""

SOURCES = ("abstract", "full text", "press")
"""What was read of a study."""

NOT_STATED = "not stated"
MISSING_RULES = ("observed", "response without rescue", "model", "Kaplan-Meier", NOT_STATED)

BANDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "up to 11 weeks": (0, 12),
        "12 to 20 weeks": (12, 21),
        "21 to 39 weeks": (21, 40),
        "40 to 60 weeks": (40, 61),
        "over 60 weeks": (61, float("inf")),
    }
)
"""Times of follow-up that count as alike, in weeks: from the first, below the second."""


def band(weeks: float | None) -> str:
    """Name the band in which a time lies, in weeks; "not stated" without one."""
    if weeks is None:
        return NOT_STATED
    return next(name for name, (low, high) in BANDS.items() if low <= weeks < high)


@dataclass(frozen=True)
class Outcome:
    """What is counted: its name, whether it is a share of patients, and what it means in a few words."""

    code: str
    label: str
    is_share: bool
    words: str


_ALL = (
    Outcome("CLINICIAN_DEFINED_RESPONSE", "Response as each study defined it", True, "every study has its own rule"),
    Outcome("IGA_0_1", "Clear or almost clear (IGA 0 or 1)", True, "IGA of 0 or 1 at follow-up"),
    Outcome("EASI_50", "EASI-50", True, "EASI fell by at least 50 %"),
    Outcome("EASI_75", "EASI-75", True, "EASI fell by at least 75 %"),
    Outcome("EASI_90", "EASI-90", True, "EASI fell by at least 90 %"),
    Outcome("EASI_100", "EASI-100", True, "EASI fell to 0"),
    Outcome("EASI_LE_7", "EASI of 7 or less", True, "EASI of 7 or less at follow-up"),
    Outcome("PPNRS_4PT", "Itch better by 4 points", True, "peak itch fell by at least 4 points"),
    Outcome("ITCH_NRS_3PT", "Itch better by 3 points", True, "itch fell by at least 3 points"),
    Outcome("PPNRS_LE_4", "Itch of 4 or less", True, "peak itch of 4 or less at follow-up"),
    Outcome("DLQI_LE_5", "DLQI of 5 or less", True, "DLQI of 5 or less at follow-up"),
    Outcome("ANY_TREATMENT_GOAL", "Any treatment goal", True, "at least one treatment goal met"),
    Outcome("EASI_90_AND_ITCH_0_1", "EASI-90 and itch of 0 or 1", True, "both together"),
    Outcome("IGA_0_1_MAINTAINED", "IGA 0 or 1 kept", True, "among earlier responders"),
    Outcome("EASI_75_MAINTAINED", "EASI-75 kept", True, "among earlier responders"),
    Outcome("DRUG_SURVIVAL", "Still on the drug", True, "had not stopped by then"),
    Outcome("DISCONTINUATION", "Stopped the drug", True, "had stopped by then; reasons differ"),
    Outcome("CONJUNCTIVITIS", "Conjunctivitis", True, "had conjunctivitis"),
    Outcome("EYE_DISORDER", "Any eye disorder", True, "had an eye disorder, which is not conjunctivitis alone"),
    Outcome("OCULAR_AE_RESOLVED_OR_IMPROVED", "Eye event better after the switch", True, "resolved or improved"),
    Outcome(
        "FACIAL_REDNESS_RESOLVED_OR_IMPROVED", "Face redness better after the switch", True, "resolved or improved"
    ),
    Outcome("BSA_CHANGE_MEAN", "Mean change of BSA", False, "negative is better"),
    Outcome("PPNRS_CHANGE_MEAN", "Mean change of peak itch", False, "negative is better"),
    Outcome("IGA_CHANGE_MEAN", "Mean change of IGA", False, "negative is better"),
    Outcome("DLQI_CHANGE_MEAN", "Mean change of DLQI", False, "negative is better"),
    Outcome("POEM_CHANGE_MEAN", "Mean change of POEM", False, "negative is better"),
    Outcome("EASI_CHANGE_MEAN", "Mean change of EASI", False, "negative is better"),
    Outcome("EASI_PCT_CHANGE", "Mean percent change of EASI", False, "negative is better"),
    Outcome("PPNRS_PCT_CHANGE", "Mean percent change of peak itch", False, "negative is better"),
    Outcome("EASI_MEAN", "Mean EASI", False, "at that time"),
    Outcome("ADVERSE_EVENT_RATE", "Adverse events per 100 patient-years", False, "exposure-adjusted"),
)

OUTCOMES: Mapping[str, Outcome] = MappingProxyType({each.code: each for each in _ALL})
"""Every outcome by its code, shares of patients first."""
