"""The studies of a listing as text: each part is written once, however many studies share it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from explorer.multiverse.grid import RULE, WINDOWS, Choice, Grid
from explorer.multiverse.listing import Listing, distinct
from explorer.study.response import Response

Fields = dict[str, str]
"""Fields of a study, each as JSON text."""
Writing = Callable[[object], str]


def _response(grid: Grid, choice: Choice) -> dict[str, Any]:
    return {"response": Response.model_construct(among=grid.among(choice), rule=grid.rule(choice))}


PARTS: tuple[tuple[tuple[str, ...], Callable[[Grid, Choice], dict[str, Any]]], ...] = (
    (("eligibility",), lambda grid, choice: {"eligibility": grid.eligibility(choice)}),
    (("among", *RULE), _response),
    (("missing",), lambda grid, choice: {"missing": grid.missing(choice)}),
    (WINDOWS, Grid.windows),
)
"""Which decisions set which fields of a study."""


def study_texts(listing: Listing) -> list[str]:
    """Write each study as JSON in one line, its fields in the order of the documentation."""
    names = [listing.grid.named(choice) for choice in listing.choices.tolist()]
    found = [
        _object(fields | {"name": _compact(name)}) for fields, name in zip(_each(listing, _compact), names, strict=True)
    ]
    return _with_base(listing, found, _compact(listing.grid.base.to_dict()))


def fingerprints(listing: Listing) -> list[str]:
    """Return the fingerprint of each study, as `Study.fingerprint`."""
    texts = (
        _object({key: fields[key] for key in sorted(fields) if key != "name"}) for fields in _each(listing, _sorted)
    )
    found = [hashlib.sha256(text.encode()).hexdigest()[:12] for text in texts]
    return _with_base(listing, found, listing.grid.base.fingerprint)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _sorted(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def _object(fields: Fields) -> str:
    return "{" + ",".join([f'"{key}":{text}' for key, text in fields.items()]) + "}"


def _each(listing: Listing, write: Writing) -> Iterator[Fields]:
    """Give the fields of one study after the other, under the name of the base."""
    base = {key: write(value) for key, value in listing.grid.base.to_dict().items()}
    for parts in zip(*_columns(listing, write), strict=True):
        fields = dict(base)
        for part in parts:
            fields.update(part)
        yield fields


def _columns(listing: Listing, write: Writing) -> Iterator[list[Fields]]:
    """Give, for each part of a study, its fields in every study of the listing."""
    for decided, part in PARTS:
        which = distinct(listing.choices[:, listing.columns(*decided)])[1]
        first = np.unique(which, return_index=True)[1]
        choices = listing.choices[first].tolist()
        written = [_written(listing.grid, part(listing.grid, choice), write) for choice in choices]
        yield [written[place] for place in which.tolist()]


def _written(grid: Grid, fields: dict[str, Any], write: Writing) -> Fields:
    held = grid.base.model_copy(update=fields).to_dict()
    return {key: write(held[key]) for key in fields}


def _with_base(listing: Listing, texts: list[str], base: str) -> list[str]:
    # The base stands as it is, in the order in which its own criteria stand.
    if listing.in_force is not None:
        texts[listing.in_force] = base
    return texts
