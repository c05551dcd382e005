"""Long work as the registry keeps it, so that progress survives a reload and a restart.

Every call is a transaction of its own. Holds ids and words about progress, no personal data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from data.registry.tables import ID_LENGTH, JobRow
from planning.model import JobStatus
from planning.text import shorten

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session


class SqlJobs:
    """Keeps `JobStatus` values. Made by `SqlRegistry.jobs`."""

    def __init__(self, session: Callable[..., AbstractContextManager[Session]]) -> None:
        """`session(reading=...)` opens one transaction."""
        self._open = session

    def save(self, status: JobStatus) -> None:
        """Adds a job, or changes the one of the same id."""
        with self._open() as session:
            row = session.scalars(
                select(JobRow).where(JobRow.job_id == status.job_id)
            ).one_or_none()
            if row is None:
                row = JobRow(job_id=status.job_id)
                session.add(row)
            row.kind = status.kind
            row.key = status.key
            row.state = status.state
            row.share = status.share
            row.message = shorten(status.message, 500)
            row.started = shorten(status.started, 40)
            row.finished = shorten(status.finished, 40)
            row.again = status.again

    def get(self, job_id: str) -> JobStatus | None:
        """The job of that id."""
        with self._open(reading=True) as session:
            row = session.scalars(select(JobRow).where(JobRow.job_id == job_id)).one_or_none()
            return _status(row)

    def find(self, kind: str, key_prefix: str = "") -> JobStatus | None:
        """The newest job of a kind whose key starts so."""
        starts = func.substr(JobRow.key, 1, len(key_prefix[:ID_LENGTH])) == key_prefix
        with self._open(reading=True) as session:
            row = session.scalars(
                select(JobRow)
                .where(JobRow.kind == kind, starts)
                .order_by(JobRow.number.desc())
                .limit(1)
            ).one_or_none()
            return _status(row)

    def all_running(self) -> list[JobStatus]:
        """Jobs that were running when last heard of, oldest first."""
        with self._open(reading=True) as session:
            rows = session.scalars(
                select(JobRow).where(JobRow.state == "running").order_by(JobRow.number)
            )
            return [status for row in rows if (status := _status(row))]


def _status(row: JobRow | None) -> JobStatus | None:
    if row is None:
        return None
    return JobStatus(
        job_id=row.job_id,
        kind=row.kind,
        key=row.key,
        state=row.state,
        share=row.share,
        message=row.message,
        started=row.started,
        finished=row.finished,
        again=row.again,
    )
