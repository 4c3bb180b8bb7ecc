"""Run the command line in this process and see what it printed."""

import contextlib
import io
from dataclasses import dataclass

from explorer.cli import main


@dataclass(frozen=True)
class Ran:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


def run(*arguments: str) -> Ran:
    """Run `explorer` with these arguments."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as stop:  # argparse: --help and wrong usage
            code = stop.code
    return Ran(code, out.getvalue(), err.getvalue())
