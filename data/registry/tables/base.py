"""What every table stands on."""

from __future__ import annotations

from sqlalchemy import (
    MetaData,
)
from sqlalchemy.orm import DeclarativeBase

ID_LENGTH = 200
"""Longest id that is kept, in characters."""

CAMPAIGN = "campaigns.campaign_id"
"""What the foreign key of a campaign's rows points to."""


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
