"""The invented province: facts kept, a road network that holds, and nobody real in it."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from data.casefiles import read_cases, read_teams
from data.reference import make
from data.regions.pack import Region, open_region
from data.sample import SAMPLE_DAYS, SAMPLE_FIRST_DAY, World, make_world, write_sample
from data.sample.cases import cases_csv, invented_id, make_cases, truth_csv
from data.sample.facts import REFERENCE, settlements
from data.sample.plane import make_bend, to_lonlat, to_plane
from data.sample.teams import INSTITUTIONS, TEAMS
from planning.errors import FileFault
from planning.model import Mode, Priority
from planning.shifts import campaign_days
from planning.travel.matrix import matrix

ROOT = Path(__file__).resolve().parents[2]
SEED = 2026


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SEED)


@pytest.fixture(scope="module")
def other_world() -> World:
    return make_world(7)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    write_sample(out, seed=SEED, truth=True)
    return out


@pytest.fixture(scope="module")
def region(folder: Path) -> Region:
    return open_region(folder / "region")


@pytest.fixture(scope="module")
def truth(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "truth.csv").read_text().splitlines()))


def texts(rows: list) -> list[str]:
    return [row.cells[5] for row in rows]


# --- the facts ----------------------------------------------------------------------------------


def test_the_province_has_its_municipalities_and_settlements(region):
    """Eight municipalities and 83 settlements come through the builder, each in its own."""
    found = region.gazetteer
    assert len(found.municipalities) == 8
    municipality = {each.code: each.municipality_code for each in found.settlements}
    assert municipality == {fact.ekatte: fact.municipality_code for fact in settlements()}
    population = {each.code: each.population for each in found.settlements}
    assert population == {fact.ekatte: fact.population for fact in settlements()}


def test_the_tables_are_what_the_registers_say(geodata):
    """Made anew from the official files, the tables in the project come out the same."""
    for name, rows in (
        ("ruse_settlements.csv", make.settlements(geodata / "bulgaria")),
        ("ruse_schools.csv", make.schools(geodata / "bulgaria")),
    ):
        with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
            assert list(csv.DictReader(file)) == rows


def test_the_sources_are_the_files_at_hand(geodata):
    """Every checksum in SOURCES.md is that of the file it names."""
    listed = re.findall(r"`(\w+\.(?:json|csv))`[^\n]*`([0-9a-f]{64})`",
                        (REFERENCE / "SOURCES.md").read_text())  # fmt: skip
    assert len(listed) == 5
    for name, digest in listed:
        content = (geodata / "bulgaria" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, name


def test_it_says_that_it_is_invented(region):
    """Whoever opens the pack is told."""
    assert region.info.invented
    assert "измислен" in region.info.name


# --- the land -----------------------------------------------------------------------------------


def test_the_bend_loses_no_place():
    """What the bend moves, its reverse brings back."""
    bend = make_bend(np.random.default_rng(5))
    points = np.random.default_rng(6).uniform(-50_000, 50_000, (500, 2))
    assert np.abs(bend(bend.undo(points)) - points).max() < 1e-6
    assert np.abs(to_plane(to_lonlat(points)) - points).max() < 1e-6


def test_settlements_lie_where_they_lie(world):
    """Modelled roads do not move a real village."""
    real = to_plane(np.array([(fact.lon, fact.lat) for fact in world.facts]))
    assert np.abs(world.nodes[[town.node for town in world.grown.towns]] - real).max() < 0.01


def test_municipalities_tile_the_province(region):
    """No ground belongs to two municipalities, and none between them to nobody."""
    areas = region.areas
    shapes = areas[areas["level"] == "municipality"].geometry
    assert len(shapes) == 8
    whole = shapely.union_all(shapes.to_numpy())
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert shapely.area(shapes.to_numpy()).sum() == pytest.approx(whole.area, rel=1e-6)


@pytest.mark.parametrize("land", ["world", "other_world"])
def test_no_road_crosses_another_without_a_junction(land, request):
    """Where two roads meet they share a node, on this land and on another one."""
    world = request.getfixturevalue(land)
    ends = [
        pair for way in world.network.ways for pair in zip(way.nodes, way.nodes[1:], strict=False)
    ]
    pieces = shapely.linestrings(world.nodes[np.array(ends)])
    one, other = shapely.STRtree(pieces).query(pieces, predicate="intersects")
    apart = [
        (a, b)
        for a, b in zip(one.tolist(), other.tolist(), strict=True)
        if a < b and not set(ends[a]) & set(ends[b])
    ]
    assert apart == []
    assert len(ends) == len({tuple(sorted(pair)) for pair in ends})
    assert not shapely.intersects(shapely.Polygon(world.land.water), pieces).any()


def test_no_house_stands_on_a_road_or_in_the_river(world):
    """Every door is off the road, dry, and on the ground of its own settlement."""
    roads = shapely.STRtree(
        [shapely.LineString(world.nodes[way.nodes]) for way in world.network.ways]
    )
    doors = shapely.points([(door.x, door.y) for door in world.doors])
    _, metres = roads.query_nearest(doors, return_distance=True, all_matches=False)
    assert metres.min() > 5
    assert not shapely.contains(shapely.Polygon(world.land.water), doors).any()
    lines = [shapely.LineString(border.line) for border in world.land.borders]
    fields = shapely.STRtree(shapely.get_parts(shapely.polygonize(lines)))
    field_of_door = fields.query(doors, predicate="within")
    field_of_place = dict(
        fields.query(shapely.points(world.land.points), predicate="within").T.tolist()
    )
    place = [door.place for door in world.doors]
    assert len(field_of_door[0]) == len(doors)
    assert all(field_of_place[place[door]] == ground for door, ground in field_of_door.T.tolist())


def test_a_street_has_a_number_once(world):
    """One door a number, odd and even on their own sides."""
    seen = Counter((d.place, d.street, d.estate, d.number) for d in world.doors if d.street >= 0)
    assert max(seen.values()) == 1
    names = Counter((street.place, street.written) for street in world.streets if street.name)
    assert max(names.values()) == 1


def test_the_middle_of_the_city_has_one_way_streets(world):
    """Ruse has them, the villages do not."""
    city = next(i for i, fact in enumerate(world.facts) if fact.name == "Русе")
    one_way = [way for way in world.network.ways if way.oneway]
    assert {way.place for way in one_way} == {city}
    # A street of several stretches runs one way throughout: no two of them leave one corner.
    starts = Counter((way.street, way.nodes[0]) for way in one_way)
    assert max(starts.values()) == 1


def test_everybody_gets_everywhere(region, world):
    """One drives from each settlement and each office to each other, and nothing is left out."""
    points = {fact.ekatte: (fact.lon, fact.lat) for fact in settlements()}
    for place, fact in enumerate(world.facts):
        if fact.centre:
            hall = world.town_hall(place)
            lon, lat = to_lonlat(np.array([[hall.x, hall.y]]))[0]
            points[f"office:{fact.municipality}"] = (float(lon), float(lat))
    graph = region.graph(Mode.DRIVE)
    travel = matrix(graph, points)
    assert np.isfinite(travel.seconds).all()
    assert travel.snapped_m.max() < 60
    assert graph.left_out.islands == 0
    assert graph.left_out.one_way_metres == 0


# --- the teams ----------------------------------------------------------------------------------


def test_teams_are_those_of_the_order(folder, region):
    """32 teams, by municipality as the order has them, in an office on the road network."""
    teams = read_teams((folder / "teams.csv").read_bytes(), "teams.csv")
    assert Counter(team.municipality for team in teams) == TEAMS
    assert len(teams) == 32
    assert {each.name for each in region.gazetteer.municipalities} == set(TEAMS)
    assert all("измислена" in team.order_number and team.order_date for team in teams)
    assert Counter(team.mode for team in teams) == {Mode.DRIVE: 30, Mode.WALK: 2}
    assert all(team.municipality == "Русе" for team in teams if team.mode is Mode.WALK)


def test_every_municipality_can_send_whom_a_case_may_need(folder):
    """Each institution sits in some teams of a municipality, and police not in all of them."""
    teams = read_teams((folder / "teams.csv").read_bytes(), "teams.csv")
    for municipality in TEAMS:
        members = [team.institutions for team in teams if team.municipality == municipality]
        assert set().union(*members) == set(INSTITUTIONS)
        assert not all("police" in crew for crew in members)


# --- the children -------------------------------------------------------------------------------


def test_every_row_is_read(folder):
    """The intake takes all 600 rows as they are, and finds the children that stand twice."""
    intake = read_cases((folder / "cases.csv").read_bytes(), "cases.csv")
    assert len(intake.cases) == 600
    assert intake.rejected == ()
    assert intake.duplicates
    cases = intake.cases
    assert 3 <= sum(case.priority is Priority.URGENT for case in cases) <= 25
    assert all(case.sensitive for case in cases if case.priority is Priority.URGENT)
    assert any(case.service_address for case in cases)
    assert 10 <= sum(not case.national_id for case in cases) <= 60
    assert sum(bool(case.windows) for case in cases) > 80
    assert set().union(*(case.requires for case in cases)) <= set(INSTITUTIONS)
    days = campaign_days(SAMPLE_FIRST_DAY, SAMPLE_DAYS)
    dates = {case.earliest for case in cases} | {case.deadline for case in cases}
    assert dates - {None} <= set(days)


def test_every_true_door_exists(world, truth):
    """Each child lives behind a door of this land, and most doors are on the map."""
    spots = to_lonlat(np.array([(door.x, door.y) for door in world.doors]))
    doors = {(f"{lat:.7f}", f"{lon:.7f}") for lon, lat in spots}
    assert len(truth) == 600
    assert all((row["lat"], row["lon"]) in doors for row in truth)
    assert sum(row["mapped"] == "yes" for row in truth) > 0.6 * len(truth)
    assert {row["names"] for row in truth} >= {"house", "street", "settlement", "nothing"}


def test_cases_follow_the_population(world):
    """The city has most of them, and no municipality none."""
    rows = make_cases(world, 3_000, seed=1)
    by_municipality = Counter(world.facts[row.door.place].municipality for row in rows)
    assert set(by_municipality) == set(TEAMS)
    assert 0.5 < sum(world.facts[row.door.place].name == "Русе" for row in rows) / 3_000 < 0.72


def test_nobody_has_a_number_that_could_be_real():
    """Every personal number has a month that does not exist and a wrong check digit."""
    weights = (2, 4, 8, 5, 10, 9, 7, 3, 6)
    numbers = [invented_id(number) for number in range(1, 20_001)]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        month = int(number[2:4])
        assert month not in {*range(1, 13), *range(21, 33), *range(41, 53)}
        check = sum(int(d) * w for d, w in zip(number[:9], weights, strict=True)) % 11 % 10
        assert int(number[9]) != check


def test_no_name_and_no_phone_could_be_somebodys(world):
    """Children are numbered and marked; telephone numbers begin as none does."""
    for row in make_cases(world, 400, seed=3):
        assert row.cells[1].endswith("(измислено)")
        assert row.cells[6] == "" or row.cells[6].startswith("0000 ")


SHARES = {
    # What real lists have, in per cent, and how far the sample may be from it.
    "ул.": (r"(?i)\bул\b", 50, 4),
    "№": (r"№", 49.5, 4),
    "straight quotes": (r'"', 53, 5),
    "other quotes": (r"[„“”«]", 3.4, 1.2),
    "short names": (
        r"(?<!\w)(?!(?:общ|обл|гр|бл|вх|ет|ап|кв|ж|к)\.)[А-Я][а-я]{0,2}\.\s?[А-Я]", 17, 4,
    ),
    "Roman in Latin": (r"\b[IVX]+\b", 2.9, 1.2),
    "Roman in Cyrillic": (r"[ІѴ]", 1.9, 0.8),
    "mixed scripts": (r"[A-Za-z][А-Яа-я]|[А-Яа-я][A-Za-z]", 0.4, 0.35),
    "letter behind the number": (r"(?i)\d[ -]?[абв]\b", 3.6, 1.2),
}  # fmt: skip


@pytest.fixture(scope="module")
def long_list(world) -> list:
    return make_cases(world, 6_000, seed=SEED)


@pytest.mark.parametrize("what", SHARES)
def test_addresses_are_as_untidy_as_real_ones(long_list, what):
    """Each habit of clerks turns up about as often as in 7,466 real addresses."""
    pattern, real, near = SHARES[what]
    share = 100 * np.mean([bool(re.search(pattern, text)) for text in texts(long_list)])
    assert share == pytest.approx(real, abs=near)


def test_most_village_addresses_have_no_street(long_list, world):
    """Three in five name the village and at most a number."""
    village = [row for row in long_list if world.facts[row.door.place].kind == "village"]
    bare = 0
    for row in village:
        fact = world.facts[row.door.place]
        text = row.cells[5].casefold()
        for known in (fact.name, "русе", fact.municipality):
            text = re.sub(rf"\b{re.escape(known.casefold())}\b", "", text)
        left = set(re.findall(r"[^\W\d_]{3,}", text)) - {"село", "община", "общ", "обл", "област"}
        bare += not left
    assert bare / len(village) == pytest.approx(0.596, abs=0.05)


# --- seeds and sizes ----------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    """Another process with other hashes writes the same files, the pack among them."""
    code = (
        "import sys; from pathlib import Path; from data.sample import write_sample;"
        f"write_sample(Path(sys.argv[1]), seed={SEED}, truth=True)"
    )
    env = {**os.environ, "PYTHONHASHSEED": "4242"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, cwd=ROOT, env=env)
    assert digests(tmp_path) == digests(folder)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_another_seed_gives_another_land(world, other_world):
    """Only the facts stay."""
    assert other_world.facts == world.facts
    assert other_world.doors[:50] != world.doors[:50]
    assert texts(make_cases(other_world, 30, seed=1)) != texts(make_cases(world, 30, seed=1))


def test_a_longer_list_changes_neither_map_nor_land(world):
    """More children come to the same doors of the same land."""
    before = list(world.doors)
    make_cases(world, 900, seed=SEED)
    assert world.doors == before


@pytest.mark.parametrize("count", [0, 1, 20_000])
def test_the_list_is_as_long_as_asked(world, count):
    """From an empty list to a national one; every number once, never a doubtful cell."""
    rows = make_cases(world, count, seed=SEED)
    listed = list(csv.reader(io.StringIO(cases_csv(rows).decode("utf-8-sig")), delimiter=";"))
    assert len(listed) == count + 1
    assert len({row[0] for row in listed[1:]}) == count
    assert len(truth_csv(world, rows).splitlines()) == count + 1


def test_nobody_loses_a_list_of_their_own(tmp_path):
    """A folder with somebody's cases in it, and a file, are refused and stay as they are."""
    own = tmp_path / "cases.csv"
    own.write_text("ours")
    for place in (tmp_path, own):
        with pytest.raises(FileFault, match="choose another"):
            write_sample(place)
    assert own.read_text() == "ours"
    assert list(tmp_path.iterdir()) == [own]
