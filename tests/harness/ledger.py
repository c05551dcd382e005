"""What somebody set out to do and what was acknowledged, kept apart from the registry.

Every line is on the disk before the next thing happens: a killed process leaves at most one act
that was begun and not acknowledged.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Act:
    """One use case: `told` is what it wrote and what came back."""

    name: str
    number: int
    told: dict[str, Any] = field(default_factory=dict)
    done: bool = False


class Ledger:
    """Written by the one who acts; a number says which of the file's lines are of one act."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._number = 0

    @contextmanager
    def act(self, name: str, **told: Any) -> Iterator[dict[str, Any]]:
        """An act that is begun here and acknowledged where the block ends without an error."""
        self._number += 1
        self._write("begun", name, told)
        answer: dict[str, Any] = {}
        yield answer
        self._write("done", name, answer)

    def _write(self, state: str, name: str, told: dict[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps([state, self._number, name, told]) + "\n")
            file.flush()
            os.fsync(file.fileno())


def read(file: Path) -> list[Act]:
    """The acts in the order they were begun; a line that was cut off was never written."""
    acts: dict[int, Act] = {}
    for line in file.read_text("utf-8").splitlines(keepends=True) if file.exists() else []:
        if not line.endswith("\n"):
            continue
        state, number, name, told = json.loads(line)
        act = acts.setdefault(number, Act(name, number))
        act.told |= told
        act.done = act.done or state == "done"
    return list(acts.values())
