"""axe-core, which finds faults that keep people with a screen reader or weak eyes out.

It is a tool of the tests (Deque Systems, MPL-2.0), kept in the user's cache and never in the tree.
`python tests/browser/axe.py` fetches it with npm, as CI does.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

VERSION = "4.14.1"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
"""Of `axe.min.js`."""
SCRIPT = user_cache_path("outreach") / f"axe-core-{VERSION}" / "axe.min.js"
BAD = ("serious", "critical")


def fetch() -> None:
    """Fetches the pinned version with npm, once.

    Raises:
        RuntimeError: what came is not what was pinned.
    """
    if SCRIPT.is_file():
        return
    with tempfile.TemporaryDirectory() as folder:
        npm = [shutil.which("npm") or "npm", "pack", "--silent", f"axe-core@{VERSION}"]
        subprocess.run(npm, cwd=folder, check=True, capture_output=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            found = package.extractfile("package/axe.min.js")
            script = found.read() if found else b""
    if sha256(script).hexdigest() != SHA256:
        raise RuntimeError(f"axe-core {VERSION} is not the file that was pinned")
    SCRIPT.parent.mkdir(parents=True, exist_ok=True)
    SCRIPT.write_bytes(script)


def faults(page: Page) -> list[str]:
    """Serious and critical faults of the page and of every frame in it, one a line.

    The frames are asked one by one: a map's frame has an origin of its own.
    """
    code = SCRIPT.read_text("utf-8")
    found = []
    for frame in page.frames:
        frame.evaluate(code)
        told = frame.evaluate(
            "axe.run(document, { iframes: false, resultTypes: ['violations'] })"
            ".then((found) => found.violations.map((each) => [each.impact, each.id,"
            " each.nodes.map((node) => node.html.slice(0, 160) + ' — ' +"
            " [...node.any, ...node.all, ...node.none].map((it) => it.message).join('; '))]))"
        )
        for impact, rule, nodes in told:
            if impact in BAD:
                found += [f"{impact}: {rule}: {node}" for node in nodes]
    return found


if __name__ == "__main__":
    fetch()
    sys.stdout.write(f"{SCRIPT}\n")
