"""A small cohort that the published study can be computed on, and one it cannot."""

from explorer.cohort.instruments import Instrument
from tests.tables import cohort

SWITCHED = cohort(
    patients="""
        patient_id | age | sex    | ad_years | asthma
        P1         | 34  | female | 10       | yes
        P2         | 52  | male   | 20       | no
    """,
    assessments="""
        patient_id | day | instrument | score
        P1         | 0   | BSA        | 20
        P1         | 90  | BSA        | 8
        P1         | 0   | PPNRS      | 3
        P2         | 0   | PPNRS      | 2
        P2         | 90  | PPNRS      | 1
        P1         | 0   | IGA        | 3
        P2         | 0   | IGA        | 2
        P2         | 88  | IGA        | 1
    """,
    treatments="""
        patient_id | drug         | start_day | end_day | prescriptions | stop_reason
        P1         | dupilumab    | -400      | -30     | 10            | inadequate_response
        P1         | tralokinumab | 5         |         | 3             |
        P2         | tralokinumab | 0         | 200     | 2             | access
    """,
    reports="""
        patient_id | day | item            | answer
        P1         | 90  | fewer_flares    | yes
        P1         | 90  | less_topical    | no
        P2         | 88  | overall_benefit | yes
    """,
)

PASI = Instrument("PASI", "Psoriasis Area and Severity Index", 0, 72, lower_is_better=True)
WELL = Instrument("WELL", "Wellbeing", 0, 20, lower_is_better=False, step=1, mcid=3)

PSORIASIS = cohort(
    patients="""
        patient_id
        P1
        P2
    """,
    assessments="""
        patient_id | day | instrument | score
        P1         | -90 | PASI       | 12
        P1         | 365 | PASI       | 3
        P2         | -70 | PASI       | 20
    """,
    index_drug="secukinumab",
    prior_drug=None,
    instruments={"PASI": PASI},
    synthetic=False,
)
