"""What the benchmark counts, what it asks the peers, and what it says of itself."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.bench import geocode
from data.bench.geocode import Answer, answers, built_region, measure_geocode, table
from data.bench.lists.catalogue import SOURCES, make_lists
from data.bench.lists.writing import Listed, Sought
from data.bench.nominatim import Nominatim
from data.bench.opening import measure_opening
from data.bench.peers import ExactMatch, FuzzyMatch, cleaned
from data.bench.scores import Reply, by_trouble, reply_of_place, reply_of_point, score
from planning.addresses.gazetteer import (
    Gazetteer,
    HouseNumber,
    Municipality,
    Settlement,
    Street,
    StreetKind,
)
from planning.errors import InputError
from planning.model import Address, Level, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = (25.95, 43.85)
MOSCOW = SOURCES[1]


def listed(sought: Sought, *troubles: str) -> Listed:
    points = (AT,) if sought in (Sought.PLACE, Sought.UNMAPPED) else ()
    return Listed(Address("ул. Липник 5"), sought, points, Level.HOUSE, troubles)


def reply(sought: Sought, metres: float | None = None, **said: bool) -> Reply:
    return Reply(listed(sought), metres, **{"answered": True, **said})


# Scores -----------------------------------------------------------------------------------------


def test_shares_are_counted_over_the_lines_that_could_count() -> None:
    """Places 10, 100, 600 and 600 m off, the last sent to review: one is wrong of three taken."""
    figures = score(
        [
            reply(Sought.PLACE, 10.0),
            reply(Sought.PLACE, 100.0),
            reply(Sought.PLACE, 600.0),
            reply(Sought.PLACE, 600.0, accepted=False),
            reply(Sought.FICTITIOUS),
            reply(Sought.FICTITIOUS, accepted=False),
            reply(Sought.FICTITIOUS, answered=False),
            reply(Sought.UNMAPPED, 501.0),
            reply(Sought.UNMAPPED, 20.0, door=True),
        ]
    )
    assert figures["within 50 m"] == 0.25
    assert figures["within 150 m"] == 0.5
    assert figures["to review or not found"] == 0.25
    assert figures["wrong among accepted"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["fictitious street claimed"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["unmapped number wrong"] == 0.5
    assert figures["unmapped number claimed as a door"] == 0.5
    assert figures["no address claimed"] is None


def test_a_settlement_is_not_a_wrong_street_but_a_claim_all_the_same() -> None:
    """The town's middle is no wrong street; for a street that is nowhere it is a claim."""
    assert score([reply(Sought.PLACE, 3_000.0, precise=False)])["wrong among accepted"] is None
    assert score([reply(Sought.FICTITIOUS, precise=False)])["fictitious street claimed"] == 1.0


def test_a_place_is_scored_by_its_own_doubt_and_a_bare_point_has_none() -> None:
    """Ours may ask for a person; a point from elsewhere is taken as it is."""
    line = listed(Sought.PLACE)
    ours = reply_of_place(line, Place(Level.HOUSE, *AT, needs_review=True))
    assert (ours.taken, ours.door, ours.metres) == (False, True, 0.0)
    assert reply_of_point(line, AT).taken
    assert not reply_of_place(line, Place(Level.NONE)).answered
    assert not reply_of_point(line, None).taken


def test_troubles_are_told_worst_first() -> None:
    """What needs work stands at the top."""
    replies = [
        Reply(listed(Sought.PLACE, "capitals"), 1.0, answered=True),
        Reply(listed(Sought.PLACE, "typo"), None, answered=False),
        Reply(listed(Sought.NOTHING, "typo"), None, answered=True),
    ]
    rows = by_trouble(replies)
    assert list(rows) == ["typo", "capitals"]
    assert rows["typo"]["addresses"] == 1


# Peers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "query"),
    [
        (Address('гр.Русе, ул."Липник" № 5, вх. Б, ет.3, ап. 12'), "Русе, Липник 5"),
        (Address("ж.к. Дружба 2, бл.12 вх.А", "гр. Русе", "Русе"),
         "ж.к. Дружба 2, блок 12, Русе, Русе"),
        (Address("обл. Русе, общ. Русе, с. Тетово, ул. Първа 5"), "Тетово, Първа 5"),
        (Address("AZ1010, Bakı şəhəri, Nəsimi r., Nizami küç. 5, mənzil 12"), "Bakı, Nizami 5"),
        (Address("г. Караганда, пр-т Строителей, д. 5, кв. 12"),
         "Караганда, проспект Строителей, 5"),
        (Address("Қарағанды қ., Абай көшесі, 5-үй, 7-пәтер"), "Қарағанды, Абай, 5"),
        (Address(""), ""),
    ],
)  # fmt: skip
def test_queries_are_cleaned_as_an_engineer_would(address: Address, query: str) -> None:
    """Flats, quotes, designators and what lies above the settlement go; names stay as typed."""
    assert cleaned(address) == query


def small_town() -> Gazetteer:
    """Русе with one street of two doors."""
    return Gazetteer(
        country="bg",
        municipalities=(Municipality("M", "Русе"),),
        settlements=(Settlement("S", "Русе", "city", "M", 25.9, 43.8),),
        streets=(Street(1, "S", "ул. Липник", StreetKind.STREET, 25.95, 43.85),),
        numbers=(HouseNumber(1, "5", 25.95, 43.85), HouseNumber(1, "7", 25.96, 43.85)),
    )


def test_an_exact_match_forgives_nothing() -> None:
    """All words must be there in whatever order, and no other."""
    peer = ExactMatch(small_town())
    asked = [Address("ул. Липник 5, гр. Русе"), Address("ул. Лпник 5, гр. Русе"), Address("Русе")]
    assert peer.search(asked) == [(25.95, 43.85), None, (25.9, 43.8)]


def test_a_fuzzy_match_forgives_too_much() -> None:
    """A typo is found; a text of nothing is not."""
    peer = FuzzyMatch(small_town())
    assert peer.search([Address("гр. Русе, ул. Лпник 7"), Address("")]) == [(25.96, 43.85), None]


# The whole run ----------------------------------------------------------------------------------


@pytest.fixture
def only_moscow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest real map stands for all."""
    monkeypatch.setattr(geocode, "SOURCES", (MOSCOW,))


def unseen(_share: float, _words: str) -> None:
    """Progress that nobody looks at."""


def test_a_run_says_what_it_measured_and_keeps_its_misses(
    geodata: Path, tmp_path: Path, only_moscow: None
) -> None:
    """Figures, machine and seed are told; the file of misses holds every line not answered well."""
    misses = tmp_path / "misses.csv"
    figures = measure_geocode(geodata, seed=1, size=200, sample=0, report=unseen, misses=misses)
    assert figures["lists"]["moscow"]["addresses"] == figures["all"]["addresses"] > 150
    assert 0.0 < figures["all"]["within 150 m"] <= 1.0
    assert figures["index"]["resident at most, MB"] > 0
    assert figures["times as fast as Nominatim"] is None
    words = "\n".join(table(figures))
    assert "seed 1" in words
    assert "moscow, by trouble" in words
    with misses.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["list"] for row in rows} <= {"moscow"}
    assert all(row["asks for"] in {each.value for each in Sought} for row in rows)


def test_a_nominatim_that_cannot_be_had_is_told_and_not_made_up(
    geodata: Path, only_moscow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without PostGIS the other peers are asked all the same; the table says what is missing."""

    @contextmanager
    def nowhere(_file: Path, _cache: Path) -> Iterator[object]:
        raise InputError("osm2pgsql is not installed")
        yield

    monkeypatch.setattr(Nominatim, "ready", nowhere)
    figures = measure_geocode(geodata, seed=1, size=120, sample=20, report=unseen)
    assert "Nominatim" not in figures["peers"]
    assert (
        figures["peers"]["ours"]["addresses"] == figures["peers"]["exact match"]["addresses"] == 20
    )
    assert "osm2pgsql is not installed" in "\n".join(table(figures))


def test_answers_keep_the_lists_order_and_are_measured(geodata: Path) -> None:
    """Calibration is given each line with its place and metres, None where no place is right."""
    asked = make_lists(geodata, MOSCOW, seed=5, size=120)["moscow"]
    with built_region(geodata / MOSCOW.file) as region:
        found = answers(region, asked)
    assert [each.listed for each in found] == list(asked)
    for each in found:
        right = each.kind in (Sought.PLACE, Sought.UNMAPPED)
        assert (each.metres is not None) is (right and each.place.lon is not None)


def test_a_folder_without_the_maps_is_told_by_every_map(tmp_path: Path) -> None:
    """One run tells every map and register that is missing, and how to name another folder."""
    with pytest.raises(InputError) as told:
        measure_geocode(tmp_path, seed=0, size=100, sample=0, report=unseen)
    assert len(told.value.faults) == len(SOURCES) + 2
    assert "--geodata" in str(told.value)


def test_good_answers_are_no_misses() -> None:
    """A door within 150 m is good; a fictitious street is good only when nobody is sent there."""
    door = Place(Level.HOUSE, *AT, needs_review=False)
    assert geocode._good(Answer(listed(Sought.PLACE), door, 0.0))
    assert not geocode._good(Answer(listed(Sought.FICTITIOUS), door, None))
    assert geocode._good(Answer(listed(Sought.FICTITIOUS), Place(Level.NONE), None))
    assert not geocode._good(Answer(listed(Sought.UNMAPPED), door, 0.0))


def test_opening_is_measured_in_a_process_of_its_own(geodata: Path) -> None:
    """Seconds and megabytes of a fresh process, libraries told apart from the index."""
    with built_region(geodata / MOSCOW.file) as region:
        figures = measure_opening(region.folder)
    assert figures["resident at most, MB"] >= figures["of which libraries, MB"] > 0
    assert figures["index opens, s"] > 0
