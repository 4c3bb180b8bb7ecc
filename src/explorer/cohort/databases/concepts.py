"""Concepts by id or name, with everything below them in the vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations

import pandas as pd

from explorer.cohort.databases.cdm import Cdm
from explorer.cohort.databases.crossing import Crossing
from explorer.cohort.databases.extract import Concept, Drug
from explorer.cohort.findings import shown
from explorer.errors import CohortError, Problem

MOST = 10_000
OFFERED = 5


def drug_ids(cdm: Cdm, crossing: Crossing, drug: Drug) -> tuple[int, ...]:
    """Return the ids of a drug's concepts, descendants included.

    Raises
    ------
    CohortError
        Where a name is not in the vocabulary, or too many concepts are meant.
    """
    found = ids(cdm, crossing, drug.wanted, f"the drug '{drug.name}'", below=True)
    if drug.containing is None:
        return found
    concept = cdm["concept"]
    held = concept.concept_name.lower().contains(drug.containing.lower())
    drugs = held & (concept.domain_id.isnull() | (concept.domain_id == "Drug"))
    more = crossing.fetch("concepts by part of a name", concept.filter(drugs).select("concept_id").limit(MOST + 1))
    return _bounded(cdm, drug.name, {*found, *_ids(more)})


def ids(cdm: Cdm, crossing: Crossing, wanted: Sequence[Concept], what: str, below: bool) -> tuple[int, ...]:
    """Return the ids of concepts given by id or exact name.

    Parameters
    ----------
    cdm : Cdm
    crossing : Crossing
    wanted : sequence of int or str
        Names count whatever their capitals.
    what : str
        What is looked for, for messages.
    below : bool
        Whether descendants count too, where the database has `concept_ancestor`.

    Raises
    ------
    CohortError
        Where a name is not in the vocabulary, or too many concepts are meant.
    """
    given = {concept for concept in wanted if isinstance(concept, int)}
    names = sorted({concept.lower() for concept in wanted if isinstance(concept, str)})
    found = given | _named(cdm, crossing, names, what)
    if below and found and "concept_ancestor" in cdm:
        ancestor = cdm["concept_ancestor"]
        lower = ancestor.filter(ancestor.ancestor_concept_id.isin(sorted(found))).select(
            concept_id=ancestor.descendant_concept_id
        )
        found |= _ids(crossing.fetch("concepts below", lower.distinct().limit(MOST + 1)))
    return _bounded(cdm, what, found)


def refuse_shared(cdm: Cdm, groups: Mapping[str, Collection[Concept]]) -> None:
    """Raise CohortError where one concept or source value stands for two things: its records would count for one."""
    for (one, these), (other, those) in combinations(groups.items(), 2):
        if both := sorted(set(these) & set(those), key=str):
            named = f"concept {both[0]}" if isinstance(both[0], int) else f"source value {shown(both[0])}"
            what = f"the {named} counts as '{one}' and as '{other}'"
            raise CohortError([Problem(cdm.name, what, "Name what belongs to one only.")])


def names_of(cdm: Cdm, crossing: Crossing, concepts: Iterable[int]) -> dict[int, str]:
    """Return the names of concepts, by id; none where the database has no vocabulary."""
    wanted = sorted(set(concepts))
    if "concept" not in cdm or not wanted:
        return {}
    concept = cdm["concept"]
    frame = crossing.fetch("names of concepts", concept.filter(concept.concept_id.isin(wanted)))
    return {int(code): str(name) for code, name in zip(frame["concept_id"], frame["concept_name"], strict=True)}


def _named(cdm: Cdm, crossing: Crossing, names: list[str], what: str) -> set[int]:
    if not names:
        return set()
    concept = cdm["concept"]
    lower = concept.concept_name.lower()
    frame = crossing.fetch(
        "concepts by name", concept.filter(lower.isin(names)).select("concept_id", concept_name=lower)
    )
    missing = [name for name in names if name not in set(frame["concept_name"])]
    if missing:
        raise CohortError([_not_found(cdm, crossing, name, what) for name in missing])
    return _ids(frame)


def _not_found(cdm: Cdm, crossing: Crossing, name: str, what: str) -> Problem:
    """Say that no concept has a name, and which ones hold it."""
    concept = cdm["concept"]
    near = concept.filter(concept.concept_name.lower().contains(name)).order_by("concept_name", "concept_id")
    frame = crossing.fetch("concepts with a similar name", near.limit(OFFERED))
    offered = [f"{code} {shown(held)}" for code, held in zip(frame["concept_id"], frame["concept_name"], strict=True)]
    remedy = (
        f"Some hold it: {', '.join(offered)}; name one of them, or its id." if offered else "Give the concept's id."
    )
    return Problem(cdm.name, f"no concept is named {shown(name)}, for {what}", remedy)


def _bounded(cdm: Cdm, what: str, found: set[int]) -> tuple[int, ...]:
    if len(found) > MOST:
        raise CohortError([Problem(cdm.name, f"more than {MOST:,} concepts stand for {what}", "Name narrower ones.")])
    return tuple(sorted(found))


def _ids(frame: pd.DataFrame) -> set[int]:
    return {int(code) for code in frame["concept_id"]}
