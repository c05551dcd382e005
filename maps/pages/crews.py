"""Crews: the order, members and their calendars, who must be free when, who answers for a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from maps.pages.frame import choose, done, faults_told, heading, plain, view_of
from maps.texts import Texts
from planning.crews import Crews
from planning.desk import Accountability, CrewBook, Desk
from planning.members import called, shortages
from planning.model import Campaign, Member, Role, Saved, Team
from planning.partners import Institution

_KINDS = ["csv", "txt", "xlsx", "xls", "ods"]


def page(desk: Desk, campaign: Campaign, texts: Texts, *, today: date) -> None:
    """A planner's views; a coordinator has the calendars and cases of the own municipality."""
    heading(texts.t("Crews"), texts, campaign)
    with faults_told(texts):
        book = desk.crew_book(campaign.campaign_id)
        if book.undeclared:
            st.warning(
                texts.n(
                    "{count} member has not declared confidentiality, and goes with no crew.",
                    "{count} members have not declared confidentiality, and go with no crew.",
                    len(book.undeclared),
                )
            )
        views: dict[str, tuple[str, Callable[[], None]]] = {
            "members": (
                texts.t("Members"), lambda: _members(desk, campaign, book, texts, today=today)
            ),
            "free": (texts.t("Who must be free"), lambda: _free(desk, campaign, book, texts)),
            "orders": (texts.t("Orders"), lambda: _orders(book, texts)),
            "answers": (texts.t("Who answers"), lambda: _answers(desk, campaign, texts)),
        }  # fmt: skip
        if desk.user.role != Role.PLANNER:
            del views["free"]
        said = {name: words for name, (words, _) in views.items()}
        view = view_of(said, texts, key="crews_view", first="members")
        views[view][1]()


def _orders(book: CrewBook, texts: Texts) -> None:
    """Teams as their order fixed them."""
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Team"): [team.name for team in book.teams],
                texts.t("Municipality"): [
                    team.municipality or team.municipality_code for team in book.teams
                ],
                texts.t("Order"): [team.order_number for team in book.teams],
                texts.t("Date of the order"): [
                    texts.date(team.order_date) if team.order_date else "" for team in book.teams
                ],
                texts.t("Members"): [len(team.members) for team in book.teams],
                texts.t("Institutions"): [texts.institutions(_of(team)) for team in book.teams],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _of(team: Team) -> frozenset[str]:
    """The institutions of its members where they are known, else those of the order."""
    known = frozenset(each.institution for each in team.members if each.institution)
    return known or team.institutions


def _members(desk: Desk, campaign: Campaign, book: CrewBook, texts: Texts, *, today: date) -> None:
    listed: list[tuple[Member, Team | Saved[Institution]]] = [
        *((member, team) for team in book.teams for member in team.members),
        *((member, each) for each in book.institutions for member in each.value.members),
    ]
    listed.sort(key=lambda each: (each[0].institution, each[0].name, each[0].member_id))
    if listed:
        st.dataframe(
            pd.DataFrame(
                {
                    texts.t("Institution"): [
                        texts.institution(member.institution) for member, _ in listed
                    ],
                    texts.t("Name"): [member.name for member, _ in listed],
                    texts.t("With"): [_home(home) for _, home in listed],
                    texts.t("Away"): [_away(member, today) for member, _ in listed],
                    texts.t("Declared"): [
                        texts.date(member.declared) if member.declared else ""
                        for member, _ in listed
                    ],
                }
            ),
            hide_index=True,
            width="stretch",
        )
        at = choose(
            texts.t("Member"), list(range(len(listed))), texts, key="member",
            said=lambda each: f"{listed[each][0].name or listed[each][0].member_id} · "
            f"{_home(listed[each][1])}",
        )  # fmt: skip
        _calendar(desk, campaign, *listed[at], texts, today=today)
    else:
        st.info(texts.t("No member is known yet: bring the list of who goes with which team."))
    if desk.user.role == Role.PLANNER:
        _bring(desk, campaign, texts)


def _home(home: Team | Saved[Institution]) -> str:
    return home.name if isinstance(home, Team) else home.value.name


def _away(member: Member, today: date) -> str:
    """What is still to come."""
    return "; ".join(
        f"{first:%d.%m.}–{last:%d.%m.%Y}" for first, last in sorted(member.away) if last >= today
    )


def _calendar(
    desk: Desk, campaign: Campaign, member: Member, home: Team | Saved[Institution], texts: Texts,
    *, today: date,
) -> None:  # fmt: skip
    """One more absence, or the day on which the declaration was signed."""
    key = f"{member.member_id}/{_home(home)}"
    with st.form(f"calendar/{key}"):
        left, middle, right = st.columns(3)
        first = left.date_input(texts.t("Away from"), None, format="DD.MM.YYYY")
        last = middle.date_input(texts.t("Away to"), None, format="DD.MM.YYYY")
        declared = right.date_input(
            texts.t("Declaration of confidentiality signed on"), member.declared,
            max_value=today, format="DD.MM.YYYY",
        )  # fmt: skip
        past = st.checkbox(texts.t("Forget the absences entered so far"))
        asked = st.form_submit_button(texts.t("Save"), type="primary")
    if not asked:
        return
    if (first is None) != (last is None):
        st.warning(texts.t("An absence needs its first and its last day."))
        return
    away = () if past else member.away
    if first is not None and last is not None:
        away = (*away, (first, last))
    changed = replace(member, away=away, declared=declared)
    if isinstance(home, Team):
        desk.save_member(campaign.campaign_id, home.team_id, changed)
    else:
        desk.save_lent_member(home.value.institution_id, changed, seen=home.version)
    done(texts.t("Saved."))


def _bring(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    st.write(
        texts.t(
            "CSV, Excel or OpenDocument: name, team or municipality, institution, languages, "
            "away from and to, declaration."
        )
    )
    turn = st.session_state.get("turns/members", 0)
    upload = st.file_uploader(texts.t("List of members"), type=_KINDS, key=f"members/{turn}")
    if upload and st.button(texts.t("Import members"), type="primary"):
        count = desk.import_members(campaign.campaign_id, upload.getvalue(), upload.name)
        st.session_state["turns/members"] = turn + 1
        done(texts.n("{count} member imported.", "{count} members imported.", count))


# --- who must be free when ------------------------------------------------------------------


def _free(desk: Desk, campaign: Campaign, book: CrewBook, texts: Texts) -> None:
    st.caption(texts.t("The next plan is made with crews that are chosen in this way."))
    if not st.button(texts.t("Propose crews"), type="primary", icon=":material/groups:"):
        return
    with st.spinner(texts.t("choosing crews")):
        crews = desk.propose_crews(campaign.campaign_id)
    _short(crews, texts)
    _called(crews, book, texts)


def _short(crews: Crews, texts: Texts) -> None:
    rows = shortages(crews)
    if not rows:
        st.success(texts.t("Nobody is missing: every visit has a crew that may make it."))
        return
    st.subheader(texts.t("Missing"), anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Institution"): [texts.institution(row.institution) for row in rows],
                texts.t("Day"): [texts.date(row.day) for row in rows],
                texts.t("Municipality"): [row.municipality for row in rows],
                texts.t("People"): [row.count for row in rows],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _called(crews: Crews, book: CrewBook, texts: Texts) -> None:
    names = {team.team_id: team.name for team in book.teams}
    rows = called(crews)
    st.subheader(texts.t("Must be free"), anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Day"): [texts.date(row.day) for row in rows],
                texts.t("Institution"): [texts.institution(row.institution) for row in rows],
                texts.t("Name"): [row.member.name or row.member.member_id for row in rows],
                texts.t("Team"): [names.get(row.team_id, row.team_id) for row in rows],
            }
        ),
        hide_index=True,
        width="stretch",
    )


# --- who answers for a case -----------------------------------------------------------------


def _answers(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """Every case this user may see, with the institution that answers for it."""
    found = desk.accountability(campaign.campaign_id)
    nobody = texts.t("nobody yet")
    counts = found.counts
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Institution"): [found.names.get(each, nobody) for each in counts],
                texts.t("Children"): list(counts.values()),
            }
        ),
        hide_index=True,
        width="stretch",
    )
    _cases(desk, campaign, found, nobody, texts)


def _cases(
    desk: Desk, campaign: Campaign, found: Accountability, nobody: str, texts: Texts
) -> None:
    picked = st.dataframe(
        pd.DataFrame(
            {
                texts.t("Case"): [record.case.case_id for record, _ in found.cases],
                texts.t("Municipality"): [
                    record.place.municipality if record.place else "" for record, _ in found.cases
                ],
                texts.t("City district"): [
                    record.place.district if record.place else "" for record, _ in found.cases
                ],
                texts.t("Answers for it"): [
                    found.names.get(to, to or nobody) for _, to in found.cases
                ],
            }
        ),
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="multi-row",
        key="answering",
    )
    chosen = [found.cases[row][0].case.case_id for row in picked["selection"]["rows"]]
    if desk.user.role != Role.PLANNER or not chosen:
        return
    to = choose(
        texts.t("Make this institution answer for them"), ["", *found.names], texts,
        key="answer_to",
        said=lambda each: plain(found.names[each]).replace("\\", "")
        if each
        else texts.t("the municipality's own"),
    )  # fmt: skip
    if st.button(texts.t("Save"), type="primary", key="answer_save"):
        desk.set_accountable(campaign.campaign_id, chosen, to)
        done(texts.t("Saved."))
