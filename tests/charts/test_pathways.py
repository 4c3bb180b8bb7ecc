"""The map of pathways: what is filled, what is marked, and what it says in words."""

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.charts.pathways import pathways
from explorer.charts.theme import MOST_MARKS
from explorer.export.figures import svg
from explorer.literature.sequencing import sequencing
from explorer.study.presets import AS_PUBLISHED

HELD = sequencing()
KEYS = [reason.key for reason in HELD.places.reasons]


def drawn(key="inadequate_response", prior="dupilumab", index="tralokinumab"):
    return pathways(HELD, HELD.reason(key), prior, index)


def drugs(figure):
    return figure.data[figure.data["kind"] == "drug"].set_index("drug")


@pytest.mark.parametrize("key", KEYS)
def test_a_drug_is_filled_only_where_a_row_speaks_of_it(key):
    spoken = HELD.speaks_of(HELD.reason(key))
    assert dict(drugs(drawn(key))["spoken"]) == {drug: bool(rows) for drug, rows in spoken.items()}


def test_reasons_give_different_maps():
    filled = {key: tuple(drugs(drawn(key))["spoken"]) for key in KEYS}
    assert len(set(filled.values())) == len(KEYS)


def test_the_drugs_of_the_cohort_are_marked_in_their_order():
    ours = drugs(drawn())
    assert list(ours.index[ours["ours"]]) == ["dupilumab", "tralokinumab"]
    assert ours["text"]["tralokinumab"] == "tralokinumab (2nd)"
    assert "dupilumab is the 1st drug and tralokinumab is the 2nd drug" in drawn().alt


def test_drugs_that_are_not_on_the_map_are_not_marked():
    figure = drawn(prior=None, index="secukinumab")
    assert not drugs(figure)["ours"].any()
    assert "in this cohort" not in figure.alt


def test_no_two_texts_stand_in_one_place_and_every_link_ends_at_its_drug():
    data = drawn().data
    texts = data[data["kind"].isin(["heading", "target", "drug"])]
    assert not texts.duplicated(["x", "y"]).any()
    ends = data[data["kind"] == "link"].groupby("drug").last()
    assert dict(ends["y"]) == dict(drugs(drawn())["y"])


@pytest.mark.parametrize("key", KEYS)
def test_the_sentence_and_the_table_say_what_is_drawn(key):
    figure = drawn(key)
    spoken = {drug: len(rows) for drug, rows in HELD.speaks_of(HELD.reason(key)).items()}
    assert dict(zip(figure.table["Drug"], figure.table.iloc[:, -1], strict=True)) == spoken
    for drug, n in spoken.items():
        assert (f"{drug} ({n})" in figure.alt) == (n > 0)


def test_another_reason_is_drawn_on_the_same_axes_and_colours():
    assert drawn("eye").spec is drawn("access").spec
    assert len(drawn().data) <= MOST_MARKS


def test_the_map_can_be_taken_away_as_a_picture():
    picture = svg(drawn(), analyse(bundled_cohort(), AS_PUBLISHED))
    assert all(text in picture for text in ("IL-31 receptor alpha", "tralokinumab (2nd)", "not patient data"))
