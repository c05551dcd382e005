"""Map files that are whole, and all the ways in which they are not."""

from __future__ import annotations

import bz2
import gzip
import zipfile
from pathlib import Path

import pytest

from data.regions.build import build_region
from data.regions.osmfile import check, merge
from planning.errors import RegionFault
from tests.data.drawing import brook, draw

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;">]><osm version="0.6"><node id="1" lat="1" lon="1">
<tag k="name" v="&c;"/></node></osm>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<osm version="0.6"><node id="1" lat="1" lon="1"><tag k="name" v="&x;"/></node></osm>"""
NOWHERE = b"""<osm version="0.6"><node id="1" lat="95" lon="500"/></osm>"""


def test_a_whole_file_is_known_by_its_content(tmp_path):
    """Files come by e-mail under any name; the first bytes tell what they are."""
    brook(tmp_path / "brook.osm")
    text = (tmp_path / "brook.osm").read_bytes()
    (tmp_path / "brook.dat").write_bytes(gzip.compress(text))
    (tmp_path / "brook.bin").write_bytes(bz2.compress(text))
    brook(tmp_path / "brook.osm.pbf")
    found = [check(tmp_path / f"brook.{end}") for end in ("osm", "dat", "bin", "osm.pbf")]
    assert [each.format for each in found] == ["osm", "osm.gz", "osm.bz2", "pbf"]
    assert {(each.nodes, each.ways, each.relations) for each in found} == {(29, 8, 4)}


def test_real_files_are_whole(geodata):
    """Every real file that the project is proven on passes."""
    for name, nodes in (("liechtenstein.osm.pbf", 142_832), ("moscow.osm.gz", 8_402)):
        assert check(geodata / "osm" / name).nodes == nodes


def bad_files(folder: Path) -> dict[str, str]:
    """Name → words that the fault must hold."""
    whole = brook(folder / "whole.osm.pbf").read_bytes()
    text = brook(folder / "whole.osm").read_bytes()
    contents = {
        "cut.osm.pbf": (whole[:-40], "cut short"),
        "start.osm.pbf": (whole[:30], "cut short"),
        "cut.osm.gz": (gzip.compress(text)[:-30], "cut short"),
        "cut.osm.bz2": (bz2.compress(text)[:-30], "cut short"),
        "cut.osm": (text[: len(text) // 2], "cut short"),
        "photo.osm.pbf": (b"\x89PNG\r\n\x1a\n" + bytes(300), "no OSM file"),
        "letter.osm": ("Уважаеми колеги, прилагам картата.".encode(), "no OSM file"),
        "page.osm": (b"<html><osm></osm></html>", "no OSM file"),
        "empty.osm.pbf": (b"", "is empty"),
        "nothing.osm": (b'<osm version="0.6"></osm>', "the map is empty"),
        "change.osm": (b'<osmChange version="0.6"></osmChange>', "file of changes"),
        "laughs.osm": (LAUGHS, "XML entities"),
        "outside.osm": (OUTSIDE, "XML entities"),
        "nowhere.osm": (NOWHERE, "not on Earth"),
    }
    for name, (content, _) in contents.items():
        (folder / name).write_bytes(content)
    with zipfile.ZipFile(folder / "zip.osm.pbf", "w") as archive:
        archive.writestr("map.osm", text)
    (folder / "folder.osm.pbf").mkdir()
    node = (1, 22.0, 42.0, {})
    draw(folder / "mixed.osm", ways=[(1, [1], {})])
    mixed = (folder / "mixed.osm").read_text()
    (folder / "mixed.osm").write_text(
        mixed.replace("</osm>", '<node id="1" lat="42" lon="22"/></osm>')
    )
    draw(folder / "twice.osm.pbf", nodes=[node, node])
    others = {
        "zip.osm.pbf": "no OSM file",
        "folder.osm.pbf": "not a file",
        "missing.osm.pbf": "no such file",
        "mixed.osm": "osmium sort",
        "twice.osm.pbf": "occurs twice",
    }
    return {name: words for name, (_, words) in contents.items()} | others


def test_every_bad_file_gets_one_line_and_leaves_nothing_behind(tmp_path):
    """A clerk tries everything that lies on the desktop."""
    maps = tmp_path / "maps"
    maps.mkdir()
    for name, words in bad_files(maps).items():
        with pytest.raises(RegionFault, match=words) as caught:
            build_region([maps / name], name="Brook", out=tmp_path / "out" / "pack")
        (fault,) = caught.value.faults
        assert fault.file == name
        assert "\n" not in str(fault)
        assert [path.name for path in tmp_path.iterdir()] == ["maps"], name


def test_the_faults_of_all_files_come_together(tmp_path):
    """Three files are named, two of them are bad: both are told at once."""
    brook(tmp_path / "good.osm.pbf")
    (tmp_path / "empty.osm.pbf").touch()
    files = [tmp_path / f"{name}.osm.pbf" for name in ("good", "empty", "missing")]
    with pytest.raises(RegionFault) as caught:
        build_region(files, name="Brook", out=tmp_path / "out")
    assert [fault.file for fault in caught.value.faults] == ["empty.osm.pbf", "missing.osm.pbf"]


@pytest.mark.parametrize("jumbled", [False, True])
def test_overlapping_files_become_one(tmp_path, jumbled):
    """Two neighbouring extracts share node 2; the newer one moved it."""
    first, second = [(1, 1.0, 1.0, {}), (2, 2.0, 2.0, {})], [(2, 2.5, 2.5, {}), (-3, 3.0, 3.0, {})]
    if not jumbled:
        second.reverse()
    one = draw(tmp_path / "one.osm.pbf", nodes=first, ways=[(7, [1, 2], {"highway": "road"})])
    two = draw(tmp_path / "two.osm", nodes=second, version=2)
    checked = [check(one), check(two)]
    assert checked[1].sorted_ids is not jumbled
    made = merge(checked, tmp_path / "both.osm.pbf")
    assert (made.nodes, made.ways, made.sorted_ids) == (3, 1, True)
    places = {each.id: each.location.lon for each in made.processor() if each.is_node()}
    assert places == {-3: 3.0, 1: 1.0, 2: 2.5}
