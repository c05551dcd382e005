"""Ten thousand hostile strings through every field: kept as they came, or refused in one line."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable

import pytest
from office import ADMIN, AUDITOR, CAMPAIGN, LAT, LON, PLANNER, Office
from openpyxl import Workbook
from towns import FIRST_DAY

from data.casefiles.delimited import MOST_LINES
from planning.errors import OutreachError
from planning.model import Campaign, Choice, Result, Role, User
from planning.text import has_control
from tests.harness import hostile, sizes
from tests.harness.clerk import published_plan
from tests.harness.store import Store

COUNT = sizes.of(100, full=10_000)
AN_OFFICE = 500
"""Strings that are typed into one office: each makes a campaign, and no office has thousands."""
LONGEST = 2_500
"""Characters of a refusal: that of a list names the headings it has, as far as they fit."""
_ID = CAMPAIGN.campaign_id
HEADINGS = (
    "id", "address", "settlement", "municipality", "province", "district", "postcode", "child",
    "national id", "phone", "requires", "language", "school", "team", "kit type", "note",
    "deadline", "kits", "sensitive", "second crew", "hazard",
    "category",
)  # fmt: skip


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return hostile.strings(COUNT)


def test_case_lists_keep_hostile_cells_as_they_are_or_refuse_the_row(
    store: Store, texts: list[str]
) -> None:
    """Every column of CSV and XLSX: accepted + rejected = rows, and what is kept reads back."""
    store.furnish()
    told: Counter[str] = Counter()
    with store.opened() as office:
        planner = office.desk(PLANNER)
        for number, batch in enumerate(hostile.batches(texts, 500)):
            rows = [_row(number, row, text) for row, text in enumerate(batch)]
            long = [row for row in rows if "".join(row).count("\n") >= MOST_LINES]
            short = [row for row in rows if row not in long]
            # Of these the reader tears the lines apart, as if a mark had never been closed.
            torn = planner.preview_cases(_ID, _csv([HEADINGS, *long]), "long.csv")
            assert len(torn.cases) + len(torn.rejected) == torn.rows_total
            assert len(torn.rejected) >= len(long)
            for name, content, count in (
                ("list.csv", _csv([HEADINGS, *short]), len(short)),
                ("list.xlsx", _xlsx(rows), len(rows)),
            ):
                intake = planner.import_cases(_ID, content, name)
                assert len(intake.cases) + len(intake.rejected) == count
                kept = {each.case.case_id: each.case for each in planner.cases(_ID)}
                assert all(kept[case.case_id] == case for case in intake.cases)
                told["accepted"] += len(intake.cases)
                told["rejected"] += len(intake.rejected)
                for rejected in intake.rejected:
                    for fault in rejected.faults:
                        assert _is_clean(str(fault)), repr(str(fault))
        _log_is_clean(office)
    print(f"{store.kind}: {COUNT} strings, {len(HEADINGS)} columns, CSV and XLSX: {dict(told)}")


@pytest.mark.parametrize("first", range(0, COUNT, AN_OFFICE))
def test_what_people_type_is_kept_as_it_is_or_refused(
    store: Store, texts: list[str], first: int
) -> None:
    """Accounts, passwords, campaigns, teams, notes, choices, keys, districts: no error of ours."""
    store.furnish()
    texts = texts[first : first + AN_OFFICE]
    told: Counter[str] = Counter()
    unclean: dict[str, str] = {}
    kept: dict[str, set[str]] = defaultdict(set)
    with store.opened() as office:
        typing = Typing(office)
        for number, text in enumerate(texts):
            for name, act in typing.acts(number, text).items():
                refusal = _refusal(act)
                told[f"{name} {'refused' if refusal else 'kept'}"] += 1
                if not refusal:
                    kept[name].add(text)
                if not all(_is_clean(line, LONGEST) for line in refusal.split("\n")):
                    unclean[name] = repr(refusal[:120])
        assert {name: kept[name] - found for name, found in typing.found().items()} == {
            name: set() for name in typing.found()
        }
        _log_is_clean(office)
        office.registry.verify_audit()
    print(f"{store.kind}: {len(texts)} strings in each: {dict(sorted(told.items()))}")
    assert unclean == {}
    assert all(told[f"{name} kept"] for name in ("user name", "outcome note", "choice note"))


class Typing:
    """One use case for every place where somebody can type something."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._planner, self._admin = office.desk(PLANNER), office.desk(ADMIN)
        plan = published_plan(office)
        self._route = plan.routes[0]
        first = self._route.stops[0].visit_id
        (self._case_ids,) = (visit.case_ids for visit in plan.visits if visit.visit_id == first)
        self._team = office.desk(User("team", "Team", Role.TEAM, "RVS01", self._route.team_id))

    def acts(self, number: int, text: str) -> dict[str, Callable[[], object]]:
        """Each of them with this text."""
        planner, save = self._planner, self._save
        return {
            "user name": lambda: save(User(f"user{number}", text, Role.VIEWER)),
            "sign-in name": lambda: save(User(text, "Name", Role.VIEWER)),
            "municipality of an account": lambda: save(
                User(f"co{number}", "Name", Role.COORDINATOR, text)
            ),
            "password": lambda: self._with_password(number, f"{text} дълга парола"),
            "sign-in": lambda: self._office.registry.sign_in(text, text),
            "campaign": lambda: planner.create_campaign(
                Campaign(f"k{number}", text, FIRST_DAY, 5, "riverside")
            ),
            "region": lambda: planner.create_campaign(
                Campaign(f"r{number}", "x", FIRST_DAY, 5, region=text)
            ),
            "campaign id": lambda: planner.cases(text),
            "outcome note": lambda: self._record(text, f"key{number}"),
            "outcome key": lambda: self._record(f"бележка {number}", text),
            "choice note": lambda: self._settle(text),
            "district": lambda: planner.move_cases(_ID, [text], text),
            "team list": lambda: planner.import_teams(_ID, _teams(text), text),
            "file name": lambda: planner.preview_cases(_ID, text.encode("utf-8", "replace"), text),
        }

    def found(self) -> dict[str, set[str]]:
        """What the registry has of them, in the words in which it was typed."""
        with self._office.registry.work(PLANNER.user_id) as work:
            outcomes = work.outcomes(_ID)
            users, campaigns = work.users(), work.campaigns()
        return {
            "user name": {each.name for each in users},
            "sign-in name": {each.user_id for each in users},
            "municipality of an account": {each.municipality_code for each in users},
            "campaign": {each.name for each in campaigns},
            "outcome note": {each.note for each in outcomes},
            # One without a key is known by its content.
            "outcome key": {
                "" if each.key.startswith("content:") else each.key for each in outcomes
            },
        }

    def _save(self, user: User) -> None:
        self._admin.save_user(user, password=f"дълга парола {user.role} xyz")

    def _with_password(self, number: int, password: str) -> None:
        user = User(f"p{number}", "Name", Role.VIEWER)
        self._admin.save_user(user, password=password)
        assert self._office.registry.sign_in(user.user_id, password).user_id == user.user_id

    def _record(self, note: str, key: str) -> None:
        self._team.record_outcome(
            _ID, case_ids=self._case_ids, team_id=self._route.team_id, day=FIRST_DAY,
            result=Result.MET, key=key, note=note,
        )  # fmt: skip

    def _settle(self, note: str) -> None:
        with self._office.registry.work(PLANNER.user_id, reading=True) as work:
            version = work.case(_ID, "c4").version
        choice = Choice(pin=(LON, LAT), note=note)
        self._planner.settle(_ID, "c4", choice, version=version)
        with self._office.registry.work(PLANNER.user_id, reading=True) as work:
            assert work.case(_ID, "c4").decision_note == note


def _teams(text: str) -> bytes:
    """A list of teams with the text in every column."""
    return _csv(
        [
            ("team_id", "name", "municipality", "lat", "lon", "institutions", "order", "office"),
            ("t1", text, "Речно", str(LAT), str(LON), text, text, text),
            ("t2", "Екип 2", text, str(LAT), str(LON), "", "", ""),
            (text, "Екип 3", "Речно", str(LAT), str(LON), "", "", ""),
        ]
    )


def _refusal(act: Callable[[], object]) -> str:
    """What was told; any error that is not one of ours goes through and fails the test."""
    try:
        act()
    except OutreachError as error:
        return str(error) or "refused"
    return ""


def _is_clean(told: str, longest: int = 400) -> bool:
    """It can be shown and logged: short, and nothing in it moves the cursor or half a character."""
    whole = not has_control(told) and hostile.storable(told)
    return whole and len(told.splitlines()) <= 1 and len(told) <= longest


def _log_is_clean(office: Office) -> None:
    for entry in office.desk(AUDITOR).audit_log():
        for text in (entry.actor, entry.action, entry.subject, entry.detail):
            assert _is_clean(text), repr(text)


def _row(batch: int, row: int, text: str) -> tuple[str, ...]:
    """The text in every column in turn, and in all of them once in a while."""
    calm = [f"h{batch}-{row}", "гр. Речно, ул. Роза 2", *([""] * (len(HEADINGS) - 2))]
    if row % 7 == 0:
        return (calm[0], *([text] * (len(HEADINGS) - 1)))
    calm[row % len(HEADINGS)] = text
    return tuple(calm)


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def _xlsx(rows: list[tuple[str, ...]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    sheet.append(list(HEADINGS))
    for row in rows:
        sheet.append([_for_xml(text) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _for_xml(text: str) -> str:
    """What a spreadsheet program can have written."""
    kept = (
        sign
        for sign in text
        if sign in "\t\n" or (" " <= sign < "\ud800") or "\ue000" <= sign < "\ufffe"
    )
    return "".join(kept)[:32_000]
