"""Signing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import streamlit as st

from maps.pages.frame import heading, plain
from maps.texts import Texts
from maps.web.signing_in import PATH, served
from planning.errors import NotAllowed

_LOOK = """<style>
.sign-in { display: grid; gap: .9rem; padding: 1.2rem; border: 1px solid #8b94a380;
  border-radius: .5rem; }
.sign-in label { display: grid; gap: .25rem; font-size: .9rem; }
.sign-in input { font: inherit; font-size: 1rem; padding: .55rem .75rem; border-radius: .5rem;
  border: 1px solid #8b94a3; background: transparent; color: inherit; min-width: 0; }
.sign-in button { font: inherit; padding: .6rem; border: 0; border-radius: .5rem; color: #fff;
  background: #0b5cad; cursor: pointer; }
.sign-in input:focus-visible, .sign-in button:focus-visible { outline: 3px solid #7fb2e5; }
</style>"""


def page(
    sign_in: Callable[[str, str], str], *, demo: Mapping[str, str], texts: Texts,
    organisation: bool = False, refused: str = "",
) -> str:  # fmt: skip
    """The form; returns the token of a session where this page itself had to ask for it.

    The service answers the form by a cookie; only `streamlit run app.py` asks within the page.

    Args:
        sign_in: name and password → token of a session.
        demo: the sample's sign-ins, shown on screen because nobody in the sample exists.
        texts: the language.
        organisation: whether the organisation's own sign-in is set up.
        refused: why the form was refused, as the address of the page says.
    """
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        heading(texts.t("Outreach planning"), texts)
        if refused:
            st.error(_refusal(refused, texts))
        token = ""
        if served():
            st.html(_form(texts))
        else:
            token = _within_the_page(sign_in, texts)
        if organisation and st.button(
            texts.t("Sign in with the organisation's account"), icon=":material/badge:",
            width="stretch",
        ):  # fmt: skip
            st.login()
        if demo:
            _show_demo(demo, texts)
    return token


def _form(texts: Texts) -> str:
    """A plain form: the password goes to the service and never into the page's own state."""
    name, password, button = (
        escape(texts.t(each)) for each in ("Sign-in name", "Password", "Sign in")
    )
    return (
        f'{_LOOK}<form class="sign-in" method="post" action="{PATH}">'
        f'<label>{name}<input name="user" autocomplete="username" autocapitalize="none" '
        'maxlength="200" required></label>'
        f'<label>{password}<input name="password" type="password" '
        'autocomplete="current-password" maxlength="1000" required></label>'
        f'<input type="hidden" name="language" value="{escape(texts.language)}">'
        f'<button type="submit">{button}</button></form>'
    )


def _within_the_page(sign_in: Callable[[str, str], str], texts: Texts) -> str:
    st.caption(texts.t("Started without `outreach.py serve`: reloading the page signs you out."))
    with st.form("sign_in"):
        user_id = st.text_input(texts.t("Sign-in name"), autocomplete="username")
        password = st.text_input(
            texts.t("Password"), type="password", autocomplete="current-password"
        )
        asked = st.form_submit_button(texts.t("Sign in"), type="primary", width="stretch")
    if not asked:
        return ""
    try:
        return sign_in(user_id.strip(), password)
    except NotAllowed as refusal:
        st.error(plain(texts.t(str(refusal))))
        return ""


def _refusal(code: str, texts: Texts) -> str:
    """The words for what the form's answer says: anybody can write an address."""
    if code.isdecimal() and len(code) <= 3:
        return texts.t("Too many failed attempts. Try again in {minutes} min.", minutes=int(code))
    if code == "unknown":
        return texts.t("The organisation knows you, but there is no account for you here.")
    if code == "busy":
        return texts.t("The service is busy. Try again.")
    return texts.t("wrong name or password")


def _show_demo(demo: Mapping[str, str], texts: Texts) -> None:
    st.markdown(f"**{texts.t('Sample sign-ins')}**")
    st.caption(texts.t("These accounts see the invented sample only."))
    st.table(
        {
            texts.t("Sign-in name"): list(demo),
            texts.t("Password"): list(demo.values()),
        }
    )
