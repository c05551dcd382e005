"""The page “Records”: a term that is over, a purge that was meant, a child that is erased."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import streamlit as st
from office import CAMPAIGN, PLANNER, VIEWER, Office, an_office, with_a_draft
from streamlit.testing.v1 import AppTest

from maps.pages import records
from maps.texts import translator
from planning.desk import Desk
from planning.model import LogFilter

BG = translator("bg")
SAY = BG.t


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A planner's desk; the plan is published."""
    with an_office(tmp_path) as made:
        desk = made.desk(PLANNER)
        desk.publish("c", with_a_draft(made))
        yield desk
    st.cache_data.clear()


def _run(page, given):
    # Streamlit runs this text by itself: names of this module are not known there.
    page(*given)


def opened(desk: Desk) -> AppTest:
    given = (records.page, (desk, CAMPAIGN, BG))
    return drawn(AppTest.from_function(_run, args=given, default_timeout=30).run())


def drawn(screen: AppTest) -> AppTest:
    assert [each.message for each in screen.exception] == []
    return screen


def words(screen: AppTest) -> str:
    said = [*screen.markdown, *screen.caption, *screen.info, *screen.success, *screen.warning]
    text = "\n".join(str(each.value) for each in (*said, *screen.error, *screen.subheader))
    return re.sub(r"\\(.)", r"\1", text)


def press(screen: AppTest, label: str) -> AppTest:
    return drawn(next(each for each in screen.button if each.label == label).click().run())


def type_into(screen: AppTest, label: str, text: str) -> None:
    next(each for each in screen.text_input if each.label == label).set_value(text)


def years_later(desk: Desk) -> Desk:
    desk._now = lambda: datetime(2029, 1, 8, 9, 0, tzinfo=UTC)
    return desk


def test_before_the_term_nothing_can_be_purged(desk):
    """The day stands there and may be changed."""
    screen = opened(desk)
    assert SAY("What goes") not in words(screen)
    assert SAY("Purge for good") not in [each.label for each in screen.button]
    screen.date_input[0].set_value(date(2027, 8, 31))
    assert SAY("Saved.") in words(press(screen, SAY("Save")))
    assert desk.terms()[0].keep_until == date(2027, 8, 31)


def test_a_term_that_is_over_asks_for_a_decision(desk):
    """It names what goes; a wrong name removes nothing, the right one leaves the counts."""
    screen = opened(years_later(desk))
    assert "Mechanism" in words(screen)
    assert 8 in list(screen.dataframe[0].value[SAY("Records")])
    type_into(screen, SAY("To purge, type the campaign’s name"), "Mekhanizm")
    screen = press(screen, SAY("Purge for good"))
    assert SAY("That is not the campaign’s name. Nothing was removed.") in words(screen)
    assert len(desk.cases("c")) == 8
    type_into(screen, SAY("To purge, type the campaign’s name"), "Mechanism")
    screen = press(screen, SAY("Purge for good"))
    assert SAY("The records are gone. The counts stay.") in words(screen)
    assert desk.cases("c") == []
    assert len(screen.dataframe) == 1
    assert len(screen.text_input) == 0


def test_a_record_is_handed_out_and_erased(desk):
    """Found by its case number; erasing is possible only after a second thought."""
    screen = opened(desk)
    type_into(screen, SAY("Case number, as in the list"), " c3 ")
    screen = press(screen, SAY("Show the record"))
    assert "c3" in words(screen)
    assert len(screen.get("download_button")) == 2
    erase = next(each for each in screen.button if each.label == SAY("Erase for good"))
    assert erase.disabled
    drawn(screen.checkbox[0].check().run())
    screen = press(screen, SAY("Erase for good"))
    assert SAY("The record is erased.") in words(screen)
    assert "c3" not in {each.case.case_id for each in desk.cases("c")}


def test_who_is_not_there_is_told_so(desk):
    """And who was never erased cannot be let back."""
    screen = opened(desk)
    type_into(screen, SAY("Case number, as in the list"), "c99")
    assert SAY("There is nothing here yet.") in words(press(screen, SAY("Show the record")))
    screen = opened(desk)
    type_into(screen, SAY("Case number that was erased in this campaign"), "c1")
    screen = press(screen, SAY("Let the child back onto lists"))
    assert SAY("There is nothing here yet.") in words(screen)


def test_a_viewer_sees_nothing(desk, tmp_path):
    """Hiding the page is navigation; the desk refuses."""
    other = Office(desk._registry, desk._regions.town, desk._files).desk(VIEWER)
    assert SAY("Your role may not do this.") in words(opened(other))
    log = desk._registry
    with log.work("audit", reading=True) as work:
        assert work.audit(wanted=LogFilter(actor=VIEWER.user_id)) == []
