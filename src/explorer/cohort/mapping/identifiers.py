"""Columns that look as if they identify patients: left out unless the user keeps them."""

from __future__ import annotations

import re
from collections.abc import Callable

from explorer.cohort.mapping.seen import E_MAIL, PHONE, Seen

FREE_TEXT = "free text, which may name patients"
# Rules of names. A date of birth gives the age and is not kept; a second one is left out.
HEADINGS = {
    "names": "name|full name|first name|last name|surname|forename|family name|given name|patient name|nachname"
    "|vorname|initials|initialen|referrer|referred by|referring \\w+|zuweiser(?:in)?|überweiser(?:in)?|hausarzt"
    "|angehörige[rn]?|next of kin",
    "medical record numbers": "mrn|medical record (?:number|no)|hospital (?:number|no)|nhs|nhs (?:number|no)|ssn"
    "|social security.*|insurance.*|kis|kis (?:nr|id)|fall ?(?:nummer|nr|zahl)|aufnahme ?(?:zahl|nummer|nr)"
    "|(?:sozial)?versicherungs ?(?:nummer|nr)|sv ?nr|krankenkassen?\\w*",
    "phone numbers": "phone|telephone|phone number|mobile|mobile number|cell phone|fax|tel|telefon(?:nummer)?"
    "|handy(?:nummer)?|mobil(?:nummer)?",
    "e-mail addresses": "e ?mail|e ?mail address",
    "addresses": "address|street|home address|postcode|post code|zip|zip code|pat street|pat city|plz|postleitzahl"
    "|straße|strasse|anschrift|adresse|wohnort",
}
BIRTH = "dob|date of birth|birth ?date|dof b|dofb|geburtsdatum|brthdtc"
BORN = "born|birth|birthday|geburt|geburtstag|geb|brthdt"
PERSON = "patient|pat|subject|participant|proband|person|contact|kontakt|physician|doctor|nurse|arzt|ärztin"
REMARKS = "remarks?|comments?|free ?text|bemerkung(?:en)?|kommentare?|anmerkung(?:en)?|notiz(?:en)?|freitext"
# Headings whose texts may have capitals and yet name no person: events, drugs, places, diagnoses.
THINGS = (
    "term|event|drug|medication|treatment|therapy|diagnos\\w*|reason|reaction|site|centre|center|clinic|country"
    "|city|type|arm|visit|test|instrument|item|question|aedecod|aeterm|cmdecod|param|\\w*decod|group|race"
)
TITLED = re.compile(r"(?:dr|prof|mr|mrs|ms|herr|frau)\b\.? \S.*", re.IGNORECASE)
READING = re.compile(r"\d{1,3}(?:[.,]\d+)? ?/ ?\d{1,3}(?:[.,]\d+)?(?: ?[A-Za-z]{1,5})?")
LETTERS = re.compile(r"[^\W\d_]{2,}(?:[ .,'’-]+[^\W\d_]+)*\.?")


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
    return "names" if _names_people(seen) else None


def identifying_key(seen: Seen) -> str | None:
    """Say what a column that tells patients apart holds, if that is more than a number or a code.

    Identifiers without any digit are taken for names: "Anna Zweig", "Zweig", "AZ".
    """
    return "names" if seen.share(LETTERS) >= 0.5 else identifying(seen)


def is_birth_date(seen: Seen) -> bool:
    """Say whether a column holds dates of birth, by its heading, and for vaguer headings by its cells too."""
    return seen.named(BIRTH) or (seen.dated and seen.named(BORN))


def is_free_text(seen: Seen) -> bool:
    """Say whether a column holds remarks, or texts nearly as many as its cells."""
    many = len(seen.counts) > max(12, seen.filled / 2)
    return not seen.numeric and not seen.dated and (many or seen.named(REMARKS))


def may_tell_names(seen: Seen) -> bool:
    """Say whether texts may name somebody; readings such as 120/80 do not."""
    return seen.share(READING) < 0.5


def _names_people(seen: Seen) -> bool:
    """Say whether most cells look like people's names, most of them different."""
    if seen.numeric or seen.dated or len(seen.counts) <= max(2, seen.filled / 2):
        return _share(seen, lambda text: TITLED.fullmatch(text) is not None) >= 0.5
    if seen.named(PERSON) and seen.share(LETTERS) >= 0.8:
        return True
    return _share(seen, _full_name) >= 0.8 and not seen.named(THINGS)


def _share(seen: Seen, holds: Callable[[str], bool]) -> float:
    met = sum(count for text, count in seen.counts.items() if holds(text))
    return met / seen.filled if seen.filled else 0.0


def _full_name(text: str) -> bool:
    """Say whether a text is two to four words, each with a capital and small letters, as "Zweig, Anna" is."""
    words = re.split(r"[ ,]+", TITLED.sub(lambda found: found[0].split(" ", 1)[1], text))
    return 2 <= len(words) <= 4 and all(re.sub(r"['’-]", "", word).istitle() or _capitals(word) for word in words)


def _capitals(word: str) -> bool:
    """Accept an initial, and names such as McVance."""
    return word[:1].isupper() and word.rstrip(".").isalpha() and not word[1:].isupper()
