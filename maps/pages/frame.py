"""What every screen shares: the sample's banner, faults told alike, maps in their own origin."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from maps.texts import Texts
from planning.errors import Conflict, InputError, NotAllowed, NotFound
from planning.model import Campaign
from planning.stores import Report
from planning.text import one_line


@contextmanager
def faults_told(texts: Texts) -> Iterator[None]:
    """Shows what the user can mend as messages; our own bugs go on to the error handler."""
    try:
        yield
    except InputError as error:
        for fault in error.faults:
            st.error(plain(str(fault)))
    except Conflict:
        st.warning(texts.t("Somebody else changed this meanwhile. Look at it again, then decide."))
    except NotAllowed:
        st.error(texts.t("Your role may not do this."))
    except NotFound:
        st.info(texts.t("There is nothing here yet."))


def plain(text: str) -> str:
    """`text` as Streamlit shows it literally: its Markdown, colour and maths marks disarmed."""
    marks = set("\\`*_{}[]()<>#+-.!|~$:=^@&")
    return "".join(f"\\{ch}" if ch in marks else ch for ch in one_line(text))


@contextmanager
def progress_shown(texts: Texts) -> Iterator[Report]:
    """A bar while something takes long; gone when it is done."""
    bar = st.progress(0.0)

    def report(share: float, words: str) -> None:
        bar.progress(min(max(share, 0.0), 1.0), text=texts.t(words))

    try:
        yield report
    finally:
        bar.empty()


def show_map(html: str, *, height: int = 560, name: str = "") -> None:
    """A self-contained map. As a data address it has an origin of its own: it cannot reach the app.

    `name` says to a screen reader what is on the map.
    """
    packed = base64.b64encode(html.encode()).decode()
    st.iframe(f"data:text/html;charset=utf-8;base64,{packed}", height=height, alt=name)


def sample_banner(campaign: Campaign, texts: Texts) -> None:
    """Says on every page of an invented campaign that nobody on it exists."""
    if campaign.invented:
        st.caption(
            f":orange-badge[{texts.t('Sample, invented')}] "
            + texts.t("Nobody on these pages exists. The province is modelled.")
        )
