"""Travel matrices as npz files, of any size: no more than a few rows are held in memory."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from data.files import written_whole
from planning.errors import Fault, FileFault
from planning.model import LonLat
from planning.stores import Report
from planning.travel.matrix import coordinates, matrix_rows
from planning.travel.router import Router
from planning.travel.snap import Met

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Written:
    """What of a matrix is not as it was asked for."""

    unreachable_pairs: int
    moved: int
    """Doors whose nearest road is cut off from the others: they are at the nearest that is not."""
    too_far: int
    """Doors without a road within reach."""
    nowhere: int
    """Doors without coordinates."""


def write_matrix(
    target: Path, router: Router, points: Mapping[str, LonLat], *, report: Report
) -> Written:
    """Writes the travel among `points` as an npz, which appears whole or not at all.

    It holds `ids`, `seconds` and `metres` (n, n: float32, from row to column, NaN = no way),
    `snapped_m` (float32, NaN = no road within reach) and `met` (uint8: `planning.travel.snap.Met`).

    Raises:
        FileFault: the file cannot be written there.
    """
    report(0.0, "snapping doors to roads")
    doors = router.doors(coordinates(points))
    unreachable = 0
    # An archive takes one array after the other: lengths wait in a file of their own.
    try:
        with (
            written_whole(target) as out,
            zipfile.ZipFile(out, "w") as archive,
            tempfile.TemporaryFile(dir=target.absolute().parent) as lengths,
        ):
            with _member(archive, "seconds", len(points)) as seconds:
                for rows in matrix_rows(router, doors):
                    seconds.write(rows.seconds.data)
                    lengths.write(rows.metres.data)
                    unreachable += int(np.isnan(rows.seconds).sum())
                    report(rows.at.stop / len(points), f"{len(points):,} doors: travel times")
            lengths.seek(0)
            with _member(archive, "metres", len(points)) as metres:
                shutil.copyfileobj(lengths, metres, 1 << 20)
            _array(archive, "ids", np.array(list(points), dtype=np.str_))
            _array(archive, "snapped_m", doors.snapped.metres.astype(np.float32))
            _array(archive, "met", doors.snapped.met)
    except OSError as error:
        raise FileFault(Fault(f"cannot be written: {error.strerror}", file=target.name)) from None
    met = Counter(doors.snapped.met.tolist())
    return Written(unreachable, met[Met.MOVED], met[Met.TOO_FAR], met[Met.NOWHERE])


def _member(archive: zipfile.ZipFile, name: str, size: int) -> IO[bytes]:
    """An array of (size, size) float32, its head written and its rows still to come."""
    member = archive.open(f"{name}.npy", "w", force_zip64=True)
    head = {"descr": "<f4", "fortran_order": False, "shape": (size, size)}
    np.lib.format.write_array_header_1_0(member, head)
    return member


def _array(archive: zipfile.ZipFile, name: str, array: NDArray[np.generic]) -> None:
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array(member, array, allow_pickle=False)
