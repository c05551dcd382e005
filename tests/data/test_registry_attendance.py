"""Who came back to school, and lists as they came, on each database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from planning.attendance import Asked, Attendance, Return, SchoolAnswer, retention
from planning.campaign.ladder import Answer, Channel, Contact
from planning.disclosure import release
from planning.errors import Conflict, NotFound
from planning.exchange import Source, SourceList, SourceRow
from planning.intake import Template
from planning.model import Address, Case, Outcome, Result

MONDAY = date(2026, 8, 24)
MILA = Case("c1", Address("ул. Роза 2"), child="Мила Петрова")
ALI = Case("c2", Address("ул. Роза 2"), child="Али Петров")
BACK = Return(date(2026, 9, 15), "ОУ Отец Паисий", "2026-09-16T09:00:00+03:00")
AGAIN = Asked(30, SchoolAnswer.DROPPED_OUT, "2026-10-16T09:00:00+03:00", "работи")
FORM = SourceList(("Име", "Адрес", "Шифър"), Template({"Име": "child", "Адрес": "address"}))
ROW = SourceRow((("text", "Мила Петрова"), ("text", "ул. Роза 2"), ("whole", "77")))


@pytest.fixture
def school(autumn):
    """Two siblings whom a crew met at home."""
    with autumn.work("petya") as work:
        work.add_cases("autumn", [MILA, ALI], {})
        met = Outcome("v1", "t1", MONDAY, Result.MET, "2026-08-24T10:00:00+03:00", key="k",
                      case_ids=("c1", "c2"))  # fmt: skip
        work.add_outcome("autumn", met)
        call = Contact("c1", Channel.RESEARCH, Answer.RETURNED, "2026-09-16T09:00:00+03:00",
                       key="r")  # fmt: skip
        work.add_contact("autumn", call)
    return autumn


def test_returns_come_back_and_two_writers_are_told(school, database):
    """The second one who writes sees that somebody was there; the school stays sealed."""
    kept = Attendance("c1", (BACK,))
    with school.work("petya") as work:
        assert work.save_attendance("autumn", kept) == 1
        asked = Attendance("c1", (replace(BACK, asked=(AGAIN,)),))
        assert work.save_attendance("autumn", asked, seen=1) == 2
        assert [(each.value, each.version) for each in work.attendance("autumn")] == [(asked, 2)]
        with pytest.raises(Conflict):
            work.save_attendance("autumn", kept, seen=1)
        with pytest.raises(NotFound):
            work.save_attendance("autumn", replace(kept, case_id="none"))
    assert "Паисий".encode() not in database.on_disk()


def test_a_child_that_dropped_out_again_is_open_again(school):
    """What was found before is on record, but it tells no longer how her case stands."""
    with school.work("petya") as work:
        work.save_attendance("autumn", Attendance("c1", (replace(BACK, asked=(AGAIN,)),)))
        assert [each.case_ids for each in work.standing_outcomes("autumn")] == [("c2",)]
        assert work.standing_contacts("autumn") == []
        assert [each.case_ids for each in work.outcomes("autumn")] == [("c1", "c2")]
        assert len(work.contacts("autumn")) == 1


def test_a_list_is_kept_as_it_came(school, database):
    """The same form has one number; a row that comes again is the newer one; all is sealed."""
    newer = SourceRow((*ROW.cells[:2], ("whole", "78")))
    with school.work("petya") as work:
        assert work.keep_source("autumn", Source(FORM, {"c1": ROW, "c2": ROW})) == 1
        assert work.keep_source("autumn", Source(FORM, {"c1": newer})) == 1
        other = replace(FORM, headings=("Име", "Адрес"))
        assert work.keep_source("autumn", Source(other, {"c2": ROW})) == 2
        assert work.case_lists("autumn") == {1: FORM, 2: other}
        assert work.source_rows("autumn", 1) == {"c1": newer}
        assert work.source_rows("autumn", 2) == {"c2": ROW}
    assert "Шифър".encode() not in database.on_disk()


def test_everything_goes_with_the_child_and_with_the_term(school):
    """Erasing one child leaves the other's; purging leaves nothing."""
    with school.work("petya") as work:
        work.keep_source("autumn", Source(FORM, {"c1": ROW, "c2": ROW}))
        for case_id in ("c1", "c2"):
            work.save_attendance("autumn", Attendance(case_id, (BACK,)))
        told = [name for entry in work.other_entries("autumn", "c1") for name, _ in entry.values]
        assert {"cells", "returns"} <= set(told)
        work.erase([("autumn", "c1")])
        assert list(work.source_rows("autumn", 1)) == ["c2"]
        assert [each.value.case_id for each in work.attendance("autumn")] == ["c2"]
        work.purge("autumn", ())
        assert (work.case_lists("autumn"), work.attendance("autumn")) == ({}, [])


def test_what_was_told_of_retention_is_kept_once_a_day(school):
    """The newest is there, with its memory; another one of the day is refused."""
    with school.work("petya") as work:
        counted = retention(work.cases("autumn"), [])
        first = release([counted], day=MONDAY)
        assert work.retention_release("autumn") is None
        assert work.add_retention_release("autumn", first)
        assert not work.add_retention_release("autumn", first)
        second = release([counted], day=date(2026, 8, 25), before=first.memory)
        assert work.add_retention_release("autumn", second)
        assert work.retention_release("autumn") == second
