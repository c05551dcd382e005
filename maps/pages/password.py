"""Everybody: a password of one's own, before anything else."""

from __future__ import annotations

import streamlit as st

from maps.pages.frame import faults_told, heading
from maps.texts import Texts
from planning.desk import Desk


def page(desk: Desk, texts: Texts) -> bool:
    """The form; True once the password is changed."""
    heading(texts.t("A password of your own"), texts)
    st.write(texts.t("The first password was chosen by somebody else. Choose one only you know."))
    with st.form("password"):
        new = st.text_input(texts.t("New password"), type="password", autocomplete="new-password")
        again = st.text_input(texts.t("Once more"), type="password", autocomplete="new-password")
        asked = st.form_submit_button(texts.t("Change"), type="primary")
    if not asked:
        return False
    if new != again:
        st.error(texts.t("The two passwords differ."))
        return False
    with faults_told(texts):
        desk.change_password(new)
        return True
    return False
