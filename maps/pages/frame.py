"""What every screen shares: its head, faults told alike, tables, maps in their own origin."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, NoReturn, TypeVar

import streamlit as st

from maps.texts import Texts, words_of
from maps.web.shown import SHOWN
from planning.desk import Desk
from planning.errors import Conflict, Fault, InputError, NotAllowed, NotFound
from planning.model import Campaign, JobStatus
from planning.stores import Report
from planning.text import one_line

T = TypeVar("T")

# Streamlit speaks English only: its own words are replaced here, or hidden where ours say it all.
# Its tables' CSV button is hidden: what it writes is neither logged nor disarmed against formulas;
# `maps.exports` writes the files of this office. Its captions and the keys on its buttons are too
# pale to read (3.9 : 1), so is white on the light blue of a dark page's main button (2.1 : 1).
_STYLE = """<style>
[data-testid=stMainBlockContainer] { padding: 3rem 2rem 2rem; }
[data-testid=stMainBlockContainer] > [data-testid=stVerticalBlock] { gap: .75rem; }
[data-testid=stMetricValue] { font-size: 1.5rem; }
[data-testid=stCaptionContainer] { opacity: 1; }
[data-testid=stCaptionContainer] :is(p, li) {
  color: color-mix(in srgb, currentColor 80%, transparent);
}
[data-testid=stMain] kbd { opacity: .85; }
[data-testid=InputInstructions] { display: none; }
[data-testid=stElementToolbarButton]:has(> span > [aria-label="Download as CSV"]),
[data-testid=stElementToolbarButton] span:has(> [aria-label="Download as CSV"]) { display: none; }
[data-testid=stFileUploaderDropzoneInstructions] { display: none; }
[data-testid=stFileUploaderDropzone] button p { font-size: 0; }
[data-testid=stFileUploaderDropzone] button p::after { content: CHOOSE; font-size: .875rem; }
@media (prefers-color-scheme: dark) {
  [data-testid^=stBaseButton-primary]:not(:disabled) * { color: #10202f; }
}
@media (max-width: 640px) {
  [data-testid=stMainBlockContainer] { padding: 3.9rem .9rem 2rem; }
  [data-testid=stMainBlockContainer] h1 { font-size: 1.5rem; }
  [data-testid=stRadio] label { padding: .45rem 0; }
}
</style>"""

_LINK = re.compile(r"(?<=http)(?=://)|(?<=https)(?=://)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)


def heading(title: str, texts: Texts, campaign: Campaign | None = None) -> None:
    """The head of a screen: its title, that a sample is one, and what was just done."""
    st.html(_STYLE.replace("CHOOSE", json.dumps(texts.t("Choose a file"), ensure_ascii=False)))
    st.title(title, anchor=False)
    if campaign is not None and campaign.invented:
        st.caption(
            f":orange-badge[{texts.t('Sample, invented')}] "
            + texts.t("Nobody on these pages exists. The province is modelled.")
        )
    if said := st.session_state.pop("just_done", ""):
        st.success(plain(str(said)), icon=":material/check:")


def choose(
    label: str, options: Sequence[T], texts: Texts, *, key: str, said: Callable[[T], str],
    first: int = 0, width: int | Literal["stretch"] = "stretch", label_visible: bool = True,
) -> T:  # fmt: skip
    """A select box that keeps its choice when the language or the page changes.

    Streamlit's own goes on showing the words of the old language.
    """
    before, widget = st.session_state.get(key), f"{key}/{texts.language}"
    if st.session_state.get(widget) not in options:
        st.session_state[widget] = before if before in options else options[first]
    picked = st.selectbox(
        label,
        options,
        format_func=said,
        key=widget,
        width=width,
        label_visibility="visible" if label_visible else "collapsed",
    )
    assert picked is not None, "the first is chosen from the start"
    st.session_state[key] = picked
    return picked


def view_of(views: Mapping[str, str], texts: Texts, *, key: str, first: str) -> str:
    """The part of a page to show, of {name: words}: all in sight, each one press away."""
    wanted = st.session_state.pop(f"{key}/next", st.session_state.get(key))
    st.session_state[key] = wanted if wanted in views else first
    picked = st.segmented_control(
        texts.t("View"), list(views), format_func=views.__getitem__, key=key, required=True,
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    return str(picked)


def municipalities(desk: Desk, campaign: Campaign) -> dict[str, str]:
    """Code → name of those in the campaign's region, by name."""
    found = desk.region(campaign).gazetteer.municipalities
    return {each.code: each.name for each in sorted(found, key=lambda each: each.name)}


def show_next(key: str, view: str) -> None:
    """Makes `view_of` open `view` when the page is drawn anew: the next step after this one."""
    st.session_state[f"{key}/next"] = view


def lead_to(address: str, words: str) -> None:
    """The next step: a link to another page of the app, by its address in `app.py`."""
    st.page_link(
        st.Page(_elsewhere, title=words, url_path=address), icon=":material/arrow_forward:"
    )


def go_to(address: str) -> NoReturn:
    """Opens another page of the app, by its address in `app.py`."""
    st.switch_page(st.Page(_elsewhere, title=address, url_path=address))


def _elsewhere() -> None:
    """Stands for a page that is gone to: Streamlit knows pages by their address."""


def preset(key: str, value: object, texts: Texts) -> None:
    """Makes `value` what `choose` shows under `key`; for callbacks, before the page is drawn."""
    st.session_state[key] = st.session_state[f"{key}/{texts.language}"] = value


def done(words: str) -> None:
    """Runs the page anew, so that it shows what is now, and says `words` at its head."""
    st.session_state["just_done"] = words
    st.rerun()


@contextmanager
def faults_told(texts: Texts) -> Iterator[None]:
    """Shows what the user can mend as messages; our own bugs go on to the error handler."""
    try:
        yield
    except InputError as error:
        st.error(fault_lines(error.faults, texts))
    except Conflict:
        st.warning(texts.t("Somebody else changed this meanwhile. Look at it again, then decide."))
    except NotAllowed:
        st.error(texts.t("Your role may not do this."))
    except NotFound:
        st.info(texts.t("There is nothing here yet."))


def fault_lines(faults: Iterable[Fault], texts: Texts, *, most: int = 20) -> str:
    """Faults one a line, as Markdown that shows every value literally; at most `most` of them."""
    found = list(faults)
    lines = [_fault_line(fault, texts) for fault in found[:most]]
    if len(found) > most:
        lines.append(texts.t("and {count} more", count=len(found) - most))
    return "  \n".join(plain(line) for line in lines)


def why_failed(status: JobStatus, texts: Texts) -> str:
    """What long work failed by, as Markdown that shows every value literally."""
    if status.faults:
        return fault_lines(status.faults, texts)
    return plain(texts.t(status.message))


def _fault_line(fault: Fault, texts: Texts) -> str:
    row = "" if fault.row is None else texts.t("row {row}", row=fault.row)
    field = texts.t(fault.field) if fault.field else ""
    place = ", ".join(part for part in (fault.file, row, field) if part)
    where = " ".join(part for part in (place, f"“{fault.value}”" if fault.value else "") if part)
    message = words_of(fault, texts)
    return f"{where}: {message}" if where else message


def plain(text: str) -> str:
    """`text` as Streamlit shows it literally: its Markdown, colour and maths marks disarmed.

    Addresses of web pages and mail become links even with their marks escaped: there an invisible
    word joiner stands between.
    """
    marks = set("\\`*_{}[]()<>#+-.!|~$:=^@&")
    return "".join(f"\\{ch}" if ch in marks else ch for ch in _LINK.sub("\u2060", one_line(text)))


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
    """A self-contained map, in a frame with an origin of its own: it cannot reach the app.

    `name` says to a screen reader what is on the map.
    """
    st.iframe(SHOWN.keep(html), height=height, alt=name)
