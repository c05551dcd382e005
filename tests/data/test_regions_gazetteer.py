"""Official registers of settlements in the shapes they come in."""

from __future__ import annotations

import json

import pytest

from data.regions.gazetteer import municipality_names, provinces_of, read_register
from planning.errors import RegionFault


def test_the_institutes_list_and_positions_are_joined(geodata):
    """EKATTE as JSON has codes and names; a second table has positions and postcodes."""
    bulgaria = geodata / "bulgaria"
    register = read_register(
        [bulgaria / "ek_atte.json", bulgaria / "settlements_loc.csv", bulgaria / "settlements.csv"]
    )
    by_code = {each.code: each for each in register}
    assert len(by_code) == len(register) > 5_200
    ruse = by_code["63427"]
    assert (ruse.name, ruse.kind, ruse.municipality_code) == ("Русе", "town", "RSE27")
    assert (ruse.municipality, ruse.province, ruse.postcode) == ("Русе", "Русе", "7000")
    assert ruse.population > 100_000
    assert (round(ruse.lon, 1), round(ruse.lat, 1)) == (26.0, 43.9) or ruse.placed
    assert municipality_names(register)["RSE37"] == "Ценово"
    assert provinces_of(register)["RSE37"] == "Русе"


def test_a_column_called_municipality_may_hold_codes(geodata):
    """One of the tables writes BLG52 under "municipality"."""
    register = read_register([geodata / "bulgaria" / "settlements.csv"])
    assert register[0].municipality_code == "BLG52"
    assert register[0].municipality == ""


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_with_any_delimiter(tmp_path, delimiter):
    """Spreadsheets save with what the country uses; a mark at the beginning does no harm."""
    rows = [["ekatte", "name", "lat", "lon"], ["00014", "Борово", "43.5", "25.8"]]
    text = "\ufeff" + "\n".join(delimiter.join(row) for row in rows)
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    (found,) = read_register([tmp_path / "r.csv"])
    assert (found.code, found.name, found.lon, found.lat) == ("00014", "Борово", 25.8, 43.5)


def test_points_as_geojson(tmp_path):
    """Kazakhstan's places come as GeoJSON points."""
    feature = {
        "type": "Feature",
        "properties": {"kato": "351010000", "name": "Қарағанды"},
        "geometry": {"type": "Point", "coordinates": [73.1, 49.8]},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (tmp_path / "p.geojson").write_text(text)
    (found,) = read_register([tmp_path / "p.geojson"])
    assert (found.code, found.lon) == ("351010000", 73.1)


def test_positions_that_are_none_are_no_positions(tmp_path):
    """A register says "n/a", leaves a gap, or puts a village off the globe."""
    (tmp_path / "r.csv").write_text('code,name,geo\n1,A,n/a\n2,B,\n3,C,"500,95"\n4,D,"25,42"\n')
    placed = [each.placed for each in read_register([tmp_path / "r.csv"])]
    assert placed == [False, False, False, True]


def test_faults_of_all_registers_come_together(tmp_path):
    """Five files, each wrong in its own way: all told in one round."""
    (tmp_path / "nameless.csv").write_text("ekatte,colour\n1,red\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "cut.json").write_text('[{"ekatte": "1", "name"')
    (tmp_path / "old.csv").write_bytes("ekatte,name\n1,Русе\n".encode("cp1251"))
    (tmp_path / "photo.csv").write_bytes(b"\x00\x01\x02")
    names = ["nameless.csv", "empty.csv", "cut.json", "old.csv", "photo.csv", "missing.csv"]
    with pytest.raises(RegionFault) as caught:
        read_register([tmp_path / name for name in names])
    assert [fault.file for fault in caught.value.faults] == names
    assert caught.value.faults[0].field == "name"
