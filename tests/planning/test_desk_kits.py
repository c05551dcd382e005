"""The planner keeps the kits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from office import PLANNER, TEAM_2, Office, an_office, with_a_draft
from towns import FIRST_DAY

from planning.errors import InputError
from planning.kits import KitType, Pledge, Sponsor, StockMove, Store
from planning.model import Result

BAG = KitType("bag", "School bag")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office whose plan is published, with forty bags promised and thirty in its store."""
    with an_office(tmp_path) as made:
        desk = made.desk(PLANNER)
        desk.publish("c", with_a_draft(made))
        desk.save_kit_types("c", [BAG])
        desk.save_sponsor(Sponsor("s1", "Роза ООД", "bg"))
        desk.save_pledge("c", Pledge("p1", "s1", "bag", 40, FIRST_DAY))
        desk.move_kits(
            "c",
            StockMove("r", "bag", 30, Store.SPONSOR, Store.OFFICE, FIRST_DAY, pledge_id="p1"),
        )
        yield made


def test_a_kit_goes_from_the_sponsor_to_the_family(office: Office) -> None:
    """Loaded twice by mistake it is loaded once; what the crew records leaves the car."""
    desk = office.desk(PLANNER)
    for _ in range(2):
        desk.load_team("c", "t2", [(BAG, 6)], FIRST_DAY)
    visit = office.desk(TEAM_2).team_day("c", "t2", FIRST_DAY).visits[0]
    office.desk(TEAM_2).record_outcome(
        "c", case_ids=visit.case_ids, team_id="t2", day=FIRST_DAY, result=Result.MET, key="k",
        kits_handed=1,
    )  # fmt: skip
    for _ in range(2):
        (line,) = desk.kit_book("c").lines
        assert (line.office, line.teams, line.families) == (24, 5, 1)


def test_sponsors_are_thanked_once(office: Office) -> None:
    """After the letters went out nobody is left to thank."""
    desk = office.desk(PLANNER)
    (thanks,) = desk.thanks("c")
    assert [kits for _, kits in thanks.given] == [30]
    desk.thanked("c", ["p1"], FIRST_DAY)
    assert desk.thanks("c") == ()


def test_a_kit_that_the_campaign_does_not_have_is_refused(office: Office) -> None:
    """Somebody types another code; nothing is entered."""
    with pytest.raises(InputError, match="no such kit"):
        office.desk(PLANNER).move_kits(
            "c", StockMove("x", "coat", 1, Store.OFFICE, Store.LOST, FIRST_DAY)
        )
    assert len(office.desk(PLANNER).kit_book("c").moves) == 1


def test_the_log_tells_of_kits_but_of_no_sponsors_name(office: Office) -> None:
    """Who reads the log learns what moved."""
    office.desk(PLANNER).sponsors()
    with office.registry.work("auditor") as work:
        told = work.audit()
    assert {"move_kits", "save_sponsor", "read_sponsors"} <= {each.action for each in told}
    assert not any("Роза" in f"{each.subject}{each.detail}" for each in told)
