"""Everybody: a password of one's own; the first one before anything else."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from maps.pages.frame import faults_told, heading
from maps.texts import Texts
from planning.desk import Desk
from planning.errors import NotAllowed


def page(desk: Desk, texts: Texts, *, check: Callable[[str], object] | None = None) -> bool:
    """The form; True once the password is changed, and everybody signed out with it.

    `check` proves the present password, where the user was not just asked for it.
    """
    heading(texts.t("A password of your own"), texts)
    if check is None:
        st.write(
            texts.t("The first password was chosen by somebody else. Choose one only you know.")
        )
    st.caption(texts.t("You sign in again afterwards, on every device."))
    with st.form("password"):
        present = (
            st.text_input(
                texts.t("Present password"), type="password", autocomplete="current-password"
            )
            if check is not None
            else ""
        )
        new = st.text_input(texts.t("New password"), type="password", autocomplete="new-password")
        again = st.text_input(texts.t("Once more"), type="password", autocomplete="new-password")
        asked = st.form_submit_button(texts.t("Change"), type="primary")
    if not asked:
        return False
    if new != again:
        st.error(texts.t("The two passwords differ."))
        return False
    if check is not None:
        try:
            check(present)
        except NotAllowed:
            st.error(texts.t("The present password is not right."))
            return False
    with faults_told(texts):
        desk.change_password(new)
        return True
    return False
