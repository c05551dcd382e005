"""Every page of every role, on a desk by day and on a phone in the dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files

import pytest
from browser import axe
from browser.conftest import Visitor
from playwright.sync_api import expect

from app import PAGES
from planning.model import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[..., Visitor]
DESK = {"width": 1280, "height": 900, "scheme": "light"}
PHONE = {"width": 390, "height": 844, "scheme": "dark"}

BEYOND_US: dict[str, str] = {}
"""Faults in Streamlit's own elements that no setting and no style of ours reaches: a piece of the
fault's line → why it has to stay. Empty: what it gets wrong is mended in `maps.pages.frame`."""


def addresses(role: Role) -> list[str]:
    """What a browser's address bar says of a role's pages; the main page's is empty."""
    first, *others = PAGES[role]
    assert first
    return ["", *others]


def assert_proper(someone: Visitor, name: str) -> None:
    """What holds for every page whatever is on it."""
    sideways = someone.page.evaluate(
        "() => [document.documentElement, ...document.querySelectorAll('[data-testid=stMain]')]"
        ".map((each) => each.scrollWidth - each.clientWidth)"
    )
    assert max(sideways) <= 0, f"{name} scrolls sideways"
    inline = someone.page.evaluate(
        "() => [...document.scripts].filter((each) => !each.src).map((each) => each.textContent)"
    )
    assert set(inline) <= STREAMLITS_OWN, f"{name} has a script within its HTML"
    found = [
        fault for fault in axe.faults(someone.page) if not any(each in fault for each in BEYOND_US)
    ]
    assert not found, "\n".join((name, *found))
    someone.assert_clean()


STREAMLITS_OWN = set(
    re.findall(
        r"(?s)<script>(.*?)</script>",
        (files("streamlit") / "static" / "index.html").read_text("utf-8"),
    )
)
"""One line, which the policy allows by its hash."""


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk-light", "phone-dark"])
@pytest.mark.parametrize("role", list(PAGES), ids=str)
def test_every_page_is_proper(visitor: Visit, role: Role, screen: dict[str, object]) -> None:
    """Nobody else is asked, nothing fails, nothing scrolls sideways, everybody can read it."""
    someone = visitor(**screen)
    someone.page.goto(someone.service.url)
    someone.page.locator("form.sign-in").wait_for(timeout=60_000)
    someone.settle()
    assert_proper(someone, "sign-in")
    someone.sign_in(f"demo-{role}")
    for address, name in zip(addresses(role), PAGES[role], strict=True):
        someone.open(address)
        assert_proper(someone, f"{role}: {name}")
        someone.picture(f"{role}-{name}-{screen['scheme']}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_as_light_as_the_readers_system(visitor: Visit, scheme: str) -> None:
    """Streamlit's page and the map's words follow; the map itself stays light in both."""
    planner = visitor(scheme=scheme)
    planner.sign_in("demo-viewer")
    light = (
        "(el) => getComputedStyle(el).backgroundColor.match(/[0-9.]+/g).slice(0, 3)"
        ".reduce((sum, each) => sum + Number(each), 0) > 384"
    )
    expect(planner.map().locator(".leaflet-container")).to_be_visible(timeout=30_000)
    app = planner.page.locator("[data-testid=stApp]").evaluate(light)
    words = planner.map().locator("body").evaluate(light)
    ground = planner.map().locator(".leaflet-container").evaluate(light)
    assert (app, words, ground) == (scheme == "light", scheme == "light", True)
