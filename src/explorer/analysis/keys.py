"""The result keys that scripts and files depend on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from explorer.analysis.analyse import Analysis


def as_keys(analysis: Analysis) -> dict[str, Any]:
    """Return an analysis under the keys of `explorer analyse --format json`, None for absent numbers."""
    return {
        key: _plain(value)
        for key, value in {
            "cohort": _cohort(analysis),
            "ledger": [asdict(step) for step in analysis.ledger.steps],
            "baseline": asdict(analysis.description),
            "change": [asdict(row) for row in analysis.change],
            "response": _response(analysis),
            "reports": [asdict(row) for row in analysis.reports],
            "safety": asdict(analysis.safety),
            "persistence": _shallow(analysis.persistence, leave_out=("curve",)),
            "subgroups": [asdict(row) for row in analysis.subgroups],
            "cautions": [asdict(caution) for caution in analysis.cautions],
            "study": analysis.study.to_dict(),
            "fingerprint": analysis.study.fingerprint,
            "words": analysis.study.words(),
        }.items()
    }


def as_rows(values: Sequence[DataclassInstance]) -> list[dict[str, Any]]:
    """Return results as rows of plain values, None for absent numbers."""
    return [{key: _plain(value) for key, value in asdict(row).items()} for row in values]


def _cohort(analysis: Analysis) -> dict[str, Any]:
    cohort, invented = analysis.cohort, analysis.cohort.hypothetical
    return {
        "title": cohort.metadata.title,
        "synthetic": cohort.metadata.synthetic,
        "fingerprint": cohort.fingerprint,
        "n_patients": int((~invented).sum()),
        "n_hypothetical": int(invented.sum()),
        "n_eligible": analysis.ledger.n,
        "n_hypothetical_eligible": int((invented & analysis.ledger.eligible).sum()),
    }


def _response(analysis: Analysis) -> dict[str, Any]:
    response = analysis.response
    plain = _shallow(response, leave_out=("among", "outcome", "by_rule", "among_steps"))
    return plain | {
        "by_rule": [asdict(part) for part in response.by_rule],
        "among_steps": [asdict(step) for step in response.among_steps],
    }


def _shallow(value: Any, leave_out: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__ if name not in leave_out}


def _plain(value: Any) -> Any:
    """Make a nest of results fit for JSON: NaN and infinity become None, whole responder counts integers."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
