"""Small files that appear whole or not at all, and that only their owner may read."""

from __future__ import annotations

import tempfile
from pathlib import Path


def write_whole(target: Path, content: bytes) -> None:
    """Writes beside `target` first (mode 0600), then puts it into its place at one stroke.

    Raises:
        OSError: the file cannot be written there; nothing is left behind.
    """
    scratch = None
    try:
        with tempfile.NamedTemporaryFile(dir=target.absolute().parent, delete=False) as out:
            scratch = Path(out.name)
            out.write(content)
        scratch.replace(target)
    except BaseException:
        if scratch is not None:
            scratch.unlink(missing_ok=True)
        raise
