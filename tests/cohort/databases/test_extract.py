"""An extract file: what it may hold, and how it says what is wrong with it."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from explorer.cohort.databases.extract import Extract, load
from explorer.cohort.databases.redaction import shown_address, without_passwords, without_secrets_of
from explorer.errors import CohortError
from tests.cohort.databases.worlds import EXTRACT

DOCUMENTATION = (Path(__file__).parents[3] / "docs" / "databases.md").read_text("utf-8")


def refused(**changes):
    with pytest.raises(CohortError) as error:
        Extract.from_dict(EXTRACT | changes, "x.toml")
    return str(error.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scoers": {}}, "x.toml: scoers: no such field"),
        ({"index_drug": {"name": "a", "concept": [1]}}, "x.toml: index_drug.concept: no such field"),
        ({"title": "?"}, 'title: "?" stands for what only you can say'),
        ({"index_drug": "?"}, 'index_drug.name: "?" stands for what only you can say'),
        ({"scores": {}}, "scores: "),
        ({"scores": {"EASI": []}}, "name at least one concept or source value"),
        ({"scores": {"WEIGHT": [1]}}, "the score WEIGHT is not in the catalogue; describe it under [[instruments]]"),
        ({"scores": {"EASI": [True]}}, "scores.EASI.concepts"),
        ({"prior_drug": "tralokinumab"}, "the prior drug has the name of the index drug"),
        ({"covariates": {"age": {"person": "race"}}}, "every cohort has 'age' already"),
        ({"covariates": {"x": {"person": "race", "conditions": [1]}}}, "give exactly one of conditions"),
        ({"first_from": "2022-02-01", "first_to": "2022-01-01"}, "first_from lies after first_to"),
        ({"days_after": -1}, "days_after"),
        ({"same_day": "median"}, "same_day"),
        ({"stop_reasons": {"x": "tired"}}, "stop_reasons.x"),
        ({"instruments": [{"code": "A", "range_min": 0, "range_max": 1, "direction": "?"}]}, "say for A whether lower"),
    ],
)
def test_what_is_wrong_is_named_with_a_remedy(changes, said):
    assert said in refused(**changes)
    assert "docs/databases.md" in refused(**changes)


def test_toml_and_json_are_the_same_extract(tmp_path):
    toml, plain = tmp_path / "x.toml", tmp_path / "x.json"
    toml.write_text(
        'title = "Drawn"\nsynthetic = true\nindex_drug = "tralokinumab"\nprior_drug = "dupilumab"\n[scores]\nEASI = [30]\n'
    )
    plain.write_text(json.dumps(EXTRACT))
    assert load(toml) == load(plain) == Extract.from_dict(EXTRACT)


@pytest.mark.parametrize("content", ["title = ", "[" * 5000, "\x00"])
def test_a_file_that_is_no_toml_is_refused(content, tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(content)
    with pytest.raises(CohortError, match="cannot be read"):
        load(path)


def test_the_documented_example_is_an_extract_and_every_field_is_documented():
    example = re.search(r"```toml\n(.+?)```", DOCUMENTATION, re.DOTALL)
    assert Extract.from_dict(tomllib.loads(example[1])).index_drug.name == "tralokinumab"
    names = {"schema" if name == "schema_" else name for name in Extract.model_fields}
    assert [name for name in sorted(names) if f"`{name}`" not in DOCUMENTATION] == []


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me1:pa55@host:5432/cdm",
        "postgres://me1:pa55/x@host/cdm?password=pa55&sslmode=require",
        "postgres://me1:pa55?x@host/cdm",
        "postgres://me1:y@pa55@host/cdm",
        "postgres://me1:pa55@host:5432/cdm?password=a@pa55",
    ],
)
def test_what_opens_an_address_is_never_shown(address):
    told = (
        shown_address(address),
        without_passwords(address),
        without_passwords(f"could not connect to {address}: password=pa55 refused"),
        without_secrets_of(address, f'invalid port "pa55" in "{address}" for user me1'),
    )
    for text in told:
        assert "pa55" not in text
        assert "me1" not in text


def test_what_an_address_is_of_is_shown():
    assert shown_address("postgresql://me:pa55@host:5432/cdm?x=1") == "postgresql://host:5432/cdm"
    assert without_passwords("no answer from postgres://me:pa55@host/cdm") == "no answer from postgres://host/cdm"
