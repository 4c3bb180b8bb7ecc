"""Invented patients whom looser rules would let in.

The source gives no screening count and nothing about anyone left out, so nothing here is constrained, not even that
such patients exist. They show what a rule does, are marked `hypothetical`, and never count unless asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from explorer.reconstruction.chains import Bools
from explorer.reconstruction.courses import LOG_EXPOSURE_SD, Words, draw_first_dose, index_courses, prior_courses
from explorer.reconstruction.facts import published
from explorer.reconstruction.people import draw_people
from explorer.reconstruction.realism import GAIN, Ints, Realism, report_thresholds
from explorer.reconstruction.scenario import Scenario
from explorer.reconstruction.visits import Visits, assess, draw_visits, report

# Why each would not enter as published, and how many there usually are.
KINDS = {
    "one_prescription": 8,
    "score_too_late": 4,
    "score_too_early": 2,
    "no_score": 3,
    "no_report": 3,
    "index_too_late": 3,
    "under_18": 3,
}
# What a scenario multiplies these numbers by.
TIMES = {"half": 0.5, "usual": 1.0, "more": 1.5}
# How their follow-up compares with the others', in standard deviations; drawn, so that
# counting them in gives a range and not an answer.
OUTCOMES = {"same": 0.0, "worse": 0.6, "better": -0.6}
AFTER_WINDOW = pd.Timestamp("2024-02-01")


@dataclass(frozen=True)
class Additions:
    """The hypothetical patients' tables, how many there are of each kind, and how they fare."""

    tables: dict[str, pd.DataFrame]
    counts: dict[str, int]
    outcome: str


def draw_additions(rng: np.random.Generator, scenario: Scenario, model: Realism) -> Additions:
    """Draw the hypothetical additions of one draw.

    Parameters
    ----------
    rng : Generator
    scenario, model
        Those of the draw, so that the additions resemble its patients.

    Returns
    -------
    Additions
    """
    counts = {kind: math.ceil(TIMES[scenario.additions] * usual) for kind, usual in KINDS.items()}
    kind = np.repeat(list(counts), list(counts.values()))
    outcome = str(rng.choice(list(OUTCOMES)))
    scores = model.patients(rng, kind.size, worse=OUTCOMES[outcome])
    gain = model.standardise(scores) @ GAIN
    chance = 1 / (1 + np.exp(-model.slope * (gain[:, None] - report_thresholds(scenario))))
    patients = _people(rng, kind)
    ids = pd.Index(patients["patient_id"])
    tables = {"patients": patients, "treatments": _treatments(rng, ids, kind)}
    return Additions(tables | _records(rng, ids, kind, scores, rng.random(chance.shape) < chance), counts, outcome)


def _people(rng: np.random.Generator, kind: Words) -> pd.DataFrame:
    patients = draw_people(rng, kind.size, "H").assign(tier="hypothetical")
    late, young = kind == "index_too_late", kind == "under_18"
    dates = AFTER_WINDOW + pd.to_timedelta(rng.integers(0, 80, kind.size), unit="D")
    patients.loc[late, "index_date"] = dates.strftime("%Y-%m-%d")[late]
    patients.loc[young, "age"] = rng.integers(12, 18, kind.size)[young]
    return patients.assign(ad_years=np.minimum(patients["ad_years"], patients["age"]))


def _treatments(rng: np.random.Generator, ids: pd.Index, kind: Words) -> pd.DataFrame:
    """Draw their courses: 19 in 20 used dupilumab, and whoever has one prescription has stopped."""
    n, once = kind.size, kind == "one_prescription"
    prescriptions = np.where(once, 1, 2 + rng.poisson(1, n))
    ended = once | (rng.random(n) < 0.4)
    index = index_courses(rng, ids, prescriptions, ended, draw_first_dose(rng, n), np.full(n, -1))
    median = float(published().fact("dupilumab_exposure").number)
    exposure = np.clip(np.rint(median * np.exp(rng.normal(0, LOG_EXPOSURE_SD, n))), 28, 1500).astype(np.int64)
    prior = prior_courses(rng, ids, exposure, np.zeros(n, bool))
    return pd.concat([index, prior[prior["patient_id"].isin(ids[rng.random(n) < 0.95])]], ignore_index=True)


def _records(rng: np.random.Generator, ids: pd.Index, kind: Words, scores: Ints, yes: Bools) -> dict[str, pd.DataFrame]:
    """Write down scores and reports, then take out what each kind lacks."""
    visits = _visits(rng, kind)
    recorded = rng.random(scores.shape) < [0.85, 0.75] * 3
    recorded[np.arange(kind.size), 1 + 2 * rng.integers(0, 3, kind.size)] = True
    assessments = assess(rng, ids, scores, recorded, visits)
    reports = report(rng, ids, yes, visits)
    no_score, no_report = ids[kind == "no_score"], ids[kind == "no_report"]
    elsewhen = ids[np.isin(kind, ["score_too_late", "score_too_early"])]
    unscored = assessments["patient_id"].isin(no_score) & (assessments["day"] > 0)
    return {
        "assessments": assessments[~unscored & ~_in_window(assessments, elsewhen)],
        "reports": reports[~reports["patient_id"].isin(no_report) & ~_in_window(reports, elsewhen)],
    }


def _visits(rng: np.random.Generator, kind: Words) -> Visits:
    """Draw visits, the follow-up of some before or after the window."""
    visits = draw_visits(rng, kind.size)
    late, soon = rng.integers(122, 190, kind.size), rng.integers(12, 29, kind.size)
    follow_up = np.select([kind == "score_too_late", kind == "score_too_early"], [late, soon], visits.follow_up)
    return replace(visits, follow_up=follow_up, later=np.maximum(visits.later, follow_up + 1))


def _in_window(rows: pd.DataFrame, ids: pd.Index) -> pd.Series:
    return rows["patient_id"].isin(ids) & rows["day"].between(30, 120)
