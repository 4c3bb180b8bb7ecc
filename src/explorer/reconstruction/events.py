"""From a solved core to the five event tables of one draw."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from explorer.reconstruction.courses import (
    Couplings,
    adverse_events,
    draw_couplings,
    draw_events,
    draw_exposures,
    draw_first_dose,
    draw_onset,
    index_courses,
    prior_courses,
)
from explorer.reconstruction.hypothetical import Additions, draw_additions
from explorer.reconstruction.people import draw_people
from explorer.reconstruction.realism import Ints
from explorer.reconstruction.sampler import Core
from explorer.reconstruction.scenario import DAYS_SEED, INSTRUMENTS, ITEMS, PATIENTS
from explorer.reconstruction.visits import assess, draw_visits, report

Tables = dict[str, pd.DataFrame]

KEYS = {
    "patients": ["patient_id"],
    "treatments": ["patient_id", "drug", "start_day"],
    "assessments": ["patient_id", "day", "instrument"],
    "reports": ["patient_id", "day", "item"],
    "adverse_events": ["patient_id", "drug", "term", "start_day"],
}


def expand(core: Core, seed: int, draw: int) -> tuple[Tables, dict[str, Any]]:
    """Put days to a core and add the hypothetical patients.

    Parameters
    ----------
    core : Core
    seed, draw : int
        Together they seed everything drawn here.

    Returns
    -------
    tables : dict of str to DataFrame
        The five tables, in the order of their keys.
    manifest : dict
        One row: what the draw assumes.
    """
    rng = np.random.default_rng([seed, DAYS_SEED, draw])
    couplings = draw_couplings(rng)
    tables = _core_tables(rng, core, couplings)
    additions = draw_additions(rng, core.scenario, core.model)
    joined = {
        name: pd.concat([each[name].sort_values(keys) for each in (tables, additions.tables) if name in each])
        for name, keys in KEYS.items()
    }
    manifest = {"draw": draw, "seed": seed} | _manifest(core, couplings, additions)
    return {name: table.reset_index(drop=True) for name, table in joined.items()}, manifest


def _core_tables(rng: np.random.Generator, core: Core, couplings: Couplings) -> Tables:
    patients = draw_people(rng, PATIENTS, "R")
    ids = pd.Index(patients["patient_id"])
    events = draw_events(rng, core.prior)
    first_dose = draw_first_dose(rng, PATIENTS)
    onset = draw_onset(rng, events, first_dose)
    exposure = _exposures(rng, core, couplings)
    prescriptions = 2 + rng.poisson(1 + 2 * couplings.persistence * core.improved)
    ended = rng.random(PATIENTS) < np.where(core.improved, 0.15, 0.6)
    prior = core.prior
    treatments = pd.concat(
        [
            index_courses(rng, ids, prescriptions, ended, first_dose, onset),
            prior_courses(rng, ids[prior], exposure[prior], events.leavers[prior]),
        ]
    )
    visits = draw_visits(rng, PATIENTS)
    return {
        "patients": patients,
        "treatments": treatments,
        "assessments": assess(rng, ids, core.scores, core.recorded, visits),
        "reports": report(rng, ids, core.yes, visits),
        "adverse_events": adverse_events(rng, ids, events, exposure, treatments, onset),
    }


def _exposures(rng: np.random.Generator, core: Core, couplings: Couplings) -> Ints:
    """Deal out dupilumab exposures, longer or shorter ones rather to those who improved; 0 to those who had none."""
    sign = np.where(core.improved[core.prior], 1, -1)
    place = np.argsort(np.argsort(couplings.exposure * sign + rng.standard_normal(sign.size)))
    exposure = np.zeros(PATIENTS, np.int64)
    exposure[core.prior] = draw_exposures(rng, sign.size)[place]
    return exposure


def _manifest(core: Core, couplings: Couplings, additions: Additions) -> dict[str, Any]:
    scenario = core.scenario
    sizes = {
        f"{instrument}_{field}": n
        for instrument, evaluable in zip(INSTRUMENTS, scenario.scores, strict=True)
        for field, n in evaluable._asdict().items()
    }
    return {
        "family": scenario.family,
        "iga_mode": scenario.iga_mode,
        "reading": scenario.reading,
        **sizes,
        "iga_0_1": scenario.clear,
        "iga_0_1_of": scenario.clear_of,
        **dict(zip(ITEMS, scenario.reported, strict=True)),
        "naive_improved": scenario.naive_improved,
        **{name: round(value, 4) for name, value in asdict(core.model).items()},
        **{f"coupling_{name}": round(value, 4) for name, value in asdict(couplings).items()},
        "additions": scenario.additions,
        "hypothetical_outcome": additions.outcome,
        **{f"hypothetical_{kind}": n for kind, n in additions.counts.items()},
    }
