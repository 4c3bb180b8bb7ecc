"""Parsers written in C or Rust, run in a process of their own: a damaged file can end that process, and no other.

A program of this package is run as a script. The file goes in by standard input and what was read comes back by
standard output, so nothing touches the disk; neither side unpickles anything. A file that a program refuses leaves
the reason on standard error and the exit code `REFUSED`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from explorer.cohort.readers.limits import refusal
from explorer.errors import CohortError

HERE = Path(__file__).parent
BOUNDED = "bounded_program.py"
REFUSED = 3
SECONDS, BYTES_A_SECOND = 10, 2**19  # On an idle machine a sound file takes less than a tenth of this.
EXPORT = "Export it again, or save it as CSV."


def run(program: str, content: bytes, file: str, kind: str, *options: str | int) -> bytes:
    """Let a program read a file, and return what it writes.

    Parameters
    ----------
    program : str
        Name of a script beside this module.
    content : bytes
        The file.
    file, kind : str
        Its name and what it is, for messages.
    options : str or int
        Arguments of the program.

    Raises
    ------
    CohortError
        Where the program refuses the file, fails, crashes, or takes too long.
    """
    command = [sys.executable, "-P", str(HERE / BOUNDED), str(HERE / program), *map(str, options)]
    seconds = SECONDS + len(content) / BYTES_A_SECOND
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise refusal(file, f"the {kind} could not be read within {seconds:.0f} seconds", EXPORT) from error
    if done.returncode == REFUSED:
        raise refusal(file, done.stderr.decode(errors="replace").strip(), "Leave out what is not needed, or unlock it.")
    if done.returncode:
        raise damaged(file, kind)
    return done.stdout


def damaged(file: str, kind: str) -> CohortError:
    """Return the error for a file that cannot be read whole."""
    return refusal(file, f"the {kind} is cut short, damaged, locked or of an unknown version", EXPORT)
