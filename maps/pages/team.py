"""Team: today's route on a phone: the map, the stops in order, and what was found."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import streamlit as st

from maps.basemap import Basemap
from maps.layers import route_map
from maps.pages import phones
from maps.pages.frame import choose, faults_told, heading, plain, show_map
from maps.stop_words import beware
from maps.texts import Texts
from planning.desk import Desk, TeamDay
from planning.model import Campaign, Priority, RegionInfo, Result, Stop, Visit
from planning.school_checks import check_of


def page(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap, *, today: date) -> None:
    """The team's day. Without a route it says so."""
    heading(texts.t("Route of the day"), texts, campaign)
    team_id = desk.user.team_id
    with faults_told(texts):
        days = desk.team_days(campaign.campaign_id, team_id)
        if not days:
            st.info(texts.t("No route is published for your team yet."))
            return
        day = choose(
            texts.t("Day"), days, texts, key="team_day", said=texts.date,
            first=_nearest(days, today), label_visible=False,
        )  # fmt: skip
        team_day = desk.team_day(campaign.campaign_id, team_id, day)
        _show(desk, campaign, team_day, texts, basemap, today=today)


def _nearest(days: list[date], today: date) -> int:
    """Today's route, else the next one, else the last."""
    return next((at for at, day in enumerate(days) if day >= today), len(days) - 1)


def _show(
    desk: Desk, campaign: Campaign, team_day: TeamDay, texts: Texts, basemap: Basemap, *,
    today: date,
) -> None:  # fmt: skip
    route = team_day.route
    st.markdown(
        f"**{plain(team_day.team.name)}** · {texts.time(route.departure)}–{texts.time(route.back)}"
        f" · {texts.distance(route.metres)}"
        f" · {texts.n('{count} stop', '{count} stops', len(route.stops))}"
    )
    recorded = sum(visit.visit_id in team_day.outcomes for visit in team_day.visits)
    said = texts.t("{done} of {count} recorded", done=recorded, count=len(route.stops))
    st.progress(recorded / max(len(route.stops), 1), text=said)
    _news(desk, campaign, team_day, texts)
    _phone(desk, campaign, team_day, texts, today=today)
    show_map(
        _map(team_day, texts, basemap, desk.region(campaign).info),
        height=360,
        name=texts.t("Map of the route"),
    )
    pause = route.pause_on_the_way
    for number, (stop, visit) in enumerate(zip(route.stops, team_day.visits, strict=True), start=1):
        if pause is not None and pause <= stop.start:
            st.caption(plain(texts.t("pause {time}", time=texts.time(pause))))
            pause = None
        _stop(desk, campaign, team_day, number, stop, visit, texts)
    if pause is not None:
        st.caption(plain(texts.t("pause {time}", time=texts.time(pause))))
    st.caption(plain(texts.t("back at the office at {time}", time=texts.time(route.back))))


def _news(desk: Desk, campaign: Campaign, team_day: TeamDay, texts: Texts) -> None:
    """That the plan changed under way: which stops are new, and how many are gone."""
    news = desk.route_news(campaign.campaign_id, team_day.team.team_id, team_day.route.day)
    if news is None:
        return
    at = datetime.fromisoformat(news.at).astimezone()
    said = [texts.t("The plan changed at {time}.", time=f"{at:%d.%m. %H:%M}")]
    if news.new:
        numbers = ", ".join(map(str, news.new))
        said.append(texts.t("New stops: {numbers}.", numbers=numbers))
    if news.gone:
        said.append(
            texts.n("{count} stop is no longer yours.", "{count} stops are no longer yours.",
                    news.gone)
        )  # fmt: skip
    st.warning(plain(" ".join(said)), icon=":material/notifications:")


def _phone(desk: Desk, campaign: Campaign, team_day: TeamDay, texts: Texts, *, today: date) -> None:
    """The way to the page that works without a network, as long as the day may be opened there."""
    route = team_day.route
    if not phones.still_to_come([route], campaign, today):
        return
    wanted = (route.team_id, route.day)
    given = desk.give_links(campaign.campaign_id, [wanted])[wanted]
    st.link_button(
        texts.t("Open on the phone"),
        phones.address(given.token),
        icon=":material/smartphone:",
        help=texts.t("Works without a network after it was opened once."),
        width="stretch",
    )


def _map(team_day: TeamDay, texts: Texts, basemap: Basemap, info: RegionInfo) -> str:
    return route_map(
        team_day.route,
        team_day.plan,
        team=team_day.team,
        region_info=info,
        basemap=basemap,
        texts=texts,
        frame=False,
    )


def _stop(
    desk: Desk, campaign: Campaign, team_day: TeamDay, number: int, stop: Stop, visit: Visit,
    texts: Texts,
) -> None:  # fmt: skip
    """One door: where, who must be there, how to get there, what was found."""
    outcome = team_day.outcomes.get(visit.visit_id)
    with st.container(border=True, gap="xsmall"):
        found = f" :green-badge[{texts.result(outcome.result)}]" if outcome else ""
        urgent = f" :red-badge[{texts.t('urgent')}]" if visit.priority == Priority.URGENT else ""
        unit = texts.unit(visit.unit)
        if visit.hazard:
            st.warning(plain(beware(visit.hazard, texts)), icon=":material/warning:")
        st.markdown(
            f"**{number}. {texts.time(stop.start)}**{urgent}{found}  \n"
            f"**{plain(visit.label)}**" + (f"  \n{plain(unit)}" if unit else "")
        )
        check = check_of(visit)
        notes = [
            texts.t("school check")
            if check
            else texts.n("{count} child", "{count} children", visit.children)
        ]
        if visit.requires:
            notes.append(texts.t("with {who}", who=texts.institutions(visit.requires)))
        if visit.windows:
            notes.append("; ".join(texts.window(window) for window in visit.windows))
        if visit.kits:
            notes.append(texts.n("{count} kit", "{count} kits", visit.kits))
        st.markdown(" · ".join(plain(note) for note in notes))
        _links(visit, team_day.phones.get(visit.visit_id, ()), texts)
        if check:
            st.caption(texts.t("Count heads on the page “School checks”."))
            return
        _outcome_form(desk, campaign, team_day, visit, texts)


def _links(visit: Visit, phones: tuple[str, ...], texts: Texts) -> None:
    """Navigate and call. Coordinates only, and only to the phone's own navigation."""
    at = f"{visit.lat:.6f},{visit.lon:.6f}"
    with st.container(horizontal=True):
        st.link_button(texts.t("Navigate"), f"geo:{at}?q={at}", icon=":material/navigation:")
        for phone in phones:
            digits = "".join(ch for ch in phone if ch.isdigit() or ch == "+")
            st.link_button(
                f"{texts.t('Call')} {plain(phone)}", f"tel:{digits}", icon=":material/call:"
            )


def _outcome_form(
    desk: Desk, campaign: Campaign, team_day: TeamDay, visit: Visit, texts: Texts
) -> None:
    door = "/".join((team_day.route.shift_id, *visit.case_ids))
    # Every outcome has a form of its own: once kept, it closes and the next one is empty.
    key = f"{door}/{st.session_state.get(f'turn/{door}', 0)}"
    with st.popover(texts.t("Record outcome"), width="stretch", key=f"p/{key}"):
        result = st.radio(
            texts.t("What did you find?"),
            list(Result),
            format_func=texts.result,
            index=None,
            key=f"r/{key}",
        )
        note = st.text_input(texts.t("Note"), max_chars=500, key=f"n/{key}")
        kits = (
            st.number_input(texts.t("Kits handed over"), 0, visit.kits, 0, key=f"k/{key}")
            if visit.kits
            else 0
        )
        # One key for one filled form: pressing twice on a bad connection keeps one outcome.
        token = st.session_state.setdefault(f"key/{key}", uuid.uuid4().hex)
        asked = st.button(texts.t("Save"), type="primary", key=f"s/{key}", width="stretch")
        if asked and result is None:
            st.warning(texts.t("Choose what you found first."))
        elif asked and result is not None:
            with faults_told(texts):
                desk.record_outcome(
                    campaign.campaign_id,
                    case_ids=visit.case_ids,
                    team_id=team_day.team.team_id,
                    day=team_day.route.day,
                    result=result,
                    note=note,
                    kits_handed=int(kits),
                    key=token,
                )
                st.session_state[f"turn/{door}"] = st.session_state.get(f"turn/{door}", 0) + 1
                st.toast(texts.t("Saved."), icon=":material/check:")
                st.rerun()
