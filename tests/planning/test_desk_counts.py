"""Coverage as each role reads it: released once a day, the same for all, and never a small group.

Речно has 40 children, Хълм 12; of Речно's 20 were visited, 10 of them are back in school.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from office import (
    AUDITOR,
    CAMPAIGN,
    OTHER_COORDINATOR,
    OWN_COORDINATOR,
    PLANNER,
    VIEWER,
    Office,
    an_office,
)
from towns import FIRST_DAY, crossing, with_districts

from planning.coverage import RESULTS, TOTAL
from planning.desk import Desk, counts
from planning.desk.counts import Coverage
from planning.disclosure import Audience, ShownCount
from planning.errors import InputError
from planning.model import Address, Case, Level, LogFilter, Outcome, Place, Result, User

TODAY = FIRST_DAY
TOMORROW = TODAY + timedelta(1)
RECHNO, HALM = ("RVS01", "Речно", "10001"), ("HLM01", "Хълм", "10002")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path) as made:
        listed(made, "c", RECHNO, 40)
        listed(made, "c", HALM, 12)
        visited(made, "c", "RVS01", range(10), Result.MET)
        visited(made, "c", "RVS01", range(10, 20), Result.NOBODY_HOME)
        yield made


def listed(office: Office, campaign_id: str, area: tuple[str, str, str], count: int) -> None:
    municipality, name, settlement = area
    lon, lat = crossing(1, 1)
    place = Place(
        Level.HOUSE, lon, lat, 0.9, 20.0, needs_review=False, municipality_code=municipality,
        municipality=name, settlement_code=settlement, settlement=name,
    )  # fmt: skip
    cases = [Case(f"{municipality}-{n}", Address(f"№ {n}")) for n in range(count)]
    with office.registry.work("anna") as work:
        work.add_cases(campaign_id, cases, {case.case_id: place for case in cases})


def visited(
    office: Office, campaign_id: str, municipality: str, numbers: range, result: Result
) -> None:
    with office.registry.work("t1") as work:
        for n in numbers:
            case_id = f"{municipality}-{n}"
            at = f"2026-08-20T08:{n:02d}:00+00:00"
            made = Outcome(f"v{n}", "t1", TODAY, result, at, key=case_id, case_ids=(case_id,))
            work.add_outcome(campaign_id, made)


def desk(office: Office, user: User, day: date = TODAY) -> Desk:
    return Desk(
        user,
        registry=office.registry,
        regions=office,
        jobs=office,
        files=office.files,
        now=lambda: datetime(day.year, day.month, day.day, 12).astimezone(),
    )


def row(coverage: Coverage, code: str) -> ShownCount:
    return next(each for each in (coverage.total, *coverage.rows) if each.area_code == code)


def ladder(shown: ShownCount) -> tuple[int | None, ...]:
    return shown.listed, shown.located, shown.planned, shown.visited, shown.resolved


def test_partners_and_viewers_read_the_same_as_far_as_it_goes(office: Office) -> None:
    """A planner is told 5s, the public 10s only; what both are told is equal."""
    partner, public = (desk(office, user).coverage("c") for user in (PLANNER, VIEWER))
    assert (partner.k, public.k, partner.day) == (5, 10, TODAY)
    assert ladder(row(partner, "RVS01")) == (40, 40, 20, 20, 10)
    assert ladder(row(partner, "HLM01")) == (12, 12, 0, 0, 0)
    for theirs, ours in zip(public.rows, partner.rows, strict=True):
        assert all(
            one in (None, other) for one, other in zip(ladder(theirs), ladder(ours), strict=True)
        )


def test_a_small_municipality_is_hidden_and_nobody_can_subtract_it(tmp_path: Path) -> None:
    """Хълм has 3 children: neither they nor the total, nor Речно beside it, are told."""
    with an_office(tmp_path) as office:
        listed(office, "c", RECHNO, 40)
        listed(office, "c", HALM, 3)
        for user in (PLANNER, VIEWER):
            seen = desk(office, user).coverage("c")
            assert {each.listed for each in (seen.total, *seen.rows)} == {None}
            assert [each.name for each in seen.rows] == ["Хълм", "Речно"]


def test_a_coordinator_knows_the_own_counts_exactly_and_of_today(office: Office) -> None:
    """Nothing of it is added to what she may know of others; the planner's table stays as it is."""
    told = desk(office, PLANNER).coverage("c")
    visited(office, "c", "HLM01", range(2, 3), Result.MET)
    own = desk(office, OTHER_COORDINATOR).coverage("c")
    assert own.own == {"HLM01", "10002"}
    assert ladder(row(own, "HLM01")) == (12, 12, 1, 1, 1)
    assert row(own, "HLM01").results[RESULTS.index(Result.MET)] == 1
    assert [own.is_own(each) for each in own.rows] == [True, False]
    assert (own.total, row(own, "RVS01")) == (told.total, row(told, "RVS01"))
    assert desk(office, PLANNER).coverage("c") == told


def test_a_municipality_in_a_viewers_account_tells_a_viewer_nothing(office: Office) -> None:
    """Somebody wrote the code into the wrong field."""
    curious = replace(VIEWER, municipality_code="RVS01")
    assert desk(office, curious).coverage("c") == desk(office, VIEWER).coverage("c")
    lost = replace(OWN_COORDINATOR, municipality_code="")
    assert desk(office, lost).coverage("c") == desk(office, PLANNER).coverage("c")


def test_both_levels_fit_together(office: Office) -> None:
    """Речно's one settlement is Речно, and nothing of the other level is in the table."""
    coordinator = desk(office, OWN_COORDINATOR)
    by_municipality = coordinator.coverage("c")
    by_settlement = coordinator.coverage("c", by="settlement")
    assert row(by_settlement, "10001").listed == row(by_municipality, "RVS01").listed == 40
    assert {each.area_code for each in by_settlement.rows} == {"10001", "10002"}
    assert [each.area_code for each in coordinator.coverage("c", by="total").rows] == [TOTAL]


def test_what_happens_during_a_day_is_told_tomorrow(office: Office) -> None:
    """Ten more were met after the release: today nobody is told, whoever asks; tomorrow all are."""
    before = desk(office, VIEWER).coverage("c")
    visited(office, "c", "RVS01", range(20, 30), Result.MET)
    assert desk(office, VIEWER).coverage("c") == before
    assert row(desk(office, PLANNER).coverage("c"), "RVS01").visited == 20
    after = desk(office, PLANNER, TOMORROW).coverage("c")
    assert (after.day, row(after, "RVS01").visited) == (TOMORROW, 30)
    assert [each.day for each in after.total.pace] == [TODAY, TOMORROW]


def test_two_new_visits_are_not_told(office: Office) -> None:
    """The number of the day before stays, with its day: the difference would be two children."""
    desk(office, PLANNER).coverage("c")
    visited(office, "c", "RVS01", range(20, 22), Result.MET)
    after = desk(office, PLANNER, TOMORROW).coverage("c")
    assert after.day == TOMORROW
    assert (row(after, "RVS01").visited, row(after, "RVS01").since) == (20, TODAY)


def test_the_clock_goes_back(office: Office) -> None:
    """A server with a wrong date: the newest release stays, and nothing is told twice."""
    tomorrow = desk(office, PLANNER, TOMORROW).coverage("c")
    assert desk(office, PLANNER, TODAY).coverage("c") == tomorrow


def test_a_release_is_logged_once_and_every_reader(office: Office) -> None:
    """The auditor sees who read, and that the counts were released."""
    for user in (VIEWER, PLANNER, VIEWER):
        desk(office, user).coverage("c")
    log = desk(office, AUDITOR)
    (made,) = log.audit_log(LogFilter(action="release_counts"))
    assert (made.actor, made.subject, made.detail) == ("v", "c", "1")
    readers = log.audit_log(LogFilter(action="read_coverage"))
    assert sorted(each.actor for each in readers) == ["anna", "v"]


def test_the_loser_of_a_race_reads_the_winners_table(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the planner's table is made, a visitor's is finished first: there is one table."""
    real = counts.release

    def interrupted(*given: object, **named: object) -> object:
        monkeypatch.undo()
        desk(office, VIEWER).coverage("c")
        visited(office, "c", "RVS01", range(20, 40), Result.MET)
        return replace(late, partner=replace(late.partner, rows=()))

    late = real([], day=TODAY)
    monkeypatch.setattr(counts, "release", interrupted)
    assert row(desk(office, PLANNER).coverage("c"), "RVS01").visited == 20


def test_an_earlier_campaign_stands_beside(office: Office) -> None:
    """Last year's table: the same areas, no difference of the two told as a number of children."""
    desk(office, PLANNER).coverage("c")
    later = replace(CAMPAIGN, campaign_id="d", first_day=date(2027, 8, 19), name="Next")
    desk(office, PLANNER).create_campaign(later)
    listed(office, "d", RECHNO, 30)
    listed(office, "d", HALM, 20)
    seen = desk(office, PLANNER, date(2027, 8, 20)).coverage("d")
    assert seen.earlier is not None
    assert (seen.earlier.campaign.campaign_id, seen.earlier.day) == ("c", TODAY)
    assert {code: each.listed for code, each in seen.earlier.then.items()} == {
        TOTAL: 52, "RVS01": 40, "HLM01": 12,
    }  # fmt: skip
    assert desk(office, PLANNER, date(2027, 8, 20)).coverage("c").earlier is None


def test_what_stays_of_a_purged_campaign_is_a_release(office: Office) -> None:
    """Two visits after the last one: what is kept for good does not tell of them either."""
    told = desk(office, PLANNER).coverage("c")
    visited(office, "c", "RVS01", range(20, 22), Result.MET)
    years_later = desk(office, PLANNER, date(2030, 1, 1))
    kept = years_later.purge("c", years_later.purge_preview("c"))
    assert {each.area_code: each.visited for each in kept}["RVS01"] == row(told, "RVS01").visited
    with office.registry.work("anna") as work:
        assert work.released("c", Audience.PARTNER) is None
        assert work.release_memory("c") is None


def move_into_districts(office: Office) -> None:
    """The map gets districts of Речно: 30 of its 40 children live in Запад, 10 in Изток."""
    office.town = with_districts(office.town)
    with office.registry.work("anna") as work:
        records = work.cases("c", municipality_code="RVS01")
        found = {
            record.case.case_id: replace(record.place, district="Запад" if at < 30 else "Изток")
            for at, record in enumerate(records)
            if record.place
        }
        versions = {record.case.case_id: record.version for record in records}
        work.settle_places("c", found, versions=versions)


def test_a_city_is_told_by_its_districts_when_the_map_has_them(office: Office) -> None:
    """From the second release on; the coordinator's are exact, and they stay after a purge."""
    assert desk(office, PLANNER).coverage("c", by="district").rows == ()
    move_into_districts(office)
    planner, own = (desk(office, each, TOMORROW) for each in (PLANNER, OWN_COORDINATOR))
    told = planner.coverage("c", by="district")
    assert [(each.name, each.parent_code, each.listed) for each in told.rows] == [
        ("Запад", "10001", 30), ("Изток", "10001", 10),
    ]  # fmt: skip
    assert ladder(row(planner.coverage("c", by="settlement"), "10001")) == (40, 40, 20, 20, 10)
    seen = own.coverage("c", by="district")
    assert [seen.is_own(each) for each in seen.rows] == [True, True]
    assert None not in ladder(row(seen, "R-1"))
    day = date(2030, 1, 1)
    years_later = desk(office, PLANNER, day)
    years_later.purge("c", years_later.purge_preview("c"))
    stayed = years_later.coverage("c", by="district")
    assert [each.listed for each in stayed.rows] == [30, 10]


def test_what_stays_of_a_purged_campaign_can_be_read_and_compared(office: Office) -> None:
    """Partners read the kept counts, the coordinator no exact ones, and next year stands beside.

    Viewers were told less than what stays: they are told nothing any more.
    """
    told = desk(office, PLANNER).coverage("c")
    later = replace(CAMPAIGN, campaign_id="d", first_day=date(2029, 8, 20), name="Next")
    desk(office, PLANNER).create_campaign(later)
    listed(office, "d", RECHNO, 30)
    day = date(2030, 1, 1)
    years_later = desk(office, PLANNER, day)
    years_later.purge("c", years_later.purge_preview("c"))
    for user in (PLANNER, OWN_COORDINATOR):
        seen = desk(office, user, day).coverage("c")
        assert not seen.own
        assert [ladder(each) for each in seen.rows] == [ladder(each) for each in told.rows]
        assert seen.day <= day
    earlier = years_later.coverage("d").earlier
    assert earlier is not None
    assert {code: each.listed for code, each in earlier.then.items()}["RVS01"] == 40
    with pytest.raises(InputError, match="were purged"):
        desk(office, VIEWER, day).coverage("c")
    assert desk(office, VIEWER, day).coverage("d").earlier is None
