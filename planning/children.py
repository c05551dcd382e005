"""One child over the years, and one family at one door: what tells them from others.

The keys are *personal*: the registry keeps keyed digests of them only.
"""

from __future__ import annotations

import re
from datetime import date

from planning.intake.duplicates import child_keys
from planning.model import Case

_FIRST_MONTH = 7
"""Campaigns from July on look for the coming school year's children."""
_SHORTEST_PHONE = 6


def school_year_of(day: date) -> str:
    """The school year that a campaign of `day` is about: `2026/2027`."""
    first = day.year if day.month >= _FIRST_MONTH else day.year - 1
    return f"{first}/{first + 1}"


def child_key(case: Case) -> tuple[str, ...]:
    """Equal for cases of one child: its national ID, else its name and address.

    Empty where a record stands for several children, or has neither.
    """
    return next(iter(child_keys(case)), ()) if case.children == 1 else ()


def household_key(case: Case, address: str) -> tuple[str, ...]:
    """Equal for one family at one door: the address as it is compared, and the phone.

    `address` is `planning.decisions.address_key` of the case's. Empty where the case has neither.
    """
    digits = re.sub(r"\D", "", case.phone)
    phone = digits if len(digits) >= _SHORTEST_PHONE else ""
    return ("household", address, phone) if address or phone else ()
