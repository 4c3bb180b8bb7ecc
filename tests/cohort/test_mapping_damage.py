"""Odd sheets and odd mappings: every one is a cohort or a refusal in words, never a traceback."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.cohort.mapping.apply import preview
from explorer.cohort.mapping.guess import guess
from explorer.cohort.mapping.model import OWN_FIELDS, ROLES, Mapping
from explorer.cohort.mapping.quality import quality
from explorer.cohort.readers.sheets import Sheets
from explorer.errors import CohortError
from tests.drawn_sheets import DATED

N = 5
TEXTS = st.sampled_from(
    ["", " ", "P1", "P2", "yes", "N", "12", "3,5", "1.200,5", "1_yes", "120/80", "84 kg", "n/a", "-99", "2022-01-31"]
    + ["31/01/2022", "02/03/2022", "44230", "week 4", "Baseline", "=1+1", "\x00", "🙂", "9" * 30, "EASI", "1e400", "m"]
)
DATES = st.dates(min_value=pd.Timestamp("1800-01-01").date(), max_value=pd.Timestamp("2200-01-01").date())
NUMBERS = st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=True, allow_infinity=True))
CELLS = st.one_of(st.none(), TEXTS, TEXTS, NUMBERS, st.booleans(), DATES.map(pd.Timestamp))
FIELDS = {
    "instrument": st.sampled_from(["EASI", "IGA", "NEW"]),
    "day": st.sampled_from([0, 28, -40_001]),
    "visit": st.sampled_from(["week 4", "later"]),
    "on": st.sampled_from(["a", "b", "nowhere"]),
    "times": st.sampled_from([0.0, -1.0, 1e308]),
    "name": st.sampled_from(["age", "arm", "", "patient_id", "x\ny"]),
    "unit": st.sampled_from(["weeks", "months"]),
    "from_one": st.booleans(),
    "drug": st.sampled_from(["dupilumab", "tralokinumab", "=x"]),
    "last_dose": st.booleans(),
    "pseudonym": st.booleans(),
    "why": st.just("because"),
}
COMMON = {
    "missing": st.lists(TEXTS, max_size=2),
    "words": st.dictionaries(TEXTS, TEXTS, max_size=2),
    "remove": st.lists(st.sampled_from(["kg", "", " "]), max_size=1),
    "coded": st.sampled_from(["label", "number", None]),
    "decimal": st.sampled_from([".", ",", None]),
    "order": st.sampled_from(["dmy", "mdy", None]),
    "counted_from": st.sampled_from(["1960-01-01", None]),
}


@st.composite
def columns(draw):
    role = draw(st.sampled_from(ROLES))
    allowed = COMMON | {name: FIELDS[name] for name in sorted(OWN_FIELDS.get(role, ()))}
    return {"role": role} | draw(st.fixed_dictionaries({}, optional=allowed))


@st.composite
def odd_sheets(draw):
    names = ["id", "a", "b", "c", "d"]
    held = {name: draw(st.lists(CELLS, min_size=N, max_size=N)) for name in names}
    held["id"] = draw(st.lists(st.sampled_from(["P1", "P2", "P3", "P3", None]), min_size=N, max_size=N))
    frame = pd.DataFrame(held, index=range(2, N + 2), dtype=object)
    return Sheets("odd.csv", "text table", {"S": frame.infer_objects() if draw(st.booleans()) else frame})


@st.composite
def odd_mappings(draw):
    held = {"id": {"role": "patient_id"}} | {name: draw(columns()) for name in "abcd"}
    sheet = {"columns": held} | draw(
        st.fixed_dictionaries(
            {},
            optional={
                "joined": st.just({"j": ["a", "b"]}),
                "split": st.just({"a": ["a1", "a2"]}),
                "summed": st.just({"s": ["b", "c"]}),
                "imputed": st.just({"d": ["yes"]}),
                "leave_out": st.just({"c": ["N"]}),
                "first_of": st.just({"f": ["d", "c"]}),
                "merged": st.just(True),
                "known_patients": st.just(True),
            },
        )
    )
    scale = {"code": "NEW", "range_min": 0, "range_max": 10}
    parts = draw(st.sampled_from([{}, {"S": "a"}, {"S": "nowhere"}, {"T": "a"}]))
    return {"about": DATED, "parts": parts, "sheets": {"S": sheet}, "visits": {"week 4": 28}, "instruments": [scale]}


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(odd_sheets(), odd_mappings())
def test_any_mapping_of_any_sheet_gives_a_cohort_or_says_why_not(sheets, content):
    try:
        mapping = Mapping.from_dict(content)
    except CohortError:
        return  # That no other error comes out is what is tested.
    seen = preview(mapping, sheets)
    assert (seen.cohort is None) == bool(seen.problems)
    if seen.cohort is not None:
        assert all(finding.what for finding in quality(seen.cohort, sheets, mapping))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(odd_sheets())
def test_the_guess_of_any_sheet_can_be_previewed(sheets):
    found = guess(sheets)
    seen = preview(found.mapping, sheets)
    assert (seen.cohort is None) == bool(seen.problems)


@pytest.mark.parametrize("n", [0, 1])
def test_a_sheet_with_hardly_anything_is_refused_in_words(n):
    frame = pd.DataFrame({"id": ["P1"] * n, "EASI day 0": [None] * n}, index=range(2, n + 2))
    sheets = Sheets("few.csv", "text table", {"S": frame})
    assert preview(guess(sheets).mapping, sheets).problems
