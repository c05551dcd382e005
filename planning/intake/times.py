"""When somebody can be met, as people write it: "пн-пт 17:00-19:00; сб 10-13", "17:00-dan sonra".

A text becomes a few kinds of pieces (days, times, "after", "before", "from", dashes, parts of the
day); words that add nothing, case endings among them, are dropped; what is left must be read whole,
or the cell is refused: a window that is guessed sends a crew to a closed door.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from enum import Enum, auto
from functools import lru_cache
from itertools import takewhile

from planning.intake import words
from planning.intake.cells import Cell, Unreadable
from planning.intake.words import fold
from planning.model import ALL_WEEK, Window
from planning.text import note

DAY_SECONDS = 24 * 3600
_EXAMPLES = {"hours": "17:00-19:30", "week": "пн-пт 17:00-19:00; сб 10:00-13:00"}


class _Kind(Enum):
    DAYS = auto()
    TIME = auto()
    PART = auto()
    AFTER = auto()
    BEFORE = auto()
    FROM = auto()
    DASH = auto()


_Piece = tuple[_Kind, frozenset[int], tuple[int, int]]
"""(kind, weekdays of DAYS, seconds of TIME (twice) or PART)."""

_Span = tuple[int, int]
"""(start, end) in seconds after midnight."""

_NO_DAYS: frozenset[int] = frozenset()
_SIGNS = {
    _Kind.AFTER: words.AFTER,
    _Kind.BEFORE: words.BEFORE,
    _Kind.FROM: words.BETWEEN,
}
_LEXEME = re.compile(
    r"(?P<hour>\d+)(?:\s?[:.]\s?(?P<minute>\d{2})(?!\d))?|(?P<word>[^\W\d_]+)|(?P<dash>[-–—])|(?P<other>\S)"
)
_LONGEST_PHRASE = 4
"""Words and full stops of the longest phrase: “раб. дни”, “bazar ertəsi”."""


def windows_of(cell: Cell) -> tuple[Window, ...]:
    """Windows of a cell. Empty or "any time" gives none, which means no restriction.

    Days without a time are whole days; times without a day hold on every day.
    """
    if isinstance(cell, int | float | time | timedelta | date):
        raise Unreadable(
            note("one time alone is not enough: write e.g. “{hours}” or “{week}”", **_EXAMPLES)
        )
    return _windows_of_text(cell or "")


@lru_cache(maxsize=4_096)
def _windows_of_text(text: str) -> tuple[Window, ...]:
    if fold(text) in words.ANY_TIME | words.NOTHING | {""}:
        return ()
    found: list[Window] = []
    for part in re.split(r"[;\n\r]", text):
        found += _read(_pieces(part))
    return tuple(dict.fromkeys(found))


def _pieces(text: str) -> list[_Piece]:
    lexemes = list(_LEXEME.finditer(text))
    pieces: list[_Piece] = []
    at = 0
    while at < len(lexemes):
        found = lexemes[at]
        used = 1
        if found["hour"]:
            moment = _moment(found["hour"], found["minute"] or "0")
            pieces.append((_Kind.TIME, frozenset(), (moment, moment)))
        elif found["word"]:
            used = _word(lexemes[at : at + _LONGEST_PHRASE], pieces)
        elif found["dash"]:
            pieces.append((_Kind.DASH, frozenset(), (0, 0)))
        elif found["other"] not in ",.()/&:":
            raise Unreadable(
                note("cannot read the time: write e.g. “{hours}” or “{week}”", **_EXAMPLES)
            )
        at += used
    return pieces


def _moment(hour: str, minute: str) -> int:
    seconds = int(hour[:3]) * 3600 + int(minute) * 60
    if int(minute) > 59 or seconds > DAY_SECONDS:
        raise Unreadable(
            note("there is no such time of day: write e.g. “{hours}” or “{week}”", **_EXAMPLES)
        )
    return seconds


def _word(lexemes: list[re.Match[str]], pieces: list[_Piece]) -> int:
    """Adds the piece that the longest known phrase at the start of `lexemes` is; its length."""
    ends = takewhile(lambda at: lexemes[at]["word"] or lexemes[at][0] == ".", range(len(lexemes)))
    for length in sorted((at + 1 for at in ends if lexemes[at]["word"]), reverse=True):
        phrase = fold(" ".join(found[0] for found in lexemes[:length]))
        piece = _piece(phrase)
        if piece is None and phrase not in words.TIME_NOISE:
            continue
        # "17:00-dan": the dash holds a case ending, not a second time.
        if _kinds(pieces[-2:]) == "T-" and (piece is None or piece[0] in _SIGNS):
            pieces.pop()
        pieces += [piece] if piece else []
        return length
    raise Unreadable(
        note(
            "cannot read “{word}” as a day or time: write e.g. “{hours}” or “{week}”",
            word=lexemes[0][0][:20],
            **_EXAMPLES,
        )
    )


def _piece(phrase: str) -> _Piece | None:
    if phrase in words.WEEKDAYS:
        return (_Kind.DAYS, words.WEEKDAYS[phrase], (0, 0))
    if phrase in words.DAY_PARTS:
        return (_Kind.PART, frozenset(), words.DAY_PARTS[phrase])
    for kind, signs in _SIGNS.items():
        if phrase in signs:
            return (kind, frozenset(), (0, 0))
    return None


def _read(pieces: list[_Piece]) -> list[Window]:
    """Windows of a text without semicolons, where days stand before their times or after them."""
    days, spans = _grouped(pieces)
    if not days:
        days = [ALL_WEEK] * len(spans)
    elif not spans:
        spans = [[(0, DAY_SECONDS)]] * len(days)
    if len(days) != len(spans):
        raise Unreadable(
            note(
                "unclear which time belongs to which day: write e.g. “{hours}” or “{week}”",
                **_EXAMPLES,
            )
        )
    return [
        Window(start, end, weekdays)
        for weekdays, here in zip(days, spans, strict=True)
        for start, end in here
    ]


def _grouped(pieces: list[_Piece]) -> tuple[list[frozenset[int]], list[list[_Span]]]:
    """(days that stand together, times that stand together), each in their order."""
    days: list[frozenset[int]] = []
    spans: list[list[_Span]] = []
    before, at = "", 0
    while at < len(pieces):
        kinds = _kinds(pieces[at:])
        if kinds[0] == "-" or kinds.startswith("FD"):
            at += 1
            continue
        if kinds[0] == "D":
            used, more = _days(pieces[at:])
            days[len(days) - (before == "D") :] = [(days[-1] if before == "D" else _NO_DAYS) | more]
        else:
            used, span = _span(pieces[at:])
            # “evening after 18” narrows and “morning and after 17” widens: they look the same.
            if before and "P" in (before, kinds[0]) and before != kinds[0] and before != "D":
                raise Unreadable(
                    note(
                        "a part of the day beside a time: write e.g. “{hours}” or “{week}”",
                        **_EXAMPLES,
                    )
                )
            if before in ("", "D"):
                spans.append([])
            spans[-1].append(span)
        before = kinds[0] if kinds[0] in "DP" else "T"
        at += used
    return days, spans


_LETTER = {
    _Kind.DAYS: "D",
    _Kind.TIME: "T",
    _Kind.PART: "P",
    _Kind.AFTER: "A",
    _Kind.BEFORE: "B",
    _Kind.FROM: "F",
    _Kind.DASH: "-",
}


def _kinds(pieces: list[_Piece], most: int = 5) -> str:
    return "".join(_LETTER[kind] for kind, _, _ in pieces[:most])


def _days(pieces: list[_Piece]) -> tuple[int, frozenset[int]]:
    """(pieces used, weekdays) of "пн", "пн-пт", "от пн до пт"; сб-пн goes over the week's end."""
    first = pieces[0][1]
    if not re.match("D[-B]D", _kinds(pieces)) or len(first) > 1 or len(pieces[2][1]) > 1:
        return 1, first
    start, end = min(first), min(pieces[2][1])
    return 3, frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))


_SPANS = (
    # (shape of the pieces, which two moments make the window; None is the day's start or end)
    (re.compile("F?T[-B]TB?|F?TTB"), (0, 1)),
    (re.compile("F?TB|BT"), (None, 0)),
    (re.compile("F?TA|AT|FT"), (0, None)),
    (re.compile("P"), (0, 0)),
)


def _span(pieces: list[_Piece]) -> tuple[int, _Span]:
    """(pieces used, (start, end)) of the time that `pieces` begin with."""
    kinds = _kinds(pieces)
    for shape, (start, end) in _SPANS:
        if found := shape.match(kinds):
            used = found.end()
            moments = [piece[2] for piece in pieces[:used] if piece[0] in (_Kind.TIME, _Kind.PART)]
            span = (
                0 if start is None else moments[start][0],
                DAY_SECONDS if end is None else moments[end][1],
            )
            if span[0] >= span[1]:
                raise Unreadable(
                    note(
                        "the end is not after the start: write e.g. “{hours}” or “{week}”",
                        **_EXAMPLES,
                    )
                )
            return used, span
    raise Unreadable(
        note("one time alone is not enough: write e.g. “{hours}” or “{week}”", **_EXAMPLES)
    )
