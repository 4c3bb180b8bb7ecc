import math

import numpy as np
import pytest

from explorer.cohort.instruments import Instrument, catalogue, from_cells, to_cells

KNOWN = list(catalogue().values())


def test_catalogue_holds_the_scores_of_the_published_cohort_and_of_other_fields():
    assert {"BSA", "PPNRS", "IGA", "EASI", "SCORAD", "POEM", "DLQI", "PASI", "TWSTRS"} <= catalogue().keys()
    assert {"ADAS_COG_11", "CIBIC_PLUS", "ADCT", "VIGA_AD", "WINRS", "OSCORAD"} <= catalogue().keys()


@pytest.mark.parametrize("instrument", KNOWN, ids=lambda instrument: instrument.code)
class TestEveryInstrumentOfTheCatalogue:
    def test_has_a_range(self, instrument):
        assert instrument.range_min < instrument.range_max

    def test_has_bands_inside_the_range_mildest_first_and_apart(self, instrument):
        ends = [end for band in instrument.bands for end in (band.low, band.high)]
        assert ends == sorted(ends)
        assert all(instrument.range_min <= end <= instrument.range_max for end in ends)

    def test_gives_a_source_for_each_number_and_none_without_a_number(self, instrument):
        assert (instrument.mcid is None) == (instrument.mcid_source == "")
        assert (instrument.bands == ()) == (instrument.bands_source == "")
        assert instrument.source

    def test_survives_being_written_and_read(self, instrument):
        assert from_cells(to_cells(instrument)) == instrument


@pytest.mark.parametrize("code", ["BSA", "IGA", "VIGA_AD", "EASI", "SCORAD", "PASI", "ADAS_COG_11", "TWSTRS"])
def test_no_mcid_is_given_where_no_single_absolute_number_was_sourced(code):
    assert catalogue()[code].mcid is None


# The numbers read in the sources that the catalogue cites.
@pytest.mark.parametrize(("code", "mcid"), [("PPNRS", 3), ("DLQI", 4), ("POEM", 4), ("ADCT", 2.9), ("WINRS", 4)])
def test_mcid_is_the_sourced_number(code, mcid):
    assert catalogue()[code].mcid == mcid


def test_improvement_is_positive_whichever_way_is_better():
    severity = Instrument("ITCH", "Itch", 0, 10, lower_is_better=True)
    wellbeing = Instrument("WELL", "Well-being", 0, 10, lower_is_better=False)
    before, after = np.array([8.0, 2.0, math.nan]), np.array([3.0, 5.0, 4.0])
    np.testing.assert_array_equal(severity.improvement(before, after), [5, -3, math.nan])
    np.testing.assert_array_equal(wellbeing.improvement(before, after), [-5, 3, math.nan])
    assert (severity.best, severity.worst) == (0, 10)
    assert (wellbeing.best, wellbeing.worst) == (10, 0)


def test_catalogue_cannot_be_changed_by_a_reader():
    with pytest.raises(TypeError):
        catalogue()["BSA"] = KNOWN[1]


@pytest.mark.parametrize("cells", [{"direction": "down"}, {"bands": "mild"}, {"range_min": "low"}])
def test_a_cell_that_cannot_be_read_is_refused(cells):
    with pytest.raises(ValueError, match=r"."):
        from_cells(to_cells(KNOWN[0]) | cells)
