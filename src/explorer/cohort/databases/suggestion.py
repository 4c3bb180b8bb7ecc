"""An extract file to begin with: what people took and what was measured of them. Nothing in it is decided."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from explorer.cohort.databases.cdm import Cdm
from explorer.cohort.databases.concepts import names_of
from explorer.cohort.databases.crossing import Crossing
from explorer.cohort.databases.opening import Opened
from explorer.cohort.databases.scores import TABLES
from explorer.cohort.findings import shown
from explorer.cohort.instruments import catalogue
from explorer.cohort.mapping.model import NOT_SAID
from explorer.cohort.readers.limits import refusal

DRUGS, PRODUCTS, MEASURED = 25, 200, 60
LONGEST_CODE, LONGEST_NAME = 24, 80


@dataclass(frozen=True, eq=False)
class Suggestion:
    """What people took and what was measured of them, to make an extract of.

    Attributes
    ----------
    part_of_name : str or None
        Of the index drug; None lists everybody.
    drugs : DataFrame
        `concept_id`, `people`, `name`; most people first.
    measured : DataFrame
        `concept_id`, `people`, `n`, `low`, `high`, `name`, `code`; most people first.
    schemas : mapping of str to str
        Where the database keeps its tables, as an extract says it.
    """

    part_of_name: str | None
    drugs: pd.DataFrame
    measured: pd.DataFrame
    schemas: Mapping[str, str]

    def text(self, title: str = NOT_SAID, chosen: Collection[int] = ()) -> str:
        """Return an extract file (TOML) in which everything but the chosen concepts is a comment.

        A chosen score that the catalogue lacks comes with a description whose range and direction are to be filled in.
        """
        lines = (*_beginning(self, title), *_scores(self, chosen), *_described(self.measured, chosen))
        return "\n".join(lines) + "\n"

    @property
    def offered(self) -> dict[int, str]:
        """What was measured, by concept, as a list to choose from shows it."""
        return {int(row["concept_id"]): f"{_line(row['name'])}: {_values(row)}" for row in _rows(self.measured)}


def suggest(
    database: Opened,
    part_of_name: str | None = None,
    cdm_schema: str | None = None,
    vocabulary_schema: str | None = None,
) -> Suggestion:
    """List drugs and measurements, for the user to choose from.

    Parameters
    ----------
    database : Opened
    part_of_name : str or None
        Text that the names of the index drug's concepts hold; then only the measurements of people who took one are
        listed, else those of everybody.
    cdm_schema, vocabulary_schema : str or None
        Where the database keeps its tables.

    Raises
    ------
    CohortError
        Where the database cannot be read, or nobody took a drug of that name.
    """
    cdm, crossing = database.cdm(cdm_schema, vocabulary_schema), database.crossing()
    with crossing.told():
        drugs = _drugs(cdm, crossing, part_of_name)
        if drugs.empty:
            what = f"a drug whose name holds {shown(part_of_name)}" if part_of_name else "any drug"
            raise refusal(
                database.name, f"nobody took {what}", "Leave out the name to see the drugs that most people took."
            )
        measured = _measured(cdm, crossing, _takers(cdm, drugs if part_of_name else None))
    said = {"cdm_schema": cdm_schema, "vocabulary_schema": vocabulary_schema}
    schemas = {name: schema for name, schema in said.items() if schema is not None}
    return Suggestion(part_of_name, drugs, measured.assign(code=_codes(measured["name"])), schemas)


def _drugs(cdm: Cdm, crossing: Crossing, part_of_name: str | None) -> pd.DataFrame:
    """Return the drug concepts that most people took: `concept_id`, `people`, `name`."""
    exposure = cdm["drug_exposure"]
    if part_of_name is not None:
        concept = cdm["concept"]
        meant = concept.filter(concept.concept_name.lower().contains(part_of_name.lower()))
        exposure = exposure.semi_join(meant, exposure.drug_concept_id == meant.concept_id)
    counts = exposure.group_by(concept_id=exposure.drug_concept_id).aggregate(people=exposure.person_id.nunique())
    most = counts.order_by(ibis.desc("people"), "concept_id").limit(PRODUCTS if part_of_name else DRUGS)
    return _with_names(cdm, crossing, crossing.fetch("drugs", most))


def _takers(cdm: Cdm, drugs: pd.DataFrame | None) -> ir.Table | None:
    if drugs is None:
        return None
    exposure = cdm["drug_exposure"]
    return exposure.filter(exposure.drug_concept_id.isin([int(code) for code in drugs["concept_id"]]))


def _measured(cdm: Cdm, crossing: Crossing, takers: ir.Table | None) -> pd.DataFrame:
    """Return what was measured in numbers: `concept_id`, `people`, `n`, `low`, `high`, `name`."""
    found = [_measured_in(cdm, table, takers) for table in TABLES if table in cdm]
    if not found:
        return pd.DataFrame(columns=["concept_id", "people", "n", "low", "high", "name"])
    most = ibis.union(*found) if len(found) > 1 else found[0]
    frame = crossing.fetch("measurements", most.order_by(ibis.desc("people"), "concept_id").limit(MEASURED))
    return _with_names(cdm, crossing, frame)


def _measured_in(cdm: Cdm, table: str, takers: ir.Table | None) -> ir.Table:
    held = cdm[table].filter(ibis._.value_as_number.notnull())
    own = held if takers is None else held.semi_join(takers, "person_id")
    return own.group_by(concept_id=own[f"{table}_concept_id"]).aggregate(
        people=own.person_id.nunique(), n=own.count(), low=own.value_as_number.min(), high=own.value_as_number.max()
    )


def _with_names(cdm: Cdm, crossing: Crossing, frame: pd.DataFrame) -> pd.DataFrame:
    named = names_of(cdm, crossing, (int(code) for code in frame["concept_id"].dropna()))
    return frame.assign(name=[named.get(int(code), "?") for code in frame["concept_id"].fillna(0)])


def _beginning(found: Suggestion, title: str) -> Iterator[str]:
    yield "# What to take out of the database. docs/databases.md says what this file may hold."
    yield f'# "{NOT_SAID}" stands for what only you can say.'
    yield "schema = 1"
    yield f"title = {json.dumps(title, ensure_ascii=False)}"
    yield "synthetic = false"
    yield from (f"{name} = {json.dumps(schema)}" for name, schema in found.schemas.items())
    if found.part_of_name is None:
        yield f'index_drug = "{NOT_SAID}"   # as its concept is named; its products count where the vocabulary lists them'
        yield "# Drugs that most people took:"
        yield from (f"#   {_drug(row)}" for row in _rows(found.drugs))
    else:
        yield f"index_drug = {{name = {json.dumps(found.part_of_name, ensure_ascii=False)}, concepts = ["
        yield from (f"    {int(row['concept_id'])},  # {_drug(row)}" for row in _rows(found.drugs))
        yield "]}"
    yield '# prior_drug = "..."'
    yield "days_before = 365"
    yield "days_after = 365"
    yield "gap_days = 30       # exposures with at most so many days between them are one course"
    yield '# same_day = "mean"   # or "lowest", "highest": where one day has several values of a score'


def _scores(found: Suggestion, chosen: Collection[int]) -> Iterator[str]:
    whose = f"the people who took {_line(found.part_of_name)}" if found.part_of_name else "everybody"
    yield ""
    yield "[scores]"
    yield f"# Take away the # before what is a score. Measured in numbers, of {whose}:"
    for row in _rows(found.measured):
        sign = "" if int(row["concept_id"]) in chosen else "# "
        yield f"{sign}{row['code']} = [{int(row['concept_id'])}]   # {_line(row['name'])}: {_values(row)}"


def _described(measured: pd.DataFrame, chosen: Collection[int]) -> Iterator[str]:
    """Describe the chosen scores that the catalogue lacks, or show how one is described."""
    own = [row for row in _rows(measured) if int(row["concept_id"]) in chosen and row["code"] not in catalogue()]
    sign = "" if own else "# "
    yield ""
    yield "# A score that the catalogue lacks is described once:"
    for row in own or [{"code": "WEIGHT", "name": "Body weight", "low": 40, "high": 160}]:
        seen = f'"{NOT_SAID}"   # values seen: {row["low"]:g} to {row["high"]:g}'
        yield f"{sign}[[instruments]]"
        yield f'{sign}code = "{row["code"]}"'
        yield f"{sign}name = {json.dumps(_line(row['name']), ensure_ascii=False)}"
        yield f"{sign}range_min = {seen}"
        yield f'{sign}range_max = "{NOT_SAID}"'
        yield f'{sign}direction = "{NOT_SAID}"   # "lower is better" or "higher is better"'


def _rows(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return frame.to_dict("records")


def _drug(row: Mapping[Hashable, Any]) -> str:
    return f"{_line(row['concept_id'])} {_line(row['name'])}: {row['people']} people"


def _values(row: Mapping[Hashable, Any]) -> str:
    return f"{row['people']} people, {row['n']} values, {row['low']:g} to {row['high']:g}"


def _codes(names: pd.Series) -> list[str]:
    """Return a code per concept: the catalogue's where the names agree, else one made of the name; each once."""
    known = {instrument.name.lower(): code for code, instrument in catalogue().items()}
    codes: list[str] = []
    for name in names.astype("str"):
        code = known.get(name.lower()) or _code(name)
        codes.append(code if code not in codes else f"{code}_{len(codes)}")
    return codes


def _code(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", name)[:LONGEST_CODE].strip("_").upper() or "SCORE"


def _line(text: object) -> str:
    """Return a text of the database that cannot end the comment it stands in."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text)[:LONGEST_NAME])
