"""What may be written into a column, and how values become text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, TypeVar

from data.registry.tables import (
    ID_LENGTH,
)
from planning.errors import Fault, InputError
from planning.text import note, shorten
from planning.wire import dump

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")

_AT_ONCE = 500
"""Ids in one query: databases limit how many values a statement may have."""


def chunks(values: Sequence[T], at_once: int = _AT_ONCE) -> Iterable[Sequence[T]]:
    """`values` in pieces, by default such as one statement takes."""
    return (values[first : first + at_once] for first in range(0, len(values), at_once))


def differing(mine: DataclassInstance, theirs: DataclassInstance) -> tuple[str, ...]:
    """Names of the fields in which two values of one dataclass differ."""
    return tuple(
        field.name
        for field in fields(mine)
        if getattr(mine, field.name) != getattr(theirs, field.name)
    )


def refuse_twice(ids: Iterable[str], what: str) -> None:
    """Refuses ids that come twice.

    Raises:
        InputError: every id that comes more than once.
    """
    twice = [each for each, count in Counter(ids).items() if count > 1]
    if twice:
        raise InputError(
            Fault(
                note("two rows have this {what} id; give each its own", what=what),
                value=shorten(each),
            )
            for each in twice
        )


def as_json(value: object) -> str:
    """`value` as JSON.

    Raises:
        InputError: text that no encoding can hold (half of a character).
    """
    try:
        return dump(value)
    except ValueError:
        raise InputError(_UNSTORABLE) from None


def storable(text: str, field: str) -> str:
    """A text that an encoding can hold.

    Raises:
        InputError: half of a character.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(replace(_UNSTORABLE, field=field)) from None
    return text


_UNSTORABLE = Fault(note("holds half of a character, which cannot be kept; type it again"))


def plain(text: str, field: str, length: int = ID_LENGTH) -> str:
    """A text for a column that is not sealed.

    Raises:
        InputError: too long, or with signs that a database does not take.
    """
    if len(text) > length:
        raise InputError(
            Fault(note("longer than {most} characters; shorten it", most=length), field=field)
        )
    if "\x00" in text:
        raise InputError(Fault(note("holds a NUL character; type it again"), field=field))
    return storable(text, field)


def checked_id(text: str, field: str) -> str:
    """An id for a column.

    Raises:
        InputError: empty, too long, or signs that a database does not take.
    """
    if not text.strip():
        raise InputError(Fault(note("is empty; every record needs an id"), field=field))
    return plain(text, field)


def checked_name(text: str, field: str) -> str:
    """A name for a column, longer than an id may be.

    Raises:
        InputError: too long, or signs that a database does not take.
    """
    return plain(text, field, 500)
