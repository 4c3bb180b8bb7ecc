"""Damaged files give a cohort or a CohortError, never anything else and never half a cohort."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.cohort.readers import read
from explorer.cohort.tables import Cohort
from explorer.cohort.writer import write_folder
from explorer.errors import CohortError
from tests.cohort.test_folder import drawn

FILES = ("cohort.toml", "instruments.csv", "patients.csv", "assessments.csv", "treatments.csv", "reports.csv")
SPLICES = [
    b"",
    b"\0",
    b"\xff",
    b'"',
    b",",
    b";",
    b"\n",
    b"\r",
    b"\xff\xfe",
    b"=",
    b"{value}",
    b"1e999",
    b"9" * 400,
    "𝔄\u2028".encode(),
]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return the bytes of every file of a sound cohort, in both formats."""
    contents = {}
    for file_format in ("csv", "parquet"):
        out = tmp_path_factory.mktemp(file_format)
        write_folder(drawn(), out, file_format)
        contents |= {path.name: path.read_bytes() for path in out.iterdir()}
    return contents


def damage(content: bytes, at: float, length: int, splice: bytes) -> bytes:
    start = int(at * len(content))
    return content[:start] + splice + content[start + length :]


def read_or_refused(folder: Path, contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    try:
        found = read(folder)
    except CohortError as error:
        problems = error.problems
    else:
        assert isinstance(found, Cohort)
        assert len(found.fingerprint) == 12
        return
    assert problems
    assert all(problem.what and problem.remedy for problem in problems)


places = st.floats(0, 1)
lengths = st.integers(0, 40)
quick = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(st.sampled_from(FILES), places, lengths, st.sampled_from(SPLICES) | st.binary(max_size=8))
def test_damaged_text(sound, tmp_path, name, at, length, splice):
    texts = {file: sound[file] for file in FILES}
    read_or_refused(tmp_path, texts | {name: damage(texts[name], at, length, splice)})


@quick
@given(places, lengths, st.binary(max_size=8))
def test_damaged_parquet(sound, tmp_path, at, length, splice):
    names = ("cohort.toml", "instruments.csv", "patients.parquet", "assessments.parquet")
    files = {name: sound[name] for name in names}
    read_or_refused(tmp_path, files | {"assessments.parquet": damage(files["assessments.parquet"], at, length, splice)})


@quick
@given(st.lists(st.text(alphabet='P12,;."\n\r -=/éN\t', max_size=12), max_size=12))
def test_arbitrary_cells(sound, tmp_path, rows):
    files = {name: sound[name] for name in ("cohort.toml", "instruments.csv", "assessments.csv")}
    content = "patient_id,index_date,age,weight\nP1,2022-06-01,30,7\nP2,2022-06-01,30,7\n" + "\n".join(rows)
    read_or_refused(tmp_path, files | {"patients.csv": content.encode()})
