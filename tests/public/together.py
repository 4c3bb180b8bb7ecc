"""Public folders whose files belong together, read as somebody would drop them."""

from functools import cache

from explorer.cohort.readers.kinds import ENDINGS
from explorer.cohort.readers.sheets import Sheets, read_several
from tests.reference_cases import shared


@cache
def together(folder: str) -> Sheets:
    """The sheets of every data file of a shared folder, or a skipped test."""
    path = shared("data", folder)
    files = sorted(file for file in path.iterdir() if file.suffix in ENDINGS)
    return read_several({file.name: file.read_bytes() for file in files}, path.name)
