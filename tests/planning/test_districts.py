"""Districts: compact, even in work, whole settlements together, each with a team that may go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.districts import divide, measure, move, work_seconds
from planning.districts.balance import Labels
from planning.districts.drawing import draw, imbalance, staffed, survey
from planning.districts.pieces import quarter_of
from planning.districts.refining import EVEN, gabriel, refined, torn_pieces
from planning.districts.work import between_seconds, tree_edges
from planning.errors import InputError
from planning.model import Member, Mode, Sex, Team, Visit

RUSE = (25.97, 43.85)
QUARTERS = ("Дружба", "Здравец", "Чародейка", "Възраждане")


def visit(number: int, lon: float, lat: float, **values: object) -> Visit:
    standard = Visit(
        f"v{number:04d}", (f"c{number}",), lon, lat, "RSE27", "63427", "Русе", service_seconds=1_500
    )
    return replace(standard, **values)


def team(number: int, **values: object) -> Team:
    standard = Team(f"Русе-{number}", f"Екип {number}", "RSE27", *RUSE, municipality="Русе")
    return replace(standard, **values)


def province(visits: int, *, villages: int = 6, seed: int = 1) -> list[Visit]:
    """A town of four quarters with seven in ten of the visits, and villages around it."""
    rng = np.random.default_rng(seed)
    centres = [RUSE, *(np.array(RUSE) + rng.normal(size=(villages, 2)) * (0.1, 0.08))]
    made = []
    for number in range(visits):
        where = 0 if rng.random() < 0.7 else int(rng.integers(1, villages + 1))
        lon, lat = np.array(centres[where]) + rng.normal(size=2) * (0.02 if where == 0 else 0.003)
        quarter = QUARTERS[2 * (lon > RUSE[0]) + (lat > RUSE[1])]
        made.append(
            visit(
                number, float(lon), float(lat),
                settlement_code=str(where), settlement="Русе" if where == 0 else f"Село {where}",
                label=f"гр. Русе, ж.к. {quarter}, бл. 3" if where == 0 else "",
                service_seconds=900 + 600 * int(rng.integers(1, 4)),
            )
        )  # fmt: skip
    return made


def test_two_villages_and_two_teams():
    """Eight visits here, eight visits there, twenty kilometres apart: one district each."""
    west = [visit(n, 25.5 + n / 1_000, 43.8, settlement_code="w", settlement="Запад")
            for n in range(8)]  # fmt: skip
    east = [visit(n + 8, 25.8 + n / 1_000, 43.8, settlement_code="e", settlement="Изток")
            for n in range(8)]  # fmt: skip
    districts, placed = divide(west + east, [team(1), team(2, lon=25.8, lat=43.8)], days=2)
    assert [district.district_id for district in districts] == ["RSE27-01", "RSE27-02"]
    by_team = {district.team_id: district for district in districts}
    assert set(by_team["Русе-2"].visit_ids) == {visit.visit_id for visit in east}
    assert by_team["Русе-2"].name == "Русе 2 · Изток"
    assert {visit.home_team for visit in placed[:8]} == {"Русе-1"}
    assert {visit.district_id for visit in placed[:8]} == {"RSE27-01"}


@pytest.mark.parametrize(("visits", "teams"), [(60, 3), (150, 9), (300, 9)])
def test_work_is_even(visits, teams):
    """No team has more than a tenth more work than the mean, and settlements stay whole."""
    districts, placed = divide(province(visits), [team(n) for n in range(teams)], days=5)
    (balance,) = measure(districts, placed)
    assert balance.districts == teams
    assert balance.imbalance < 1.10
    assert balance.split_settlements <= 2


def test_districts_are_compact():
    """Visits lie much nearer to their district's middle than in districts drawn by lot."""
    districts, placed = divide(province(150), [team(n) for n in range(9)], days=5)
    (drawn,) = measure(districts, placed)
    by_lot = [
        replace(district, visit_ids=tuple(v.visit_id for v in placed[at::9]))
        for at, district in enumerate(districts)
    ]
    (lots,) = measure(by_lot, placed)
    assert drawn.spread_m < lots.spread_m / 2


def test_few_visits_make_few_districts():
    """Three visits keep one crew busy for less than a morning: one district, three teams or not."""
    districts, placed = divide(province(3), [team(n) for n in range(3)], days=5)
    assert len(districts) == 1
    assert {visit.home_team for visit in placed} == {districts[0].team_id}


def test_municipalities_are_never_mixed():
    """Each municipality has its own teams; one without teams gets no district."""
    visits = province(30)
    visits[10:20] = [replace(visit, municipality_code="RSE04") for visit in visits[10:20]]
    visits[20:30] = [replace(visit, municipality_code="") for visit in visits[20:30]]
    teams = [team(1), team(2), replace(team(3), municipality_code="RSE04")]
    districts, placed = divide(visits, teams, days=5)
    assert [visit.visit_id for visit in placed] == [visit.visit_id for visit in visits]
    assert {visit.home_team for visit in placed[10:20]} == {"Русе-3"}
    assert {(visit.home_team, visit.district_id) for visit in placed[20:]} == {("", "")}
    assert sum(len(district.visit_ids) for district in districts) == 20


def test_a_visit_goes_to_a_team_that_has_the_institutions():
    """The district's team lacks the police: another team of the municipality is tried first."""
    police = frozenset({"police"})
    visits = [
        replace(visit, requires=police) if at % 10 == 0 else visit
        for at, visit in enumerate(province(60))
    ]
    teams = [team(1), team(2), team(3, institutions=police)]
    _, placed = divide(visits, teams, days=5)
    assert {visit.home_team for visit in placed if visit.requires} == {"Русе-3"}
    assert {visit.home_team for visit in placed} == {"Русе-1", "Русе-2", "Русе-3"}


def test_a_visit_goes_to_a_team_with_the_member_it_asks_for():
    """A woman who speaks Turkish is in team 2; in team 3, said to speak it, no member does."""
    visits = [
        replace(visit, languages=frozenset({"tr"}), sexes=frozenset({Sex.FEMALE}))
        if at % 10 == 0 else visit
        for at, visit in enumerate(province(60))
    ]  # fmt: skip
    ana = Member("ana", languages=frozenset({"tr"}), sex=Sex.FEMALE)
    ivo = Member("ivo", sex=Sex.MALE)
    teams = [team(1), team(2, members=(ana, ivo)),
             team(3, members=(ivo,), languages=frozenset({"tr"}))]  # fmt: skip
    _, placed = divide(visits, teams, days=5)
    assert {visit.home_team for visit in placed if visit.languages} == {"Русе-2"}
    assert {visit.home_team for visit in placed} == {"Русе-1", "Русе-2", "Русе-3"}


def test_a_visit_that_no_team_may_make_has_no_home_team():
    """It stays in its district, and routing will say which institution is missing."""
    visits = province(20)
    visits[3] = replace(visits[3], requires=frozenset({"health"}))
    visits[4] = replace(visits[4], teams=frozenset({"elsewhere"}))
    _, placed = divide(visits, [team(1), team(2)], days=5)
    assert [visit.home_team for visit in placed[3:5]] == ["", ""]
    assert all(visit.district_id for visit in placed)
    assert sum(not visit.home_team for visit in placed) == 2


def test_visits_bound_to_a_team_go_to_it():
    """Where a case names its team, that team is its home."""
    visits = [
        replace(visit, teams=frozenset({"Русе-2"})) if at % 7 == 0 else visit
        for at, visit in enumerate(province(60))
    ]
    _, placed = divide(visits, [team(1), team(2), team(3)], days=5)
    assert {visit.home_team for visit in placed if visit.teams} == {"Русе-2"}


def test_a_team_on_foot_gets_the_dense_district():
    """The town's blocks, not the villages."""
    town = [visit(n, 25.97 + n % 5 / 2_000, 43.85 + n // 5 / 2_000) for n in range(25)]
    villages = [
        visit(25 + n, 25.6 + n / 50, 43.6, settlement_code=f"s{n}", settlement=f"Село {n}")
        for n in range(20)
    ]
    districts, _ = divide(town + villages, [team(1), team(2, mode=Mode.WALK)], days=5)
    on_foot = next(district for district in districts if district.team_id == "Русе-2")
    assert set(on_foot.visit_ids) <= {visit.visit_id for visit in town}


def test_a_team_of_half_days_gets_half_the_work():
    """Work follows the time a team has."""
    half = team(2, start=8 * 3600, end=12 * 3600, pause=None)
    districts, _ = divide(province(150), [team(1), half], days=5)
    full_time, half_time = (district.work_seconds for district in districts)
    assert 0.4 < half_time / full_time < 0.6


def test_many_children_in_one_house():
    """A hundred visits on one spot have no shape, and are still shared out evenly."""
    visits = [visit(n, *RUSE) for n in range(100)]
    districts, _ = divide(visits, [team(n) for n in range(4)], days=5)
    assert sum(len(district.visit_ids) for district in districts) == 100


def test_one_visit_that_is_a_week_of_work():
    """A hostel that takes as long as all else: still no team is left without a district."""
    visits = [visit(n, RUSE[0] + n / 100, RUSE[1], service_seconds=7_200) for n in range(4)]
    visits.append(visit(4, RUSE[0] + 0.05, RUSE[1], service_seconds=40 * 3_600))
    districts, _ = divide(visits, [team(n) for n in range(4)], days=5)
    assert len(districts) == 4
    assert all(district.visit_ids for district in districts)


def test_a_name_without_places():
    """Visits without a settlement, teams without a municipality: a number is name enough."""
    visits = [replace(each, settlement="", label="") for each in province(10)]
    districts, _ = divide(visits, [team(1, municipality="")], days=5)
    assert [district.name for district in districts] == ["1"]


def test_nothing_to_divide():
    """No visits, or no teams, is no error."""
    assert divide([], [team(1)], days=5) == ((), ())
    visits = province(3)
    assert divide(visits, [], days=5) == ((), tuple(visits))


@settings(max_examples=25)
@given(st.integers(1, 40), st.integers(0, 5), st.integers(0, 3), st.randoms(use_true_random=False))
def test_every_visit_is_in_exactly_one_district(visits, teams, seed, shuffler):
    """Any number of visits and teams; the same whatever order the visits come in."""
    made = province(visits, seed=seed)
    crews = [team(n) for n in range(teams)]
    districts, placed = divide(made, crews, days=3, seed=seed)
    inside = [visit_id for district in districts for visit_id in district.visit_ids]
    assert sorted(inside) == ([visit.visit_id for visit in made] if teams else [])
    assert {visit.visit_id: visit.district_id for visit in placed if visit.district_id} == {
        visit_id: district.district_id for district in districts for visit_id in district.visit_ids
    }
    assert len({district.team_id for district in districts}) == len(districts)
    assert all(district.visit_ids for district in districts)
    shuffled = made[:]
    shuffler.shuffle(shuffled)
    again, _ = divide(shuffled, crews, days=3, seed=seed)
    assert again == districts


# By hand


def test_a_planner_moves_visits():
    """Both districts' visits and work follow; everything else stays as it was."""
    teams = [team(n) for n in range(3)]
    districts, placed = divide(province(60), teams, days=5)
    moved = districts[0].visit_ids[:2]
    after, visits = move(districts, placed, moved, "RSE27-02")
    assert set(moved) <= set(after[1].visit_ids)
    assert not set(moved) & set(after[0].visit_ids)
    assert after[2] == districts[2]
    assert after[1].work_seconds > districts[1].work_seconds
    by_id = {visit.visit_id: visit for visit in visits}
    for district in after:
        here = [by_id[visit_id] for visit_id in district.visit_ids]
        assert district.work_seconds == work_seconds(here)
    assert {by_id[visit_id].home_team for visit_id in moved} == {after[1].team_id}
    assert districts[0].visit_ids[:2] == moved


def test_a_moved_visit_keeps_the_team_it_needs():
    """With the teams at hand, a visit is not given to one that may not make it."""
    police = frozenset({"police"})
    visits = province(40)
    visits[0] = replace(visits[0], requires=police)
    teams = [team(1), team(2), team(3, institutions=police)]
    districts, placed = divide(visits, teams, days=5)
    target = next(district for district in districts if district.team_id == "Русе-1")
    _, after = move(districts, placed, ["v0000"], target.district_id, teams=teams)
    assert (after[0].district_id, after[0].home_team) == (target.district_id, "Русе-3")


def test_moves_that_make_no_sense_are_told():
    """Unknown visits and districts, and visits of another municipality."""
    visits = [*province(30), replace(visit(99, *RUSE), municipality_code="RSE04")]
    districts, placed = divide(visits, [team(1), team(2)], days=5)
    with pytest.raises(InputError, match="no such district"):
        move(districts, placed, ["v0001"], "RSE27-99")
    with pytest.raises(InputError) as caught:
        move(districts, placed, ["v0099", "nobody"], "RSE27-01")
    assert len(caught.value.faults) == 2


# Pieces of it


@pytest.mark.parametrize(
    ("label", "quarter"),
    [
        ("гр. Русе, ж.к. Дружба 3, бл. 12", "Дружба 3"),
        ("Русе, кв. „Долапите“, ул. 2", "Долапите"),
        ("гр. Русе, ЖК Чародейка бл. 5", "Чародейка"),
        ("Қарағанды, мкр Степной-1, 15", "Степной-1"),
        ("Караганда, ул. Ленина 5, кв. 12", ""),
        ("гр. Русе, ул. Борисова 5", ""),
        ("Русе, ж.к. Дружба 3 29", "Дружба 3"),
        ("Русе, ж.к. Родина бл.6", "Родина"),
    ],
)
def test_quarters_in_labels(label, quarter):
    """кв. is a quarter in Bulgaria and a flat in Kazakhstan: a flat begins with a digit."""
    assert quarter_of(visit(1, *RUSE, label=label)) == quarter


def test_the_shortest_tree():
    """Three points on a line and one beside: 3 + 4 + 1 metres, whatever the order."""
    points = np.array([[0.0, 0.0], [7.0, 0.0], [3.0, 0.0], [3.0, 1.0]])
    assert sorted(tree_edges(points)[2].tolist()) == [1.0, 3.0, 4.0]
    assert between_seconds(tree_edges(points[:1])[2]) == 0.0


# Refining


LINE = np.array([[at * 1_000.0, 0.0] for at in range(8)])


def labels(digits: str) -> Labels:
    """ "0011" → pieces 0 and 1 in district 0, the others in district 1."""
    return np.array([int(digit) for digit in digits])


def test_neighbours_have_nobody_between_them():
    """On a line the next ones; two doors in one spot are neighbours, of their neighbours too."""
    near = gabriel(LINE)
    assert [np.flatnonzero(row).tolist() for row in near[:3]] == [[1], [0, 2], [1, 3]]
    twice = gabriel(np.array([[0.0, 0.0], [0.0, 0.0], [1_000.0, 0.0]]))
    assert twice.sum() == 6


@pytest.mark.parametrize(
    ("digits", "torn"), [("00001111", 0), ("00101111", 2), ("01010101", 6), ("00000000", 0)]
)
def test_pieces_that_are_not_joined_to_their_district(digits, torn):
    """Whatever lies apart from a district's largest part is torn off it."""
    assert torn_pieces(labels(digits), gabriel(LINE)) == torn


def village(number: int, visits: int) -> list[Visit]:
    """Visits on one spot, the villages ten kilometres apart from west to east."""
    return [
        visit(100 * number + at, 25.0 + number / 8, 43.8, settlement_code=str(number),
              settlement=f"Село {number}", service_seconds=3_600)
        for at in range(visits)
    ]  # fmt: skip


def test_a_district_that_is_torn_and_uneven_is_mended():
    """Villages of 3, 2, 1, 1, 2, 3 visits, drawn as 3+2+1+2 against 1+3: 6 and 6 is joined."""
    visits = [each for at, size in enumerate((3, 2, 1, 1, 2, 3)) for each in village(at, size)]
    ground = survey(visits, [team(1, lon=25.0), team(2, lon=25.7)], 5)
    assert len(ground.pieces) == 6
    bad = staffed(ground, labels("000101"))
    better = refined(ground, [bad])
    assert imbalance(ground, better) < 1.02 < imbalance(ground, bad)
    assert sorted(map(len, better.members)) == [6, 6]
    assert {len({ground.visits[at].settlement for at in here}) for here in better.members} == {3}
    assert torn_pieces(labels("000111"), gabriel(ground.piece_points)) == 0


def test_one_district_has_nothing_to_hand_over():
    """A single team keeps everything."""
    ground = survey(province(20), [team(1)], 5)
    (only,) = draw(ground, np.random.default_rng(0))
    assert refined(ground, [only]) is only


@settings(max_examples=10, deadline=None)
@given(st.integers(20, 60), st.integers(2, 4), st.integers(0, 9))
def test_refining_keeps_every_visit_and_makes_nothing_worse(visits, teams, seed):
    """All visits stay, evenness stays or is enough, and with one seed it is one drawing."""
    ground = survey(province(visits, seed=seed), [team(n) for n in range(teams)], 5)
    drawings = draw(ground, np.random.default_rng(seed))
    better = refined(ground, drawings, seed=seed)
    assert sorted(at for here in better.members for at in here) == list(range(visits))
    assert all(better.members)
    assert imbalance(ground, better) <= max(imbalance(ground, drawings[0]), EVEN)
    assert better == refined(ground, drawings, seed=seed)
