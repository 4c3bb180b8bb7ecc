"""Generated cohorts of any size, for measuring: random numbers, nothing clinical."""

import numpy as np
import pandas as pd

from explorer.cohort.tables import Cohort, Metadata, build

METADATA = Metadata(
    title="Generated cohort for measuring speed",
    synthetic=True,
    source="random numbers",
    licence="none needed",
    index_drug="tralokinumab",
    prior_drug="dupilumab",
    notes="",
)
SCALES = {"BSA": (95, 20.0), "PPNRS": (10, 6.0), "IGA": (4, 2.6)}
VISITS = (-20, 45, 90, 180)
ITEMS = ("fewer_flares", "less_topical", "overall_benefit")


def generated(patients: int, seed: int = 0) -> Cohort:
    """Make a cohort of so many patients with twelve assessments each: three scores at four visits."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"P{i:07d}" for i in range(patients)])
    return build(
        METADATA,
        {
            "patients": _patients(rng, ids),
            "treatments": _treatments(rng, ids),
            "assessments": _assessments(rng, ids),
            "reports": _reports(rng, ids),
            "adverse_events": _events(rng, ids),
        },
    )


def _patients(rng: np.random.Generator, ids: np.ndarray) -> pd.DataFrame:
    n = len(ids)
    return pd.DataFrame(
        {
            "patient_id": ids,
            "index_date": pd.Timestamp("2022-02-01") + pd.to_timedelta(rng.integers(0, 600, n), unit="D"),
            "age": rng.integers(16, 90, n).astype(float),
            "sex": rng.choice(["female", "male"], n),
        }
    )


def _treatments(rng: np.random.Generator, ids: np.ndarray) -> pd.DataFrame:
    n = len(ids)
    before, after = rng.integers(30, 900, n), rng.integers(30, 400, n)
    prior = pd.DataFrame({"patient_id": ids, "drug": "dupilumab", "start_day": -before - 10, "end_day": -10.0})
    prior["stop_reason"] = rng.choice(["inadequate_response", "adverse_event", "access"], n)
    index = pd.DataFrame({"patient_id": ids, "drug": "tralokinumab", "start_day": rng.integers(0, 40, n)})
    index["end_day"] = np.where(rng.random(n) < 0.3, index["start_day"] + after, np.nan)
    index["stop_reason"] = np.where(index["end_day"].notna(), "inadequate_response", None)
    return pd.concat([prior.assign(prescriptions=3.0), index.assign(prescriptions=rng.integers(1, 6, n).astype(float))])


def _assessments(rng: np.random.Generator, ids: np.ndarray) -> pd.DataFrame:
    frames = []
    for code, (top, mean) in SCALES.items():
        for visit, day in enumerate(VISITS):
            # Adding 0 turns the negative zeros of rounding into zeros, by which plain pandas would divide to +inf.
            score = np.clip(np.rint(rng.normal(mean * 0.85**visit, mean / 2, len(ids))), 0, top) + 0.0
            frame = pd.DataFrame({"patient_id": ids, "day": day + rng.integers(-12, 13, len(ids))})
            frames.append(frame.assign(instrument=code, score=score))
    return pd.concat(frames, ignore_index=True)


def _reports(rng: np.random.Generator, ids: np.ndarray) -> pd.DataFrame:
    day = 90 + rng.integers(-12, 13, len(ids))
    return pd.concat(
        [pd.DataFrame({"patient_id": ids, "day": day, "item": i, "answer": rng.random(len(ids)) < 0.4}) for i in ITEMS]
    )


def _events(rng: np.random.Generator, ids: np.ndarray) -> pd.DataFrame:
    chosen = ids[rng.random(len(ids)) < 0.1]
    before = pd.DataFrame({"patient_id": chosen, "drug": "dupilumab", "term": "conjunctivitis", "start_day": -30})
    after = before.assign(drug="tralokinumab", start_day=60)[rng.random(len(chosen)) < 0.2]
    return pd.concat([before.assign(end_day=20.0), after.assign(end_day=np.nan)])
