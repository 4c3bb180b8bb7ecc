"""A study as a whole: its JSON, its fingerprint, its sentence, and how it differs from another."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.errors import DefinitionError
from explorer.study.eligibility import AgeLimits, BaselineScore
from explorer.study.missing import Missing
from explorer.study.presets import AS_PUBLISHED
from explorer.study.response import AtLeast, PointImprovement, Reported, Response
from explorer.study.study import Study
from explorer.study.windows import Window
from tests.study.strategies import studies

# As the documentation has it.
CONTRACT = """
{"schema": 1, "name": "As published", "index_drug": "tralokinumab", "prior_drug": "dupilumab",
 "eligibility": [
   {"kind": "index_date", "from": "2019-01-01", "to": "2024-01-31"},
   {"kind": "age", "from": 18},
   {"kind": "prescriptions", "drug": "tralokinumab", "at_least": 2},
   {"kind": "follow_up_scores", "instruments": ["BSA", "PPNRS", "IGA"], "at_least": 1},
   {"kind": "patient_report", "at_least": 1}],
 "baseline":  {"from_day": -60, "to_day": 0, "pick": "last"},
 "follow_up": {"from_day": 30, "to_day": 120, "target_day": 90, "pick": "closest"},
 "response": {
   "among": [{"kind": "prior_treatment", "drug": "dupilumab"}],
   "rule": {"kind": "any_of", "rules": [
     {"kind": "percent_improvement", "instrument": "BSA", "at_least": 50},
     {"kind": "point_improvement", "instrument": "PPNRS", "at_least": 4},
     {"kind": "all_of", "rules": [{"kind": "score_at_most", "instrument": "IGA", "score": 1},
                                  {"kind": "point_improvement", "instrument": "IGA", "at_least": 1}]},
     {"kind": "reported", "item": "fewer_flares"}, {"kind": "reported", "item": "less_topical"},
     {"kind": "reported", "item": "overall_benefit"}]}},
 "after_stop": "ignore", "missing": "non_responder", "interval": "wilson", "confidence": 0.95, "hypothetical": false}
"""


def test_the_documented_json_is_the_published_preset():
    study = Study.from_json(CONTRACT)
    assert study == AS_PUBLISHED
    assert hash(study) == hash(AS_PUBLISHED)
    assert json.loads(study.to_json()) == json.loads(CONTRACT) | {"index": "first_prescription"}


def test_what_is_left_out_is_filled_in():
    few = ("index_drug", "baseline", "follow_up", "response")
    study = Study.from_dict({name: field for name, field in json.loads(CONTRACT).items() if name in few})
    assert study.eligibility == ()
    assert (study.index, study.after_stop, study.interval, study.confidence) == (
        "first_prescription",
        "ignore",
        "wilson",
        0.95,
    )
    assert study.missing == Missing(kind="non_responder")
    assert study.hypothetical is False


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"from": 18', '"form": 18', 'eligibility[1]: field "form" is not known; allowed: kind, from, to'),
        ('"from": 18', '"from": "18"', 'eligibility[1].from: "18" is not allowed; a number is needed'),
        ('"from": 18', '"from": 1e999', "eligibility[1].from: Infinity is not allowed; a number is needed"),
        (
            '"kind": "age"',
            '"kind": "aged"',
            "eligibility[1]: kind \"aged\" is not known; allowed: 'index_date', 'age',",
        ),
        ('"kind": "age", ', "", "eligibility[1]: its kind is missing"),
        ('"schema": 1', '"schema": 2', "schema: 2 is not allowed; allowed: 1"),
        ('"schema": 1', '"schema": true', "schema: true is not allowed"),
        ('"schema": 1', '"color": 1', 'field "color" is not known; allowed: schema, name, index_drug,'),
        (
            '"at_least": 50',
            '"at_least": 500',
            "response.rule.rules[0].at_least: 500 is not allowed; a percentage improvement lies between 0 and 100",
        ),
        (
            '"at_least": 50',
            '"at_least": -50',
            "response.rule.rules[0].at_least: -50 is not allowed; a percentage improvement lies between 0 and 100",
        ),
        (
            '"at_least": 4',
            '"more_than": -1',
            "response.rule.rules[1].more_than: -1 is not allowed; an improvement in points lies between 0 and 1000000",
        ),
        (
            '"score": 1',
            '"score": null',
            "response.rule.rules[2].rules[0].score: null is not allowed; a number is needed",
        ),
        ('"any_of"', '"one_of"', "response.rule: kind \"one_of\" is not known; allowed: 'percent_improvement',"),
        ('"wilson"', '"wald"', "interval: \"wald\" is not allowed; allowed: 'wilson', 'clopper_pearson', 'jeffreys',"),
        ("0.95", "1", "confidence: 1 is not allowed; a confidence level lies between 0.5 and 1"),
        ("0.95", "0.5", "confidence: 0.5 is not allowed"),
        ("0.95", "NaN", "NaN is not a number JSON knows"),
        ("false", "0", "hypothetical: 0 is not allowed; it should be a valid boolean"),
        (
            '"ignore"',
            '"forget"',
            "after_stop: \"forget\" is not allowed; allowed: 'ignore', 'failure' or 'last_before_stop'",
        ),
        ('"index_drug": "tralokinumab",', "", "index_drug: needed, and missing"),
        ('"prior_drug"', '"index_drug"', 'field "index_drug" is given twice'),
        ('"target_day": 90, ', "", "follow_up: target_day is needed, and missing"),
        (
            '"target_day": 90',
            '"target_day": 200',
            "follow_up: target_day 200 is not allowed; it lies within the window",
        ),
        ('"from_day": 30', '"from_day": 130', "follow_up: no day lies from 130 to 120: swap from_day and to_day"),
        ('"from_day": 30', '"from_day": 30.5', "follow_up.from_day: 30.5 is not allowed"),
        (
            '"pick": "last"',
            '"pick": "nearest"',
            "baseline.pick: \"nearest\" is not allowed; allowed: 'closest', 'first',",
        ),
        ('"non_responder"', '"guess"', "missing: \"guess\" is not allowed; allowed: 'observed', 'non_responder',"),
        ('"non_responder"', "7", "missing: 7 is not allowed"),
        (
            '"non_responder"',
            '{"kind": "multiple_imputation", "imputations": 1}',
            "missing.imputations: 1 is not allowed; the number of imputations lies between 2 and 200",
        ),
        (
            '"non_responder"',
            '{"kind": "observed", "seed": 1}',
            "missing: imputations and seed belong to multiple_imputation",
        ),
        ("}", "", "This is not JSON: line"),
    ],
)
def test_what_cannot_be_honoured_is_refused_with_field_value_and_what_is_allowed(old, new, says):
    assert old in CONTRACT
    with pytest.raises(DefinitionError) as refused:
        Study.from_json(CONTRACT.replace(old, new))
    assert says in str(refused.value)


def test_every_mistake_is_named_on_a_line_of_its_own():
    with pytest.raises(DefinitionError) as refused:
        Study.from_json(CONTRACT.replace('"from": 18', '"from": -1').replace("0.95", "95"))
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == ["eligibility[1].from", "confidence"]


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "3", '"study"', "{", "[" * 100_000, "{}" * 50_000, '{"a":' * 60 + "1" + "}" * 60]
)
def test_what_is_no_study_at_all_is_refused(text):
    with pytest.raises(DefinitionError):
        Study.from_json(text)


@settings(max_examples=200, deadline=None)
@given(
    text=st.text()
    | st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["kind", "schema", "response", "rule", "rules", "baseline", "missing", "eligibility"]),
                inner,
            )
        ),
    ).map(json.dumps)
)
def test_no_text_does_more_harm_than_being_refused(text):
    with pytest.raises(DefinitionError):
        Study.from_json(text)


def test_a_rule_nested_without_end_is_refused_in_one_short_line():
    rule = {"kind": "reported", "item": "a"}
    for _ in range(200):
        rule = {"kind": "any_of", "rules": [rule]}
    with pytest.raises(DefinitionError, match=r"^This is nested more than 20 deep, which no study is\.$"):
        Study.from_dict(json.loads(CONTRACT) | {"response": {"rule": rule}})


# Fields of a valid study, one replaced by anything.
@settings(max_examples=200, deadline=None)
@given(
    field=st.sampled_from(sorted(json.loads(CONTRACT))),
    value=st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.lists(st.integers(), max_size=2),
)
def test_a_field_holds_what_it_should_or_the_study_is_refused(field, value):
    said = None
    try:
        study = Study.from_dict(json.loads(CONTRACT) | {field: value})
    except DefinitionError as refused:
        said = str(refused)
    if said is None:
        assert Study.from_json(study.to_json()) == study
    else:
        assert said.startswith(field)


# JSON, both ways


@settings(max_examples=200, deadline=None)
@given(study=studies())
def test_a_study_survives_json(study):
    assert Study.from_json(study.to_json()) == study
    assert Study.from_dict(study.to_dict()) == study
    assert Study.from_json(Study.from_json(study.to_json()).to_json()).to_json() == study.to_json()


def test_a_policy_is_its_name_unless_it_has_parameters():
    assert AS_PUBLISHED.to_dict()["missing"] == "non_responder"
    imputed = Study.from_json(CONTRACT.replace('"non_responder"', '"multiple_imputation"'))
    assert imputed.to_dict()["missing"] == {"kind": "multiple_imputation", "imputations": 20, "seed": 0}
    assert Study.from_json(imputed.to_json()) == imputed
    named = Study.from_json(CONTRACT.replace('"non_responder"', '{"kind": "non_responder"}'))
    assert named == AS_PUBLISHED


# The fingerprint


@settings(max_examples=100, deadline=None)
@given(study=studies(), name=st.sampled_from(("Mine", "Yours")))
def test_the_name_leaves_the_fingerprint_alone(study, name):
    assert study.replace(name=name).fingerprint == study.fingerprint
    assert study.differences(study.replace(name=name)) == []


def reversed_keys(value):
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(part) for part in value] if isinstance(value, list) else value


def spelt_otherwise(value):
    """Write every whole number as a fraction."""
    if isinstance(value, dict):
        return {key: spelt_otherwise(part) for key, part in value.items()}
    if isinstance(value, list):
        return [spelt_otherwise(part) for part in value]
    return float(value) if type(value) is int else value


@settings(max_examples=100, deadline=None)
@given(study=studies())
def test_the_order_of_keys_and_the_spelling_of_numbers_leave_the_fingerprint_alone(study):
    fields = study.to_dict()
    for same in (reversed_keys(fields), spelt_otherwise(fields)):
        read = Study.from_json(json.dumps(same))
        assert read == study
        assert read.fingerprint == study.fingerprint


def test_the_fingerprint_is_that_of_the_canonical_json():
    # printf '%s' "$canonical" | sha256sum | cut -c 1-12
    canonical = json.dumps(
        {
            key: value
            for key, value in (json.loads(CONTRACT) | {"index": "first_prescription"}).items()
            if key != "name"
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    assert AS_PUBLISHED.canonical() == canonical
    assert AS_PUBLISHED.fingerprint == "be52e17c880f"


@settings(max_examples=200, deadline=None)
@given(first=studies(), second=studies())
def test_studies_differ_in_words_exactly_when_their_fingerprints_do(first, second):
    mixed = first.replace(response=second.response)
    for other in (second, mixed):
        assert (first.differences(other) == []) == (first.fingerprint == other.fingerprint)
        assert (first.differences(other) == []) == (other.differences(first) == [])


def test_the_order_of_criteria_is_part_of_the_definition():
    turned = AS_PUBLISHED.replace(eligibility=AS_PUBLISHED.eligibility[::-1])
    assert turned.fingerprint != AS_PUBLISHED.fingerprint
    assert turned.differences(AS_PUBLISHED) == ["eligibility: the same criteria in another order or number"]


# Words


def test_the_published_study_in_one_sentence():
    assert AS_PUBLISHED.words() == (
        "We analysed all patients given tralokinumab (1) with index date from 1 January 2019 to 31 January 2024, "
        "(2) aged 18 or over, (3) with at least 2 tralokinumab prescriptions, (4) with a follow-up score of BSA, PPNRS "
        "or IGA and (5) with a patient report at follow-up, counting days from the first prescription; baseline was the "
        "last score within days -60 to 0 and follow-up the score closest to day 90 within days 30 to 120; among those "
        "with prior dupilumab, response was any of BSA improved by at least 50 %, PPNRS improved by at least 4 points, "
        "(a follow-up IGA of 1 or less and IGA improved by at least 1 point), fewer flares reported, less topical "
        "reported or overall benefit reported; scores counted whether or not tralokinumab had been stopped (treatment "
        "policy), patients whose response was unknown counted as non-responders, and the response rate is given with a "
        "95 % Wilson interval."
    )
    assert str(AS_PUBLISHED) == AS_PUBLISHED.words()


def test_a_bare_study_in_one_sentence():
    study = Study(
        index_drug="secukinumab",
        baseline=Window(from_day=0, to_day=0, pick="first"),
        follow_up=Window(from_day=1, to_day=90, target_day=84, pick="mean"),
        response=Response(rule=PointImprovement(instrument="PASI", more_than=0)),
        after_stop="failure",
        missing=Missing(kind="multiple_imputation"),
        index="first_dose",
        interval="clopper_pearson",
        confidence=0.9,
        hypothetical=True,
    )
    assert study.words() == (
        "We analysed all patients given secukinumab (hypothetical additions included), counting days from the first "
        "dose; baseline was the first score on day 0 and follow-up the mean of the scores within days 1 to 90; "
        "response was any improvement of PASI; stopping secukinumab before the follow-up score "
        "counted as no response (composite strategy), unknown responses were filled in by multiple imputation (20 "
        "imputations, seed 0, combined by Rubin's rules), and the response rate is given without an "
        "interval wherever a hypothetical addition is counted."
    )


@settings(max_examples=100, deadline=None)
@given(study=studies())
def test_every_study_is_one_sentence_naming_its_rule(study):
    words = study.words()
    assert words.startswith("We analysed")
    assert words.endswith(("interval.", "agree).", "counted."))
    assert "\n" not in words
    assert "None" not in words
    assert str(study.response.rule) in words


def test_words_name_the_interval_that_is_computed_and_the_day_that_reports_are_near():
    imputed = AS_PUBLISHED.replace(missing="multiple_imputation").words()
    assert imputed.endswith("with a 95 % interval by Rubin's rules (Wilson where all imputations agree).")
    last = AS_PUBLISHED.replace(follow_up=Window(from_day=30, to_day=120, pick="last")).words()
    assert "follow-up the last score within days 30 to 120 (reports: nearest to day 75)" in last


# Differences


def published(**changes):
    return AS_PUBLISHED.replace(**changes).differences(AS_PUBLISHED)


def with_rule(rule):
    return Response(among=AS_PUBLISHED.response.among, rule=rule)


def test_a_study_does_not_differ_from_itself():
    assert AS_PUBLISHED.differences(AS_PUBLISHED) == []


def test_what_two_windows_share_is_said_once():
    assert published(follow_up=Window(from_day=30, to_day=180, target_day=90, pick="closest")) == [
        "follow-up: closest to day 90 within days 30 to 180 instead of within days 30 to 120"
    ]
    assert published(baseline=Window(from_day=-60, to_day=0, pick="worst")) == [
        "baseline: worst within days -60 to 0 instead of last within days -60 to 0"
    ]


def test_criteria_that_changed_came_and_went_are_named():
    eligibility = (AgeLimits(from_=21), *AS_PUBLISHED.eligibility[2:], BaselineScore(instrument="IGA", at_least=3))
    assert published(eligibility=eligibility) == [
        "eligibility: aged 21 or over instead of aged 18 or over",
        "eligibility: also a baseline IGA of at least 3",
        "eligibility: without index date from 1 January 2019 to 31 January 2024",
    ]


def test_a_changed_threshold_within_the_rule_is_named():
    parts = tuple(
        PointImprovement(instrument="PPNRS", at_least=3) if "PPNRS" in str(part) else part
        for part in AS_PUBLISHED.response.rule.rules
        if part != Reported(item="less_topical")
    )
    assert published(response=with_rule(AS_PUBLISHED.response.rule.replace(rules=parts))) == [
        "response: PPNRS improved by at least 3 points instead of PPNRS improved by at least 4 points",
        "response: without less topical reported",
    ]


def test_another_way_to_combine_the_parts_is_said_in_full():
    two = AtLeast(count=2, rules=AS_PUBLISHED.response.rule.rules)
    assert published(response=with_rule(two)) == [f"response: {two} instead of {AS_PUBLISHED.response.rule}"]


def test_every_other_choice_has_a_line():
    assert published(
        index_drug="lebrikizumab",
        prior_drug=None,
        response=Response(rule=AS_PUBLISHED.response.rule),
        after_stop="failure",
        missing=Missing(kind="observed"),
        index="first_dose",
        interval="jeffreys",
        confidence=0.9,
        hypothetical=True,
    ) == [
        "index drug: lebrikizumab instead of tralokinumab",
        "prior drug: none instead of dupilumab",
        "day 0: first dose instead of first prescription",
        "response counted among: without prior dupilumab",
        "after stopping the index drug: failure instead of ignore",
        (
            "missing outcomes: patients whose response was unknown were left out of the denominator instead of patients "
            "whose response was unknown counted as non-responders"
        ),
        "interval: jeffreys instead of wilson",
        "confidence: 90 % instead of 95 %",
        "hypothetical additions: counted in instead of left out",
    ]


# Values


def test_a_study_cannot_be_changed_only_replaced():
    with pytest.raises(ValueError, match="frozen"):
        AS_PUBLISHED.name = "Mine"
    assert AS_PUBLISHED.replace(name="Mine").name == "Mine"
    assert AS_PUBLISHED.name == "As published"


def test_a_replacement_is_checked():
    with pytest.raises(DefinitionError, match=r"confidence: 2 is not allowed"):
        AS_PUBLISHED.replace(confidence=2)
    with pytest.raises(DefinitionError, match="no day lies from 5 to 1"):
        Window(from_day=5, to_day=1, pick="last")


@pytest.mark.parametrize("value", ["1" + "0" * 400, "-1e308"])
def test_a_number_beyond_all_scales_is_refused(value):
    text = AS_PUBLISHED.to_json().replace('"at_least": 50', f'"at_least": {value}')
    with pytest.raises(DefinitionError, match="at_least"):
        Study.from_json(text)


def test_half_a_character_is_refused():
    with pytest.raises(DefinitionError, match="half of a character"):
        Study.from_json(AS_PUBLISHED.to_json().replace("As published", "\\ud800"))
