"""What errors say of texts that came from outside."""

from __future__ import annotations

import pytest

from planning.errors import Change, Conflict, Fault, InputError

HOSTILE = "x\r\n2026-01-01 root save_user ok\x1b[31m\u202e.csv" + "я" * 4_000


def test_a_files_name_is_told_on_one_short_line() -> None:
    """A browser sends any text at all as a file's name; it must not write lines of its own."""
    told = str(Fault("choose another", file=HOSTILE, row=3, field="address"))
    assert len(told.splitlines()) == 1
    assert not set(told) & set("\x1b\u202e")
    assert len(told) < 150
    assert told.startswith("x 2026-01-01 root save_user ok")
    assert told.endswith("…, row 3, address: choose another")


def test_every_fault_is_a_line() -> None:
    """Two faults are two lines, however many their files' names have."""
    both = InputError([Fault("first", file=HOSTILE), Fault("second", file=HOSTILE)])
    assert len(str(both).splitlines()) == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change("anna", "2026-08-20T09:00:11", ()), "anna changed this at 2026-08-20 09:00 UTC"),
        (
            Change("anna", "2026-08-20T09:00:11", ("place", "phone")),
            "anna changed this at 2026-08-20 09:00 UTC (place, phone)",
        ),
    ],
)
def test_a_change_says_who_when_and_what(change: Change, told: str) -> None:
    """So that the second planner knows whom to ask."""
    assert str(change) == told
    assert Conflict(told, changes=[change]).changes == (change,)
