"""Columns that look as if they identify patients: left out unless the user keeps them."""

from __future__ import annotations

from explorer.cohort.mapping.seen import E_MAIL, PHONE, Seen

# Rules of names. Dates of birth are told apart by their role: the age is kept, the date is not.
HEADINGS = {
    "names": "name|full name|first name|last name|surname|forename|family name|given name|patient name|nachname|vorname",
    "medical record numbers": "mrn|medical record number|hospital number|nhs|nhs number|ssn|social security.*|insurance.*",
    "phone numbers": "phone|telephone|phone number|mobile|mobile number|cell phone|fax|tel",
    "e-mail addresses": "e ?mail|e ?mail address",
    "addresses": "address|street|home address|postcode|post code|zip|zip code|pat street|pat city",
}


def identifying(seen: Seen) -> str | None:
    """Say what a column seems to hold that identifies patients; None where it seems to hold nothing such.

    Parameters
    ----------
    seen : Seen

    Returns
    -------
    str or None
        "names", "e-mail addresses" and so on.
    """
    if seen.filled and seen.share(E_MAIL) >= 0.5:
        return "e-mail addresses"
    for what, pattern in HEADINGS.items():
        if seen.named(pattern):
            return what
    if seen.filled and not seen.dated and not seen.numeric and seen.share(PHONE) >= 0.8:
        return "phone numbers"
    return None
