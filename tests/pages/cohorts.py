"""Cohorts that pages must bear: one patient, nobody with a score, no optional table, another disease."""

from explorer.cohort.tables import Cohort
from tests.tables import cohort


def one_patient() -> Cohort:
    return cohort(
        patients="patient_id | age | sex\nP1 | 40 | female",
        assessments="patient_id|day|instrument|score\nP1|-5|BSA|40\nP1|90|BSA|10",
        treatments="patient_id|drug|start_day|end_day|prescriptions|stop_reason\nP1|dupilumab|-300|-20|4|adverse_event\n"
        "P1|tralokinumab|0||3|",
        reports="patient_id|day|item|answer\nP1|90|fewer_flares|yes",
        adverse_events="patient_id|drug|term|start_day|end_day\nP1|dupilumab|conjunctivitis|-100|-30",
    )


def all_missing() -> Cohort:
    """Six patients; scores before the windows only, so that nobody has a baseline or a follow-up."""
    ids = [f"P{number}" for number in range(6)]
    return cohort(
        patients="\n".join(["patient_id", *ids]),
        assessments="\n".join(["patient_id|day|instrument|score", *(f"{name}|-300|BSA|20" for name in ids)]),
    )


def scores_only() -> Cohort:
    """Twelve patients of another disease: PASI before and after, and no other table."""
    ids = [f"P{number:02d}" for number in range(12)]
    scores = [f"{name}|0|PASI|{12 + 0.5 * place:.1f}" for place, name in enumerate(ids)]
    scores += [f"{name}|84|PASI|{place:.1f}" for place, name in enumerate(ids)]
    return cohort(
        patients="\n".join(["patient_id | age", *(f"{name} | {30 + place}" for place, name in enumerate(ids))]),
        assessments="\n".join(["patient_id|day|instrument|score", *scores]),
        index_drug="secukinumab",
        prior_drug=None,
        synthetic=False,
    )


HARD = {"one patient": one_patient, "all missing": all_missing, "scores only": scores_only}
