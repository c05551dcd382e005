"""Planner: kits from the sponsor's promise to the family, and letters of thanks."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from maps.letters import Letter, thank_you_letters
from maps.pages.frame import choose, done, faults_told, heading, plain, view_of
from maps.texts import LANGUAGE_NAMES, Texts, translator
from planning.desk import Desk, KitBook
from planning.kits import KitType, Pledge, Sponsor, StockMove, Store
from planning.model import Campaign


def page(desk: Desk, campaign: Campaign, texts: Texts, *, today: date) -> None:
    """What is needed and what is there; then what can be entered."""
    heading(texts.t("Kits"), texts, campaign)
    with faults_told(texts):
        book = desk.kit_book(campaign.campaign_id)
        if book.kinds:
            _ledger(book, texts)
            if book.unclear:
                st.warning(
                    texts.n(
                        "{count} delivery names no kit: enter it by hand.",
                        "{count} deliveries name no kit: enter them by hand.",
                        len(book.unclear),
                    )
                )
        else:
            st.info(texts.t("There are no kits yet. Say first what this campaign hands over."))
        sponsors = [each.value for each in desk.sponsors()]
        views: dict[str, tuple[str, Callable[[], None]]] = {
            "named": (
                texts.t("Kits and sponsors"),
                lambda: _named_first(desk, campaign, book, sponsors, texts),
            ),
            "promised": (
                texts.t("Promised"),
                lambda: _pledge(desk, campaign, book, sponsors, texts, today),
            ),
            "received": (
                texts.t("Received"),
                lambda: _receive(desk, campaign, book, sponsors, texts, today),
            ),
            "loaded": (texts.t("Loaded"), lambda: _load(desk, campaign, book, texts, today)),
            "thanked": (texts.t("Thanks"), lambda: _thank(desk, campaign, book, texts, today)),
        }
        said = {name: words for name, (words, _) in views.items()}
        # The way of a kit from left to right; it opens where the next step is.
        first = "loaded" if book.moves else "received" if book.pledges else "named"
        view = view_of(said, texts, key="kits_view", first=first)
        views[view][1]()


def _ledger(book: KitBook, texts: Texts) -> None:
    names = {(each.kit_type, each.size): _named(each) for each in book.kinds}
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Kit"): [names[each.kit_type, each.size] for each in book.lines],
                texts.t("Needed"): [each.needed for each in book.lines],
                texts.t("Promised"): [each.pledged for each in book.lines],
                texts.t("Received"): [each.received for each in book.lines],
                texts.t("In the office"): [each.office for each in book.lines],
                texts.t("With the teams"): [each.teams for each in book.lines],
                texts.t("With families"): [each.families for each in book.lines],
                texts.t("Lost"): [each.lost for each in book.lines],
                texts.t("Missing"): [each.missing for each in book.lines],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _named(kind: KitType) -> str:
    return f"{kind.name}, {kind.size}" if kind.size else kind.name


def _receive(
    desk: Desk, campaign: Campaign, book: KitBook, sponsors: list[Sponsor], texts: Texts,
    today: date,
) -> None:  # fmt: skip
    """What came of a promise; the whole rest of it is proposed."""
    if not book.pledges:
        st.info(texts.t("Enter first what was promised."))
        return
    came: Counter[str] = Counter()
    for move in book.moves:
        if move.came_from is Store.SPONSOR:
            came[move.pledge_id] += move.kits
    names = {(each.kit_type, each.size): _named(each) for each in book.kinds}
    givers = {each.sponsor_id: each.name for each in sponsors}
    pledges = {each.value.pledge_id: each.value for each in book.pledges}

    def told(pledge_id: str) -> str:
        pledge = pledges[pledge_id]
        share = texts.t("{came} of {kits} came", came=came[pledge_id], kits=pledge.kits)
        giver = givers.get(pledge.sponsor_id, "")
        return f"{giver} · {names[pledge.kit_type, pledge.size]} · {share}"

    still = sorted(pledges, key=lambda each: came[each] >= pledges[each].kits)
    pledge_id = choose(texts.t("What was promised"), still, texts, key="pledge", said=told)
    pledge = pledges[pledge_id]
    with st.form(f"receive/{pledge_id}/{came[pledge_id]}", border=False):
        rest = max(1, pledge.kits - came[pledge_id])
        kits = st.number_input(texts.t("Kits that came"), 1, 100_000, rest)
        if st.form_submit_button(texts.t("Enter"), type="primary"):
            move = StockMove(
                uuid.uuid4().hex, pledge.kit_type, int(kits), Store.SPONSOR, Store.OFFICE, today,
                pledge.size, pledge_id=pledge.pledge_id,
            )  # fmt: skip
            desk.move_kits(campaign.campaign_id, move)
            done(texts.t("Entered."))


def _load(desk: Desk, campaign: Campaign, book: KitBook, texts: Texts, today: date) -> None:
    teams = desk.teams(campaign.campaign_id)
    if not (book.kinds and teams):
        st.info(texts.t("There is nothing to load yet."))
        return
    with st.form("load", clear_on_submit=True, border=False):
        left, middle, right = st.columns(3)
        team = left.selectbox(texts.t("Team"), teams, format_func=lambda each: each.name)
        kind = middle.selectbox(texts.t("Kit"), book.kinds, format_func=_named)
        kits = right.number_input(texts.t("Kits"), 1, 100_000, 1)
        ways = {
            (Store.OFFICE, Store.TEAM): texts.t("into the car"),
            (Store.TEAM, Store.OFFICE): texts.t("back to the office"),
            (Store.TEAM, Store.FAMILY): texts.t("handed to a family"),
            (Store.TEAM, Store.LOST): texts.t("lost"),
        }
        way = st.radio(texts.t("Where"), list(ways), format_func=ways.__getitem__, horizontal=True)
        if st.form_submit_button(texts.t("Enter"), type="primary"):
            move = StockMove(
                uuid.uuid4().hex, kind.kit_type, int(kits), way[0], way[1], today, kind.size,
                team.team_id,
            )  # fmt: skip
            desk.move_kits(campaign.campaign_id, move)
            done(texts.t("Entered."))


def _pledge(
    desk: Desk, campaign: Campaign, book: KitBook, sponsors: list[Sponsor], texts: Texts,
    today: date,
) -> None:  # fmt: skip
    if not (book.kinds and sponsors):
        st.info(texts.t("Name a kit and a sponsor first."))
        return
    with st.form("pledge", clear_on_submit=True, border=False):
        left, middle, right = st.columns(3)
        sponsor = left.selectbox(texts.t("Sponsor"), sponsors, format_func=lambda each: each.name)
        kind = middle.selectbox(texts.t("Kit"), book.kinds, format_func=_named)
        kits = right.number_input(texts.t("Kits"), 1, 100_000, 1)
        if st.form_submit_button(texts.t("Enter"), type="primary"):
            pledge = Pledge(
                uuid.uuid4().hex, sponsor.sponsor_id, kind.kit_type, int(kits), today, kind.size
            )
            desk.save_pledge(campaign.campaign_id, pledge)
            done(texts.t("Entered."))


def _named_first(
    desk: Desk, campaign: Campaign, book: KitBook, sponsors: list[Sponsor], texts: Texts
) -> None:
    """Everything else asks for a kit and a sponsor."""
    left, right = st.columns(2, gap="large")
    with left:
        _kinds(desk, campaign, book, texts)
    with right:
        _sponsor(desk, texts)
        if sponsors:
            st.caption(plain(", ".join(sorted(each.name for each in sponsors))))


def _kinds(desk: Desk, campaign: Campaign, book: KitBook, texts: Texts) -> None:
    with st.form("kind", clear_on_submit=True, border=False):
        st.subheader(texts.t("A kind of kit"), anchor=False)
        code, name, size = st.columns(3, vertical_alignment="bottom")
        kit_type = code.text_input(texts.t("Code, as in the case list"), max_chars=40)
        words = name.text_input(texts.t("Name"), max_chars=80)
        which = size.text_input(texts.t("Size"), max_chars=20)
        if not st.form_submit_button(texts.t("Add")):
            return
        if kit_type.strip():
            new = KitType(kit_type.strip(), words.strip() or kit_type.strip(), which.strip())
            desk.save_kit_types(campaign.campaign_id, [*book.kinds, new])
            done(texts.t("Entered."))
        st.warning(texts.t("Write the code first."))


def _sponsor(desk: Desk, texts: Texts) -> None:
    with st.form("sponsor", clear_on_submit=True, border=False):
        st.subheader(texts.t("A sponsor"), anchor=False)
        left, right = st.columns(2)
        name = left.text_input(texts.t("Name"), max_chars=120)
        language = right.selectbox(
            texts.t("Language of the letter"), list(LANGUAGE_NAMES),
            format_func=LANGUAGE_NAMES.__getitem__,
            index=list(LANGUAGE_NAMES).index(texts.language),
        )  # fmt: skip
        address = st.text_area(texts.t("Address"), max_chars=300)
        if not st.form_submit_button(texts.t("Add")):
            return
        if name.strip():
            desk.save_sponsor(Sponsor(uuid.uuid4().hex, name.strip(), language, address.strip()))
            done(texts.t("Entered."))
        st.warning(texts.t("Write the name first."))


def _thank(desk: Desk, campaign: Campaign, book: KitBook, texts: Texts, today: date) -> None:
    thanks = desk.thanks(campaign.campaign_id)
    if not thanks:
        st.caption(texts.t("Everybody whose kits came was thanked."))
        return
    names = {(each.kit_type, each.size): _named(each) for each in book.kinds}
    st.write(
        texts.n("{count} sponsor to thank", "{count} sponsors to thank", len(thanks))
        + ": "
        + plain(", ".join(each.sponsor.name for each in thanks))
    )
    letters = [
        Letter(
            each.sponsor.name,
            each.sponsor.address,
            tuple((names[given.kit_type, given.size], kits) for given, kits in each.given),
            translator(each.sponsor.language or texts.language),
        )
        for each in thanks
    ]
    office = st.text_input(texts.t("Who signs"), max_chars=120, key="letters_office")
    with st.container(horizontal=True):
        st.download_button(
            texts.t("Letters (PDF)"),
            thank_you_letters(letters, campaign=campaign.name, office=office, day=today),
            f"letters-{today.isoformat()}.pdf",
            "application/pdf",
            on_click="ignore",
        )
        if st.button(texts.t("The letters went out")):
            pledges = [given.pledge_id for each in thanks for given, _ in each.given]
            desk.thanked(campaign.campaign_id, pledges, today)
            done(texts.t("Entered."))
