"""The planner's codes for phones, and a team's way to its page, drawn without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from browser.phone_office import PLANNER, build, desk_of, open_in, today
from streamlit.testing.v1 import AppTest
from towns import riverside

from data.registry import SqlRegistry
from maps.basemap import Basemap
from maps.pages import phones, team
from maps.texts import translator
from planning.desk import Desk, holder, let_in
from planning.model import Campaign, Mode, Plan, Result, Role, User
from planning.phone import LinkRefused, Report

BG = translator("bg")
CREW = User("t0", "Екип 1", Role.TEAM, "RVS01", "t0")


class Here:
    """An office whose teams go out today."""

    def __init__(self, folder: Path) -> None:
        build(folder, teams=2, stops=3)
        self.folder = folder
        self.registry: SqlRegistry = open_in(folder)

    def desk(self, user: User = PLANNER) -> Desk:
        return desk_of(self.registry, self.folder, user)

    @property
    def campaign(self) -> Campaign:
        return self.desk().campaigns()[0]

    @property
    def plan(self) -> Plan:
        found = self.desk().plan("c")
        assert found is not None
        return found.plan


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    made = Here(tmp_path)
    yield made
    made.registry.close()
    st.cache_data.clear()
    st.cache_resource.clear()


def _run(page, given, named):
    # Streamlit runs this text by itself: names of this module are not known there.
    page(*given, **named)


def drawn(page: Callable[..., object], *given: object, **named: object) -> AppTest:
    """The screen, drawn once, without an error of ours."""
    return calm(AppTest.from_function(_run, args=(page, given, named), default_timeout=30).run())


def calm(screen: AppTest) -> AppTest:
    assert [each.message for each in screen.exception] == []
    return screen


def planner_sees(here: Here) -> AppTest:
    desk = here.desk()
    return drawn(phones.page, desk, here.campaign, here.plan, desk.teams("c"), BG)


def press(screen: AppTest, label: str) -> AppTest:
    return calm(next(each for each in screen.button if each.label == BG.t(label)).click().run())


def said(screen: AppTest) -> str:
    shown: list[Any] = [*screen.markdown, *screen.caption, *screen.info, *screen.subheader]
    return "\n".join(str(each.value) for each in shown)


def test_a_code_is_shown_when_it_is_asked_for(here: Here) -> None:
    """Opening the page gives no link; pressing the button gives one, and the same one again."""
    screen = planner_sees(here)
    assert here.desk().phone_links("c") == []
    for _ in range(2):
        screen = press(screen, "Show the code")
        assert len(here.desk().phone_links("c")) == 1
    assert "Сканира се с телефона" in said(screen)


def test_a_new_code_ends_the_old_one(here: Here) -> None:
    """The sheet was left on a bus."""
    wanted = ("t0", today())
    old = here.desk().give_links("c", [wanted])[wanted]
    press(planner_sees(here), "New code; the old one stops working")
    with pytest.raises(LinkRefused):
        let_in(here.registry, old.token, now=here.desk()._now().astimezone())


def test_a_code_is_taken_back(here: Here) -> None:
    """It disappears from the list of those that open a day."""
    here.desk().give_links("c", [("t0", today()), ("t1", today())])
    screen = press(planner_sees(here), "Take back")
    assert [bool(each.revoked_at) for each in here.desk().phone_links("c")].count(True) == 1
    assert len([each for each in screen.button if each.label == BG.t("Take back")]) == 1


def test_the_sheets_of_all_teams_get_their_codes(here: Here) -> None:
    """By shift, each another one; nothing personal in any."""
    screen = drawn(
        lambda desk, campaign, plan: st.session_state.update(
            made=dict(phones.addresses(desk, campaign, plan))
        ),
        here.desk(), here.campaign, here.plan,
    )  # fmt: skip
    made = screen.session_state["made"]
    assert set(made) == {f"t0@{today()}", f"t1@{today()}"}
    assert len(set(made.values())) == 2
    assert all("/t/#" in each for each in made.values())


def test_what_phones_disagree_on_is_listed(here: Here) -> None:
    """The planner reads who, which case and what, and knows which counts."""
    wanted = ("t0", today())
    link = here.desk().give_links("c", [wanted])[wanted].link
    crew = here.desk(holder(link))
    door = next(iter(crew.phone_day(link).doors.values()))
    crew.take_reports(link, [
        Report("anna.1", door, Result.NOBODY_HOME, seconds_ago=60),
        Report("boris.1", door, Result.MET),
    ])  # fmt: skip
    table = planner_sees(here).dataframe[0].value
    assert list(table[BG.t("Case")]) == ["C-0-0"]
    assert list(table[BG.t("What was recorded")]) == ["няма никого вкъщи → открит на адреса"]


def test_a_planner_says_in_one_press_which_report_holds(here: Here) -> None:
    """The phone that wrote first was right: its word counts, and nothing is left to look at."""
    wanted = ("t0", today())
    link = here.desk().give_links("c", [wanted])[wanted].link
    crew = here.desk(holder(link))
    door = next(iter(crew.phone_day(link).doors.values()))
    crew.take_reports(link, [
        Report("anna.1", door, Result.NOBODY_HOME, seconds_ago=60),
        Report("boris.1", door, Result.MET),
    ])  # fmt: skip
    screen = planner_sees(here)
    (first,) = (each for each in screen.button if each.label.startswith("няма никого вкъщи"))
    screen = calm(first.click().run())
    assert not screen.dataframe
    assert here.desk().troubled_reports("c") == ()
    with here.registry.work("anna", reading=True) as work:
        assert [each.key for each in work.standing_outcomes("c")] == ["anna.1"]
        assert len(work.outcomes("c")) == 3, "both are kept, and the planner's word"


def test_a_team_opens_its_own_day(here: Here) -> None:
    """One link for its phone; a year later the day is over and there is none."""
    town = riverside()
    ground = Basemap.of(town.graph(Mode.DRIVE), town.areas, town.gazetteer.settlements)
    screen = drawn(team.page, here.desk(CREW), here.campaign, BG, ground, today=today())
    assert [each.team_id for each in here.desk().phone_links("c")] == ["t0"]
    assert BG.t("Open on the phone") in [each.proto.label for each in screen.get("link_button")]
    later = today().replace(year=today().year + 1)
    screen = drawn(team.page, here.desk(CREW), here.campaign, BG, ground, today=later)
    labels = [each.proto.label for each in screen.get("link_button")]
    assert BG.t("Open on the phone") not in labels
