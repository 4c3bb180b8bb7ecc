"""Read JSON that a stranger may have written, and refuse it in plain words."""

from __future__ import annotations

import json
from typing import Any

from explorer.errors import DefinitionError
from explorer.study.refusals import shown


def read_json(text: str, what: str, longest: int) -> object:
    """Read what a JSON text holds.

    Parameters
    ----------
    text : str
    what : str
        What it should be, for messages: "study".
    longest : int
        Characters that are read.

    Raises
    ------
    DefinitionError
        Where the text is too long, no JSON, nested too deeply, names a field twice, or holds NaN or infinity.
    """
    if len(text) > longest:
        raise DefinitionError(f"This {what} is {len(text)} characters long; at most {longest} are read.")
    try:
        return json.loads(text, object_pairs_hook=_no_field_twice, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DefinitionError(f"This is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except RecursionError as error:
        raise DefinitionError(f"This JSON is nested too deeply to be a {what}.") from error
    except ValueError as error:
        raise DefinitionError(f"This is not a {what}: {error}.") from error


def _no_field_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"field {shown(next(name for name in names if names.count(name) > 1))} is given twice")
    return held


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number JSON knows")


def nested_beyond(most: int, fields: dict[str, Any]) -> bool:
    """Say whether objects and lists are nested more than so deep."""
    level: list[Any] = [fields]
    for _ in range(most):
        within = [part.values() if isinstance(part, dict) else part for part in level]
        level = [inner for parts in within for inner in parts if isinstance(inner, (dict, list, tuple))]
    return bool(level)
