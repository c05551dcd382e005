"""Administrator: who may sign in."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from maps.pages.frame import done, faults_told, heading, plain
from maps.texts import Texts
from planning.desk import Desk
from planning.model import Role, User


def page(desk: Desk, texts: Texts) -> None:
    """The accounts, and a form for one more, or for the one that is selected."""
    heading(texts.t("Accounts"), texts)
    with faults_told(texts):
        users = desk.users()
        chosen = _chosen(users, texts)
        _form(desk, users, chosen, texts)
        if chosen is not None:
            _sign_out(desk, chosen, texts)


def _sign_out(desk: Desk, chosen: User, texts: Texts) -> None:
    """A phone was lost, or somebody left a browser open."""
    if st.button(texts.t("Sign this account out everywhere"), icon=":material/logout:"):
        ended = desk.sign_out_everywhere(chosen.user_id)
        done(texts.n("{count} session was ended.", "{count} sessions were ended.", ended))


def _chosen(users: list[User], texts: Texts) -> User | None:
    picked = st.dataframe(
        pd.DataFrame(
            {
                texts.t("Sign-in name"): [user.user_id for user in users],
                texts.t("Name"): [user.name for user in users],
                texts.t("Role"): [texts.role(user.role) for user in users],
                texts.t("Municipality"): [user.municipality_code for user in users],
                texts.t("Team"): [user.team_id for user in users],
                texts.t("May sign in"): [user.active for user in users],
            }
        ),
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        key="accounts",
    )
    st.caption(texts.t("Select a row to change its account or give it a new first password."))
    rows = picked["selection"]["rows"]
    return users[rows[0]] if rows and rows[0] < len(users) else None


def _form(desk: Desk, users: list[User], chosen: User | None, texts: Texts) -> None:
    """Asks for what the role needs and nothing else."""
    said = texts.t("Change “{name}”", name=chosen.user_id) if chosen else texts.t("Add an account")
    st.subheader(plain(said), anchor=False)
    before = chosen or User("", "", Role.PLANNER)
    key = before.user_id
    role = st.radio(
        texts.t("Role"),
        list(Role),
        index=list(Role).index(before.role),
        format_func=texts.role,
        horizontal=True,
        key=f"role/{key}",
    )
    assert role is not None, "one is chosen from the start"
    with st.form(f"account/{key}"):
        left, right = st.columns(2)
        user_id = before.user_id or left.text_input(texts.t("Sign-in name"), key=f"id/{key}")
        name = right.text_input(texts.t("Name"), before.name, key=f"name/{key}")
        municipality = (
            left.text_input(
                texts.t("Code of the municipality"), before.municipality_code, key=f"in/{key}"
            )
            if role in (Role.COORDINATOR, Role.TEAM)
            else ""
        )
        team = (
            right.text_input(texts.t("Team id"), before.team_id, key=f"team/{key}")
            if role == Role.TEAM
            else ""
        )
        password = left.text_input(
            texts.t("First password, to be changed at sign-in"),
            type="password",
            autocomplete="new-password",
            key=f"password/{key}",
        )
        identity = right.text_input(
            texts.t("E-mail or subject at the organisation's sign-in"),
            before.identity,
            autocomplete="off",
            key=f"identity/{key}",
        )
        active = st.checkbox(texts.t("May sign in"), before.active, key=f"active/{key}")
        asked = st.form_submit_button(texts.t("Save") if chosen else texts.t("Add"), type="primary")
    if not asked:
        return
    if chosen is None and any(user.user_id == user_id.strip() for user in users):
        st.error(texts.t("This sign-in name is taken. Select its row to change the account."))
        return
    with faults_told(texts):
        user = User(
            user_id.strip(),
            name.strip() or user_id.strip(),
            role,
            municipality.strip(),
            team.strip(),
            must_change_password=bool(password) or before.must_change_password,
            active=active,
            identity=identity.strip(),
        )
        desk.save_user(user, password=password or None)
        for field in ("id", "name", "in", "team", "password", "role", "identity", "active"):
            st.session_state.pop(f"{field}/{key}", None)
        done(texts.t("The account “{name}” is saved.", name=user.user_id))
