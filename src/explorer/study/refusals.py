"""Say what is wrong with a definition: the field, the value and what is allowed, one line each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

SHOWN = 10
"""How many problems are named; a stranger's link may hold thousands."""


def refusal(error: ValidationError, definition: object) -> str:
    """Turn the findings of pydantic into lines a reader can act on.

    Parameters
    ----------
    error : ValidationError
        What the models found.
    definition : object
        The input they were given: tells the fields on a path from the tags of its kinds.
    """
    found = error.errors(include_url=False)
    lines = list(dict.fromkeys(_line(one, definition) for one in found))
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"... and {len(lines) - SHOWN} more problems."]
    return "\n".join(lines)


def shown(value: object) -> str:
    """Write a refused value briefly, as JSON would."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _line(found: ErrorDetails, definition: object) -> str:
    path = _path(found["loc"], definition)
    what = _what(found)
    return f"{path}: {what}" if path else what


def _path(loc: Sequence[str | int], definition: object) -> str:
    """Name the field as the JSON does: `response.rule.rules[0].at_least`."""
    path, here, tag = "", definition, None
    for part in loc:
        if isinstance(here, (list, tuple)) and isinstance(part, int):
            path, here = f"{path}[{part}]", here[part] if part < len(here) else None
        elif not isinstance(here, Mapping) and here is not None:
            break  # pydantic tells here which type it tried, not which field
        elif part == tag:
            tag = None  # the kind that chose the model stands on the path, though it is no field
            continue
        else:
            path = f"{path}.{str(part).rstrip('_')}".lstrip(".")
            here = here.get(part) if isinstance(here, Mapping) else None
        tag = here.get("kind") if isinstance(here, Mapping) else None
    return path


def _what(found: ErrorDetails) -> str:
    context: dict[str, Any] = found.get("ctx", {})
    match found["type"]:
        case "missing":
            return "needed, and missing"
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"{shown(found['input'])} is not allowed; allowed: {context['expected']}"
        case "union_tag_invalid":
            return f"kind {shown(context['tag'])} is not known; allowed: {context['expected_tags']}"
        case "union_tag_not_found":
            return "its kind is missing"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{shown(found['input'])} is not allowed; it should be an object with named fields"
        case "tuple_type":
            return f"{shown(found['input'])} is not allowed; it should be a list"
    # The message reads "Input should be a valid integer" or the like.
    return f"{shown(found['input'])} is not allowed; {found['msg'].replace('Input should', 'it should')}"
