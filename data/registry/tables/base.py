"""What every table stands on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from planning.text import MAX_ID

ID_LENGTH = MAX_ID
"""Width of a column of ids, in characters."""

CAMPAIGN = "campaigns.campaign_id"
"""What the foreign key of a campaign's rows points to."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Declares a column of sealed cells, and where each of them belongs."""

    word: str | None
    """Stands for the column; None where the row's name is enough."""
    row: tuple[str, ...]
    """The columns that name the row."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Declares a column of keyed digests. Values that are none are left alone."""

    prefix: str = ""
    """What stands before the digest."""


def sealed_in(word: str | None, *row: str) -> dict[str, object]:
    """For `info` of a column: a rotation of the key seals its cells anew."""
    return {"kept": Sealed(word, row)}


def keyed_digest(prefix: str = "") -> dict[str, object]:
    """For `info` of a column: a rotation of the key makes its digests anew."""
    return {"kept": Digest(prefix)}


def not_keyed() -> dict[str, object]:
    """For `info` of a column that looks like a digest and does not depend on the key."""
    return {"kept": None}


class Base(DeclarativeBase):
    """Names every constraint the same way on every database, so that migrations can find it."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
