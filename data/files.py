"""Files that appear whole or not at all, and that only their owner may read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def write_whole(target: Path, content: bytes) -> None:
    """Writes `content` as `target`, which only its owner may read (mode 0600).

    Raises:
        OSError: the file cannot be written there; nothing is left behind.
    """
    with written_whole(target) as out:
        out.write(content)


@contextmanager
def written_whole(target: Path) -> Iterator[IO[bytes]]:
    """A new file beside `target` (mode 0600) that takes its place when the block ends well.

    Raises:
        OSError: the file cannot be written there; nothing is left behind.
    """
    scratch = None
    try:
        with tempfile.NamedTemporaryFile(dir=target.absolute().parent, delete=False) as out:
            scratch = Path(out.name)
            yield out
        scratch.replace(target)
    except BaseException:
        if scratch is not None:
            scratch.unlink(missing_ok=True)
        raise
