"""A SAS data set that SAS itself wrote, whole and damaged."""

import gzip
from pathlib import Path

import pytest

from explorer.cohort.readers.sheets import read_sheets
from explorer.errors import CohortError

CONTENT = gzip.decompress((Path(__file__).parent / "files" / "iris.sas7bdat.gz").read_bytes())


def test_a_sas_data_set_is_read_whole():
    sheets = read_sheets(CONTENT, "iris.sas7bdat")
    frame = sheets.frames["iris.sas7bdat"]
    assert sheets.kind == "SAS data set"
    # The column is six letters wide in the file, so that two of the three names were cut when it was written.
    assert frame["Species"].value_counts().to_dict() == {"setosa": 50, "versic": 50, "virgin": 50}
    # R 4.2.2: colMeans(iris[, 1:4])
    means = {"Sepal_Length": 5.843333333, "Sepal_Width": 3.057333333, "Petal_Length": 3.758, "Petal_Width": 1.199333333}
    assert frame[list(means)].mean().to_dict() == pytest.approx(means, abs=1e-9)
    assert frame.iloc[0].tolist() == [5.1, 3.5, 1.4, 0.2, "setosa"]


@pytest.mark.parametrize("kept", [300, 5_000, 70_000])
def test_a_sas_data_set_that_is_cut_short_is_refused(kept):
    with pytest.raises(CohortError, match="iris.sas7bdat: the SAS data set is cut short"):
        read_sheets(CONTENT[:kept], "iris.sas7bdat")


@pytest.mark.parametrize("at", [200, 216, 66_000])
def test_a_sas_data_set_with_damaged_bytes_is_read_or_refused_in_words(at):
    damaged = CONTENT[:at] + b"\xff" * 16 + CONTENT[at + 16 :]
    try:
        told = str(list(read_sheets(damaged, "iris.sas7bdat").frames))
    except CohortError as error:
        told = str(error)
    assert "iris.sas7bdat" in told
