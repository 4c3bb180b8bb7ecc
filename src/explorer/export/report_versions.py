"""Which software results were made with."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version

PACKAGES = (
    "evidence-explorer",
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "altair",
    "vl-convert-python",
    "python-docx",
)
"""What the numbers and the files depend on."""


def versions() -> Sequence[tuple[str, str]]:
    """Return name and version of Python and of every package that numbers and files depend on."""
    return [("Python", platform.python_version()), *((name, version(name)) for name in PACKAGES)]
