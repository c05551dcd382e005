"""Opening region packs, and folders that are none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from data.regions.build import build_region
from data.regions.pack import FORMAT, new_pack, open_region, opens
from planning.errors import RegionFault
from planning.model import Mode
from tests.data.drawing import brook


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    build_region([brook(folder / "brook.osm.pbf")], name="Brook", out=folder / "pack")
    return folder / "pack"


@pytest.fixture
def pack(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "pack"))


def change(pack: Path, **changes: object) -> None:
    record = json.loads((pack / "region.json").read_text(encoding="utf-8"))
    (pack / "region.json").write_text(json.dumps(record | changes), encoding="utf-8")


def test_a_copied_pack_is_a_pack(pack, original):
    """Packs travel on memory sticks."""
    copy, first = open_region(pack), open_region(original)
    assert copy.info == first.info
    assert copy.gazetteer == first.gazetteer
    assert copy.gazetteer is copy.gazetteer


@pytest.mark.parametrize(
    ("version", "words"), [(FORMAT + 1, "a newer version"), (FORMAT - 1, "an older version")]
)
def test_packs_of_other_versions_are_told(pack, version, words):
    """The office updated half of its machines."""
    assert opens(pack)
    change(pack, outreach_region=version)
    assert not opens(pack)
    with pytest.raises(RegionFault, match=words):
        open_region(pack)


def test_folders_that_are_no_packs_are_told(tmp_path):
    """A missing folder, an empty one, a file, and somebody else's region.json."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "region.json").write_text('{"region": "eu-west-1"}')
    for name, words in {
        "missing": "no such folder",
        "empty": "no region pack",
        "file": "no such folder",
        "foreign": "no region pack",
    }.items():
        with pytest.raises(RegionFault, match=words) as caught:
            open_region(tmp_path / name)
        assert caught.value.faults[0].file == name


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{" * 100_000, "\ud800"])
def test_damaged_region_json_is_told(pack, text):
    """The disk was full."""
    (pack / "region.json").write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(RegionFault):
        open_region(pack)


@pytest.mark.parametrize(
    "changes",
    [
        {"info": None},
        {"info": {"name": "Brook"}},
        {"files": None},
        {"files": {}},
        {"files": {"../../etc/passwd": 1}},
        {"files": {"areas.parquet": 1}},
    ],
)
def test_a_pack_that_contradicts_itself_is_told(pack, changes):
    """Somebody edited region.json by hand."""
    change(pack, **changes)
    with pytest.raises(RegionFault, match="build the region again"):
        open_region(pack)


@pytest.mark.parametrize("name", ["addresses.sqlite", "areas.parquet", "drive/tail.npy"])
def test_missing_and_short_parts_are_told_at_once(pack, name):
    """The copy was broken off."""
    content = (pack / name).read_bytes()
    (pack / name).write_bytes(content[:-1])
    with pytest.raises(RegionFault, match="missing or damaged"):
        open_region(pack)
    (pack / name).unlink()
    with pytest.raises(RegionFault, match="missing or damaged"):
        open_region(pack)


def test_parts_of_the_right_size_with_wrong_content_are_told_when_read(pack):
    """A bad memory stick: sizes are right, bytes are not."""
    for name in (
        *("addresses.sqlite", "areas.parquet", "places.parquet", "walk/graph.json"),
        "drive/router/up.cost.npy",
    ):
        (pack / name).write_bytes(b"\xff" * (pack / name).stat().st_size)
    region = open_region(pack)
    for read in (
        lambda: region.gazetteer,
        lambda: region.areas,
        lambda: region.places,
        lambda: region.graph(Mode.WALK),
        lambda: region.router(Mode.DRIVE),
    ):
        with pytest.raises(RegionFault, match="build the region again"):
            read()


def test_a_new_pack_in_the_place_of_an_empty_folder(tmp_path):
    """The planner made the folder beforehand."""
    (tmp_path / "out").mkdir()
    with new_pack(tmp_path / "out") as folder:
        assert folder.parent == tmp_path
        (folder / "a").write_text("a")
    assert (tmp_path / "out" / "a").read_text() == "a"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_while_writing_restores_what_was_there(pack):
    """The build fails after an hour: the old pack is still the pack."""
    before = open_region(pack).info

    def build() -> None:
        with new_pack(pack) as folder:
            (folder / "half").write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        build()
    assert open_region(pack).info == before
    assert [path.name for path in pack.parent.iterdir()] == ["pack"]


def test_a_place_that_cannot_be_made_is_told(tmp_path):
    """--out lies below a file."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(RegionFault, match="cannot be made"), new_pack(tmp_path / "file" / "out"):
        pass
