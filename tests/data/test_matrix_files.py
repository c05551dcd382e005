"""Travel matrices on disk: written row by row, read by numpy alone."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
from towns import crossing, riverside

from data.casefiles.matrices import Written, write_matrix
from planning.errors import FileFault
from planning.model import Mode
from planning.travel.matrix import matrix
from planning.travel.snap import Met

LOST = {"far": (26.5, 43.8), "nowhere": (float("nan"), 43.8)}


@pytest.fixture(scope="module")
def router():
    return riverside().router(Mode.DRIVE)


@pytest.fixture(scope="module")
def points():
    """Doors all along one street, more than are searched at once."""
    west, east = crossing(0, 1), crossing(6, 1)
    lons = np.linspace(west[0], east[0], 75).tolist()
    return {f"врата {at}": (lon, west[1]) for at, lon in enumerate(lons)}


def unseen(share: float, words: str) -> None:
    """Nobody watches."""


def test_what_is_written_is_the_matrix(router, points, tmp_path):
    """Numbers, names and reasons of 77 doors, two of which cannot be reached, come back."""
    asked = points | LOST
    written = write_matrix(tmp_path / "m.npz", router, asked, report=unseen)
    expected = matrix(router, asked)
    with np.load(tmp_path / "m.npz", allow_pickle=False) as held:
        assert sorted(held) == ["ids", "met", "metres", "seconds", "snapped_m"]
        assert held["ids"].tolist() == list(asked)
        for name in ("seconds", "metres", "snapped_m"):
            assert held[name].dtype == np.float32
            assert np.array_equal(held[name], getattr(expected, name), equal_nan=True)
        assert held["met"].tolist() == [Met.ROAD] * 75 + [Met.TOO_FAR, Met.NOWHERE]
    assert written == Written(2 * 2 * 75 + 2, moved=0, too_far=1, nowhere=1)
    assert [file.name for file in tmp_path.iterdir()] == ["m.npz"]


def test_rows_go_to_the_file_as_they_come(router, points, tmp_path):
    """Whoever watches hears of every few rows, and nothing stands under the name until the end."""
    heard = []

    def watch(share: float, words: str) -> None:
        heard.append(share)
        assert not (tmp_path / "m.npz").exists()

    write_matrix(tmp_path / "m.npz", router, points, report=watch)
    assert heard == sorted(heard)
    assert len(heard) > 3
    assert heard[-1] == 1.0


def test_no_points_at_all(router, tmp_path):
    """An empty list gives an empty matrix."""
    assert write_matrix(tmp_path / "m.npz", router, {}, report=unseen) == Written(0, 0, 0, 0)
    with np.load(tmp_path / "m.npz") as held:
        assert held["seconds"].shape == held["metres"].shape == (0, 0)


def test_the_same_question_gives_the_same_bytes(router, points, tmp_path):
    """No clock and no chance is in the file."""
    for name in ("one", "two"):
        write_matrix(tmp_path / name, router, points, report=unseen)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with zipfile.ZipFile(tmp_path / "one") as archive:
        assert archive.testzip() is None


def test_what_is_broken_off_leaves_nothing_behind(router, points, tmp_path):
    """Ctrl-C half-way, and a folder that is gone: an older matrix stays as it was."""
    (tmp_path / "m.npz").write_bytes(b"older")

    def stop(share: float, words: str) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_matrix(tmp_path / "m.npz", router, points, report=stop)
    assert [file.name for file in tmp_path.iterdir()] == ["m.npz"]
    assert (tmp_path / "m.npz").read_bytes() == b"older"
    with pytest.raises(FileFault, match="cannot be written"):
        write_matrix(tmp_path / "gone" / "m.npz", router, points, report=unseen)
