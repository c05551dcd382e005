"""Administrator: who may sign in."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from maps.pages.frame import faults_told
from maps.texts import Texts
from planning.desk import Desk
from planning.model import Role, User


def page(desk: Desk, texts: Texts) -> None:
    """The accounts, and a form for one more."""
    st.title(texts.t("Accounts"))
    users = desk.users()
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Sign-in name"): [user.user_id for user in users],
                texts.t("Name"): [user.name for user in users],
                texts.t("Role"): [texts.role(user.role) for user in users],
                texts.t("Municipality"): [user.municipality_code for user in users],
                texts.t("Team"): [user.team_id for user in users],
            }
        ),
        hide_index=True,
        width="stretch",
    )
    with st.form("account", clear_on_submit=True):
        st.subheader(texts.t("Add an account"), anchor=False)
        user_id = st.text_input(texts.t("Sign-in name"))
        name = st.text_input(texts.t("Name"))
        role = st.radio(
            texts.t("Role"),
            [str(each) for each in Role],
            format_func=lambda each: texts.role(Role(each)),
            horizontal=True,
        )
        municipality = st.text_input(texts.t("Code of the municipality, for coordinators"))
        team = st.text_input(texts.t("Team id, for teams"))
        password = st.text_input(
            texts.t("First password, to be changed at sign-in"),
            type="password",
            autocomplete="new-password",
        )
        if st.form_submit_button(texts.t("Add"), type="primary"):
            with faults_told(texts):
                user = User(
                    user_id.strip(),
                    name.strip() or user_id.strip(),
                    Role(role),
                    municipality.strip(),
                    team.strip(),
                    must_change_password=True,
                )
                desk.save_user(user, password=password)
                st.rerun()
