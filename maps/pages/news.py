"""What a draft changes for the teams, as tables: before publishing, and on the page of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from maps.texts import Texts
from planning.desk import Desk
from planning.model import Visit
from planning.revision import Workbench
from planning.routing.difference import Difference, Where
from planning.text import Note


@st.cache_resource
def _kept() -> MutableMapping[tuple[str, int, int], Workbench]:
    return {}


def workbench_of(desk: Desk, campaign_id: str) -> Workbench | None:
    """The newest plan laid out, once for all who may plan and for as long as it is the newest."""
    return desk.workbench(campaign_id, kept=_kept())


def door(visit: Visit) -> str:
    """What a planner knows a visit by."""
    where = visit.settlement if visit.sensitive or not visit.label else visit.label
    return f"{where} ({visit.visit_id})"


def by_name(told: Note, doors: Mapping[str, Visit], team: Callable[[str], str]) -> Note:
    """A rule or a remedy with the names that people know instead of ids."""

    def known(name: str, value: str) -> str:
        if name in ("visit", "other") and value in doors:
            return door(doors[value])
        return team(value) if name == "team" else value

    return replace(told, values=tuple((name, known(name, value)) for name, value in told.values))


def summary(news: Difference, texts: Texts) -> str:
    """How much changes, in a line."""
    if news.empty:
        return texts.t("Nothing changes for the teams.")
    return " · ".join(
        [
            texts.n("{count} stop moves", "{count} stops move", len(news.moved)),
            texts.n("{count} at another time", "{count} at other times", len(news.retimed)),
            texts.n("{count} new", "{count} new ones", len(news.added)),
            texts.n("{count} left out", "{count} left out", len(news.dropped)),
        ]
    )


def shown(news: Difference, bench: Workbench, texts: Texts, *, team: Callable[[str], str]) -> None:
    """All that changes: stop by stop, then team by team."""
    st.write(summary(news, texts))
    if news.empty:
        return
    doors = bench.doors
    st.dataframe(
        pd.DataFrame(
            list(_lines(news, texts, team, lambda one: door(doors[one]) if one in doors else one)),
            columns=[texts.t("Stop"), texts.t("What"), texts.t("Before"), texts.t("After")],
        ),
        hide_index=True,
        width="stretch",
    )
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Team"): [team(each.team_id) for each in news.teams],
                texts.t("Stops"): [
                    f"{each.stops_before} → {each.stops_after}" for each in news.teams
                ],
                texts.t("Minutes away"): [
                    round((each.seconds_after - each.seconds_before) / 60) for each in news.teams
                ],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _lines(
    news: Difference, texts: Texts, team: Callable[[str], str], named: Callable[[str], str]
) -> Iterator[tuple[str, str, str, str]]:
    """(stop, what, before, after)."""

    def at(where: Where) -> str:
        day = texts.short_date(where.day)
        return f"{team(where.team_id)}, {day} {texts.time(where.start)}"

    for moved in news.moved:
        what = texts.t("moves") if moved.elsewhere else texts.t("another order")
        yield named(moved.visit_id), what, at(moved.before), at(moved.after)
    for added in news.added:
        yield named(added.visit_id), texts.t("new on a route"), "", at(added.after)
    for dropped in news.dropped:
        why = texts.reason(dropped.reason) if dropped.reason else texts.t("no longer wanted")
        yield named(dropped.visit_id), texts.t("off the plan"), at(dropped.before), why
    for retimed in news.retimed:
        what = texts.t("another time")
        yield named(retimed.visit_id), what, at(retimed.before), at(retimed.after)
    for left in news.left:
        after = texts.reason(left.after) if left.after else texts.t("no longer wanted")
        before = texts.reason(left.before) if left.before else ""
        yield named(left.visit_id), texts.t("not visited"), before, after


def shift_named(shift_id: str, texts: Texts, team: Callable[[str], str]) -> str:
    """Team and day of a shift."""
    team_id, _, day = shift_id.rpartition("@")
    return f"{team(team_id)}, {texts.date(date.fromisoformat(day))}"
