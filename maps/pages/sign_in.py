"""Signing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from maps.pages.frame import heading
from maps.texts import Texts
from planning.errors import NotAllowed
from planning.model import User


def page(
    sign_in: Callable[[str, str], User], *, demo: Mapping[str, str], texts: Texts
) -> User | None:
    """The form; returns the user once name and password are right.

    `demo` holds the sample's sign-ins, shown on screen because nobody in the sample exists.
    """
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        heading(texts.t("Outreach planning"), texts)
        with st.form("sign_in"):
            user_id = st.text_input(texts.t("Sign-in name"), autocomplete="username")
            password = st.text_input(
                texts.t("Password"), type="password", autocomplete="current-password"
            )
            asked = st.form_submit_button(texts.t("Sign in"), type="primary", width="stretch")
        if demo:
            _show_demo(demo, texts)
        if not asked:
            return None
        try:
            return sign_in(user_id.strip(), password)
        except NotAllowed as refusal:
            st.error(texts.t(str(refusal)))
            return None


def _show_demo(demo: Mapping[str, str], texts: Texts) -> None:
    st.markdown(f"**{texts.t('Sample sign-ins')}**")
    st.caption(texts.t("These accounts see the invented sample only."))
    st.table(
        {
            texts.t("Sign-in name"): list(demo),
            texts.t("Password"): list(demo.values()),
        }
    )
