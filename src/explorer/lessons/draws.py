"""Every reconstruction as a cohort of its own, for what a lesson asks of each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

import pandas as pd

from explorer.cohort.tables import CHILDREN, Cohort
from explorer.multiverse.draws import Draws, ensemble
from explorer.reconstruction.ensemble import load_manifest
from explorer.reconstruction.readings import READINGS, is_a_reading
from explorer.study.study import Study


@cache
def draws() -> tuple[Cohort, ...]:
    """Return the bundled reconstructions, in the order of their numbers; made once per process."""
    held = ensemble()
    return tuple(_one(held, place) for place in range(len(held)))


def _one(held: Draws, draw: int) -> Cohort:
    rows = held.place[draw][held.there[draw]]
    first, end = int(rows[0]), int(rows[-1]) + 1
    patients = held.cohort.patients.iloc[first:end].reset_index(drop=True)
    dtype = pd.CategoricalDtype(pd.Index(patients["patient_id"]))
    tables: dict[str, Any] = {name: _child(getattr(held.cohort, name), first, end, dtype) for name in CHILDREN}
    return replace(held.cohort, patients=patients, **tables)


def _child(table: pd.DataFrame, first: int, end: int, dtype: pd.CategoricalDtype) -> pd.DataFrame:
    """Return the rows of some patients, who are numbered anew from 0."""
    codes = table["patient_id"].cat.codes.to_numpy()
    ours = (codes >= first) & (codes < end)
    patient = pd.Categorical.from_codes(codes[ours] - first, dtype=dtype)
    return table[ours].assign(patient_id=patient).reset_index(drop=True)


@cache
def readings() -> tuple[str, ...]:
    """Return which reading of “improved” each reconstruction was made by, in the same order."""
    manifest = load_manifest().set_index("draw").loc[ensemble().numbers]
    return tuple(manifest["reading"])


def in_its_reading(study: Study, reading: str) -> Study:
    """Return a study as a reconstruction understands it.

    The paper does not say how much change counted, so each reconstruction gives the published share by its own reading. A
    study whose rule is one of the readings is looked at by that; any other rule says itself what counts.
    """
    if not is_a_reading(study.response.rule):
        return study
    return study.replace(response=study.response.replace(rule=READINGS[reading]))


def all_in_its_reading(studies: Mapping[str, Study], reading: str) -> Mapping[str, Study]:
    """Return several studies so, by their names."""
    return MappingProxyType({name: in_its_reading(study, reading) for name, study in studies.items()})
