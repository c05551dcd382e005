"""The call list: a number, what was tried, and every result in one tap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest
import streamlit as st
from office import CAMPAIGN, OTHER_COORDINATOR, PLANNER, TEAMS, Office, an_office
from streamlit.testing.v1 import AppTest
from towns import FIRST_DAY

from maps.pages import calls
from maps.texts import translator
from planning.campaign.approach import Approach
from planning.campaign.ladder import (
    CALL_FIRST,
    Answer,
    Appointment,
    Channel,
    Contact,
    Ladder,
    Step,
)
from planning.model import User, Window

SAY = translator("bg").t
HOSTILE = "{{7*191}} <img src=x onerror=alert(1)> $x$ :red[x] **b**"
CASES = f"""id,address,phone,priority,child
c1,"гр. Речно, ул. Дунав 1","+359 700 1",,{HOSTILE}
c2,"гр. Речно, ул. Дунав 3","javascript:alert(2)",high,Мила
c4,"гр. Речно, ул. Роза 2",,,Али
c8,"с. Хълм, ул. Дунав 2",0700 8,,Ема
""".encode()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Three children with a number, one of them next door; one without."""
    with an_office(tmp_path) as made:
        planner = made.desk(PLANNER)
        planner.import_teams("c", TEAMS, "teams.csv")
        planner.import_cases("c", CASES, "cases.csv")
        planner.save_approach("c", Approach(CALL_FIRST), seen=0)
        yield made
    st.cache_data.clear()
    st.cache_resource.clear()


def _run(page, given):
    # Streamlit runs this text by itself: names of this module are not known there.
    page(*given)


def seen(office: Office, user: User = PLANNER) -> AppTest:
    given = (office.desk(user), CAMPAIGN, translator("bg"))
    screen = AppTest.from_function(_run, args=(calls.page, given), default_timeout=30)
    return calm(screen.run())


def calm(screen: AppTest) -> AppTest:
    assert [each.message for each in screen.exception] == []
    return screen


def written(screen: AppTest) -> str:
    said = [*screen.markdown, *screen.caption, *screen.info, *screen.success, *screen.warning]
    return "\n".join(str(each.value) for each in said)


def tap(screen: AppTest, answer: Answer, case: int = 0) -> AppTest:
    buttons = [each for each in screen.button if str(each.key).startswith(f"{answer}/")]
    return calm(buttons[case].click().run())


def links(screen: AppTest) -> list[str]:
    return [each.proto.url for each in screen.get("link_button")]


def contacts(office: Office) -> list[Contact]:
    with office.registry.work("test", reading=True) as work:
        return work.contacts("c")


def test_one_tap_records_and_the_next_case_comes_up(office: Office) -> None:
    """The one that presses first is called; it goes, and what was done can be taken back."""
    screen = seen(office)
    assert written(screen).index("Мила") < written(screen).index("7\\*191")
    screen = tap(screen, Answer.NO_ANSWER)
    assert "Мила" not in written(screen)
    (told,) = contacts(office)
    assert (told.case_id, told.answer) == ("c2", Answer.NO_ANSWER)
    calm(screen.button("undo_call").click().run())
    assert "Мила" in written(screen)
    assert contacts(office) == []


def test_what_was_said_is_kept_with_the_answer(office: Office) -> None:
    """A note is typed before the tap, and read when the case comes up again."""
    screen = seen(office)
    calm(screen.text_input[0].set_value("майката е вкъщи след пет").run())
    tap(screen, Answer.AGREED)
    assert [each.note for each in contacts(office)] == ["майката е вкъщи след пет"]


def test_the_day_and_hour_they_agreed_on_go_with_the_answer(office: Office) -> None:
    """Chosen before the tap; of an answer that is no yes they are forgotten."""
    screen = seen(office)
    day = FIRST_DAY + timedelta(days=1)
    for _ in range(2):
        calm(screen.date_input[0].set_value(day).run())
        calm(screen.time_input[0].set_value(time(17, 30)).run())
        screen = tap(screen, Answer.AGREED if not contacts(office) else Answer.NO_ANSWER)
    agreed, unanswered = contacts(office)
    assert agreed.appointment == Appointment(day, Window(63_000, 24 * 3600 - 1))
    assert unanswered.appointment is None


def test_nothing_hostile_becomes_a_link_or_a_mark(office: Office) -> None:
    """A number is digits; a name is shown as it stands."""
    screen = seen(office)
    assert links(screen)[:2] == ["tel:2", "tel:+3597001"]
    assert "<img" not in written(screen).replace("\\<", "")
    assert "**b**" not in written(screen)


def test_research_has_a_list_of_its_own(office: Office) -> None:
    """Who has no telephone is looked into; nobody's number stands there."""
    screen = seen(office)
    calm(screen.get("button_group")[0].set_value(Channel.RESEARCH).run())
    assert "Али" in written(screen)
    assert links(screen) == []
    tap(screen, Answer.DONE)
    assert SAY("Nobody waits for this today.") in written(screen)


def test_a_coordinator_sees_the_own_municipality_and_no_settings(office: Office) -> None:
    """One call next door, and no ladder to change."""
    screen = seen(office, OTHER_COORDINATOR)
    assert "Ема" in written(screen)
    assert "Мила" not in written(screen)
    assert not any(each.key == "save_ladder" for each in screen.button)


def test_a_planner_sets_the_steps(office: Office) -> None:
    """Two calls two days apart, no research; and back to going at once."""
    screen = seen(office)
    kind = screen.radio("ladder_kind/bg")
    calm(kind.set_value("own").run())
    screen.number_input("ladder_calls").set_value(2)
    screen.number_input("ladder_days").set_value(2)
    calm(screen.checkbox("ladder_research").set_value(False).run())
    calm(screen.button("save_ladder").click().run())
    planner = office.desk(PLANNER)
    assert planner.approach("c").value.ladder == Ladder((Step(Channel.PHONE, 2, 2),))
    calm(screen.radio("ladder_kind/bg").set_value("none").run())
    calm(screen.button("save_ladder").click().run())
    assert planner.approach("c").value.ladder == Ladder()
    assert SAY("In this campaign nothing is tried before a visit.") in written(screen)


def test_a_stale_page_overwrites_nobodys_call(office: Office) -> None:
    """Two look at one list: the second who taps is told, and the first answer stays."""
    mine, theirs = seen(office), seen(office)
    tap(mine, Answer.AGREED)
    tap(theirs, Answer.NO_ANSWER)
    assert [each.answer for each in contacts(office)] == [Answer.AGREED]
    assert [each.value for each in theirs.warning]
