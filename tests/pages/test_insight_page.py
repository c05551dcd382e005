"""What the campaign teaches: the time, the chances and the crews, drawn without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import log
from pathlib import Path

import pytest
import streamlit as st
from office import CAMPAIGN, OWN_COORDINATOR, PLANNER, TEAMS, Office, an_office
from streamlit.testing.v1 import AppTest
from towns import FIRST_DAY

from maps.intervals import Dot, interval_chart
from maps.pages import insight
from maps.texts import translator
from planning.campaign.approach import Use
from planning.campaign.effectiveness import Effect
from planning.model import Address, Case, Level, Outcome, Place, Result, User

BG = translator("bg")
HOME = Place(Level.HOUSE, 25.0, 43.0, 0.9, 20.0, municipality_code="RVS01", settlement="Речно",
             settlement_code="RVS")  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Sixty children, a third of them found by Team 1."""
    with an_office(tmp_path) as made:
        made.desk(PLANNER).import_teams("c", TEAMS.replace("Екип 1".encode(), b"<b>1</b>"), "t.csv")
        with made.registry.work("anna") as work:
            work.save_campaign(replace(CAMPAIGN, days=10))
            cases = [Case(f"c{n}", Address("x"), row=n) for n in range(60)]
            work.add_cases("c", cases, {each.case_id: HOME for each in cases})
            for n in range(60):
                result = Result.NOBODY_HOME if n % 3 else Result.MET
                work.add_outcome(
                    "c",
                    Outcome(f"v{n}", "t1", FIRST_DAY, result, f"{FIRST_DAY}T06:00:00+00:00",
                            key=str(n), case_ids=(f"c{n}",)),
                )  # fmt: skip
        yield made
    st.cache_data.clear()
    st.cache_resource.clear()


def _run(page, given):
    # Streamlit runs this text by itself: names of this module are not known there.
    page(*given)


def seen(office: Office, view: str = "pace", user: User = PLANNER) -> AppTest:
    given = (office.desk(user), CAMPAIGN, BG)
    screen = AppTest.from_function(_run, args=(insight.page, given), default_timeout=30)
    screen.session_state["insight_view"] = view
    return calm(screen.run())


def calm(screen: AppTest) -> AppTest:
    assert [each.message for each in screen.exception] == []
    return screen


def written(screen: AppTest) -> str:
    said = [*screen.markdown, *screen.caption, *screen.info, *screen.success, *screen.warning]
    return "\n".join(str(each.value) for each in [*said, *screen.error]).replace("\\", "")


def test_the_time_is_told_with_its_band(office: Office) -> None:
    """Forty are open, twenty were resolved in a team-day: the time suffices."""
    screen = seen(office)
    told = {each.label: each.value for each in screen.metric}
    assert told[BG.t("Open cases")] == "40"
    assert BG.t("The time suffices, also with bad luck.") in written(screen)
    duties = screen.dataframe[0].value
    assert not duties.empty or duties.columns[0] == BG.t("Day")


def test_a_factor_is_read_and_set_by_hand(office: Office) -> None:
    """The table says what every factor stands on; set by hand, it holds and is marked."""
    screen = seen(office, "expected")
    table = screen.dataframe[0].value
    row = table[table[BG.t("What")] == BG.t("in the morning").capitalize()]
    assert row[BG.t("Visits")].tolist() == [60]
    screen.number_input[0].set_value(2.0)
    calm(screen.button("set_factor").click().run())
    found = office.desk(PLANNER).approach("c").value
    assert found.edited == (("address", "house", pytest.approx(log(2.0))),)
    calm(screen.button("free_factor").click().run())
    assert office.desk(PLANNER).approach("c").value.edited == ()


def test_plans_may_be_told_not_to_go_by_it(office: Office) -> None:
    """From fifty visits on they do, unless the office says never."""
    screen = seen(office, "expected")
    assert BG.t("The next plan goes by it.") in written(screen)
    calm(screen.radio[0].set_value(Use.NEVER).run())
    assert office.desk(PLANNER).approach("c").value.use is Use.NEVER
    assert BG.t("The next plan does not go by it: every case counts as a usual one.") in written(
        screen
    )


def test_a_chance_is_explained(office: Office) -> None:
    """For the chosen case, each part of the day with what raised or lowered it."""
    said = written(seen(office, "expected"))
    assert BG.t("nobody was home once") in said
    assert BG.t("in the evening") in said


def test_crews_are_compared_to_learn_from(office: Office) -> None:
    """The words come first; the chart's table beside it; a hostile name stays a name."""
    screen = seen(office, "crews")
    assert "не за класиране" in written(screen)
    assert screen.dataframe[0].value[BG.t("Visits")].tolist() == [60]
    assert len(screen.get("image")) == 1, "too few kinds of visits for a second chart"


def test_a_coordinator_is_refused(office: Office) -> None:
    """Also when the page is opened by its address."""
    assert BG.t("Your role may not do this.") in written(seen(office, "crews", OWN_COORDINATOR))


def test_the_chart_holds_every_dot_on_its_scale() -> None:
    """Clear effects are filled; what lies off the scale ends at its edge."""
    chart = interval_chart(
        [Dot("A" * 80, Effect(2.0, 1.5, 40.0)), Dot("<i>", Effect(1.0, 0.01, 1.4))], BG
    )
    assert chart.count("<circle") == 2
    assert chart.count("fill='none'") == 1
    assert "<i>" not in chart
    assert "A" * 40 not in chart
