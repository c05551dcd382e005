"""Names for records that came without a case ID."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from planning.intake.words import fold
from planning.model import Case

MadeId = Callable[[Case], str]


def by_row(case: Case) -> str:
    """`r7` for row 7: fits a list that is planned once."""
    return f"r{case.row}"


def by_content(key: bytes) -> MadeId:
    """An ID that the same child at the same address gets again, wherever its row stands.

    It reaches logs and exports, so it is keyed: without the office's `key` nobody can find out
    whether it belongs to a child they know.
    """

    def made_id(case: Case) -> str:
        content = (case.child, case.national_id, case.address.settlement, case.address.text)
        digest = blake2b("\x1f".join(map(fold, content)).encode(), key=key, digest_size=6)
        return f"x{digest.hexdigest()}"

    return made_id
