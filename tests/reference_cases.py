"""Numbers computed with R, to test the statistics against: `reference/*.json`, each case with its R call.

Cases whose input names a file need the shared data beside the project; they are read in place, and skipped where they
are absent.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "shared"


def cases(topic: str) -> list[Any]:
    """Every case of a topic, as pytest parameters named by the case."""
    return [pytest.param(case, id=case["id"]) for case in read(topic)]


def read(topic: str) -> list[dict[str, Any]]:
    return json.loads((HERE / "reference" / f"{topic}.json").read_text())["cases"]


def shared(folder: str, file: str) -> Path:
    """The path of a shared file, or a skipped test."""
    path = SHARED / folder / file
    if not path.exists():
        pytest.skip(f"{path.name} is not here: the shared {folder} folder lies beside the project, and is not copied")
    return path


def data(file: str) -> pd.DataFrame:
    return pd.read_csv(shared("data", file), low_memory=False)


def number(value: float | None) -> float:
    """R's null is our nan."""
    return np.nan if value is None else value


def same(value: Any, rel: float = 1e-9) -> Any:
    """Compare with a reference value or list of them, null being nan; only a reference of 0 allows for rounding."""
    if isinstance(value, list):
        return [same(one, rel) for one in value]
    return pytest.approx(number(value), rel=rel, abs=0 if value else 1e-12, nan_ok=True)
