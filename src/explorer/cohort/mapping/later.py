"""Headings that tell of a time after the index date: what stands under them is no baseline characteristic."""

from __future__ import annotations

import re

from explorer.cohort.mapping.seen import Seen
from explorer.cohort.mapping.visits import plain, visit_in

# "Prior response" and "flares in the last 12 months" tell of the time before.
BEFORE = re.compile(
    r"(?<!\w)(?:prior|previous|previously|past|last(?! visit| follow)|before|history|since|ever|baseline|vor|vorher)(?!\w)"
)
FROM_BASELINE = re.compile(r"(?<!\w)(?:from|since|after|post) (?:the )?baseline(?!\w)")
LATER = (
    "respon(?:se|ses|der|ders|ded)|ansprechen|remission|relapsed?|recurrence|follow ?up|fu|events?|adverse \\w+|aes?|sae"
    "|side effects?|nebenwirkung(?:en)?|discontinu(?:ed|ation)|stopped|withdrawn|withdrawal|drop(?:ped)? ?out|switched"
    "|outcomes?|improve(?:d|ment)|worsen(?:ed|ing)|better|besser|schlechter|nachher|verlauf|change from \\w+|pchg"
    "|died|death|deceased|end of (?:study|treatment)|eot|eos|(?:final|last) visit"
)
# "kg/m2" is no month 2, and "vitamin D3" no day 3.
NO_VISIT = re.compile(r"m ?0?2|d ?0?[23]")
NUMBERED = re.compile(r"(?:at )?(?:visit|vis|v|time) ?0*(?:[2-9]|\d\d+)")


def later(seen: Seen) -> str | None:
    """Say which words of a heading tell of a time after the index date; None where none does.

    Parameters
    ----------
    seen : Seen

    Returns
    -------
    str or None
        The words, as "week 16" or "follow up".
    """
    if found := FROM_BASELINE.search(seen.words):
        return found[0]
    if BEFORE.search(seen.words):
        return None
    found = re.search(rf"(?<!\w)(?:{LATER})(?!\w)", seen.words)
    return _later_visit(seen.name) or (found[0] if found else None)


def _later_visit(heading: str) -> str | None:
    """Return the visit that a heading names, if it is one after the index date."""
    visit = visit_in(heading)
    if visit is None:
        return None
    if visit.day is not None:
        return visit.label if visit.day > 0 and not NO_VISIT.fullmatch(visit.label) else None
    # "VAS after" is of a visit, "post menopausal" and "end organ damage" are not.
    closing = visit.stem and plain(heading).endswith(visit.label) and not visit.label[-1].isdigit()
    return visit.label if closing or NUMBERED.fullmatch(visit.label) else None
