"""axe-core, which finds faults that keep people with a screen reader or weak eyes out.

It is a tool of the tests (Deque Systems, MPL-2.0) and comes with a development package.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

BAD = ("serious", "critical")


def script() -> str:
    """The code that a page is asked with."""
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def faults(page: Page) -> list[str]:
    """Serious and critical faults of the page and of every frame in it, one a line.

    The frames are asked one by one: a map's frame has an origin of its own.
    """
    code = script()
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
