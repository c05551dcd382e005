"""Released counts in the registry: kept for good, sealed, one a day, and one memory."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from data.registry.tables import ReleaseRow
from planning.coverage import TOTAL, AreaCount
from planning.disclosure import Audience, release
from planning.errors import Conflict, FileFault, NotFound

MONDAY = date(2026, 8, 24)
AREAS = [
    AreaCount(TOTAL, "", "", 7070, 60, 50, 40, 30),
    AreaCount("oak", "Dark Oak Wood", TOTAL, 7040, 40, 30, 30, 20),
    AreaCount("elm", "Elm", TOTAL, 30, 20, 20, 10, 10),
]


def test_a_release_comes_back_as_it_was_made(autumn):
    """Each audience its own table, and the memory to go on from."""
    made = release(AREAS, day=MONDAY)
    with autumn.work("petya") as work:
        assert work.released("autumn", Audience.PUBLIC) is None
        assert work.release_memory("autumn") is None
        assert work.add_release("autumn", made)
    with autumn.work("petya", reading=True) as work:
        assert work.released("autumn", Audience.PARTNER) == made.partner
        assert work.released("autumn", Audience.PUBLIC) == made.public
        assert work.release_memory("autumn") == made.memory


def test_the_newest_counts_and_the_memory_before_is_gone(autumn, database):
    """Tables stay for good; the memory holds exact counts, and only the last one is needed."""
    first = release(AREAS, day=MONDAY)
    second = release(AREAS, day=MONDAY + timedelta(1), before=first.memory)
    with autumn.work("petya") as work:
        work.add_release("autumn", first)
        work.add_release("autumn", second)
        assert work.released("autumn", Audience.PARTNER) == second.partner
        assert work.release_memory("autumn") == second.memory
    rows = database.execute("SELECT number, audience FROM releases ORDER BY number, audience")
    assert [tuple(row) for row in rows] == [
        (1, "partner"), (1, "public"), (2, "memory"), (2, "partner"), (2, "public"),
    ]  # fmt: skip


def test_the_first_of_two_that_were_made_at_once_counts(autumn):
    """The other has its number, or its day: it is not kept, and that is said."""
    first = release(AREAS, day=MONDAY)
    same_number = release(AREAS[:1], day=MONDAY + timedelta(1))
    same_day = release(AREAS, day=MONDAY, before=release(AREAS, day=MONDAY - timedelta(1)).memory)
    with autumn.work("petya") as work:
        assert work.add_release("autumn", first)
        assert not work.add_release("autumn", same_number)
        assert not work.add_release("autumn", same_day)
        assert work.released("autumn", Audience.PARTNER) == first.partner


def test_the_database_itself_refuses_a_second_one(autumn):
    """Whatever the code above it believes."""
    with autumn.work("petya") as work:
        work.add_release("autumn", release(AREAS, day=MONDAY))
    again = {"campaign_id": "autumn", "audience": "public", "sealed": b""}
    for day, number in (("2026-08-24", 2), ("2026-08-25", 1)):
        with pytest.raises(Conflict), autumn.work("petya") as work:
            work._session.add(ReleaseRow(day=day, number=number, **again))


def test_no_count_is_in_the_file(autumn, database):
    """The memory knows hidden municipalities exactly, so all of it is sealed."""
    with autumn.work("petya") as work:
        work.add_release("autumn", release(AREAS, day=MONDAY))
    held = database.on_disk()
    assert b"memory" in held
    assert b"Dark Oak" not in held


def test_a_memory_in_the_place_of_a_table_does_not_open(autumn, database):
    """Somebody with the file in hand lets the public read what is kept for the next release."""
    with autumn.work("petya") as work:
        work.add_release("autumn", release(AREAS, day=MONDAY))
    database.execute(
        "UPDATE releases SET sealed = (SELECT sealed FROM releases WHERE audience = 'memory') "
        "WHERE audience = 'public'"
    )
    with pytest.raises(FileFault), autumn.work("petya") as work:
        work.released("autumn", Audience.PUBLIC)


def test_a_campaign_that_is_not_there_has_no_releases(autumn):
    """Nothing is told, and nothing is kept."""
    with autumn.work("petya") as work:
        assert work.released("spring", Audience.PUBLIC) is None
        with pytest.raises(NotFound):
            work.add_release("spring", release(AREAS, day=MONDAY))
