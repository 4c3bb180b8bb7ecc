"""A fresh reconstruction, with a seed other than the shipped one's."""

import pytest

from explorer.errors import ExplorerError
from explorer.reconstruction.ensemble import load_draw, load_manifest
from explorer.reconstruction.reconstruct import reconstruct
from explorer.reconstruction.verify import failures, verify


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def fresh(tmp_path_factory, told):
    return reconstruct(tmp_path_factory.mktemp("fresh"), draws=3, seed=2024, report=told.append)


def test_a_fresh_reconstruction_reproduces_every_published_figure_from_its_files(fresh):
    for row in load_manifest(fresh.out / "ensemble").to_dict("records"):
        assert failures(verify(load_draw(row["draw"], fresh.out / "ensemble"), row)) == []


def test_its_summary_says_what_was_made_and_checked(fresh, told):
    assert (fresh.draws, fresh.seed, fresh.medoid) == (3, 2024, 0)
    assert (fresh.checks["passed"] == 3).all()
    assert str(fresh).startswith("3 reconstructed cohorts (seed 2024)")
    assert "3 of 3 cohorts found" in told
    assert told[-1] == str(fresh)


def test_the_same_seed_gives_the_same_bytes(fresh, tmp_path):
    reconstruct(tmp_path, draws=3, seed=2024, report=lambda _: None)
    files = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(files) == 13
    assert [path for path in files if (tmp_path / path).read_bytes() != (fresh.out / path).read_bytes()] == []


@pytest.mark.parametrize(("draws", "seed"), [(0, 1), (5, -1)])
def test_numbers_that_make_no_sense_are_refused(tmp_path, draws, seed):
    with pytest.raises(ExplorerError, match="Ask for 1 or more"):
        reconstruct(tmp_path, draws=draws, seed=seed)


def test_a_folder_that_cannot_be_made_is_named_before_the_work_begins(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExplorerError, match="Name another folder with --out"):
        reconstruct(tmp_path / "file" / "out", draws=1, seed=1)
