"""The page's own files: every word is there in every language, and nothing leads elsewhere."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from maps.phone.server import SAFE, page_files
from maps.phone.words import all_words
from maps.texts import LANGUAGE_NAMES
from planning.model import NextStep, Result

SCRIPTS = ("page.js", "said.js", "map.js", "store.js", "send.js", "worker.js")


def source(name: str) -> str:
    return (files("maps.phone") / "files" / name).read_text("utf-8")


def test_the_page_says_what_the_words_hold_and_no_more() -> None:
    """A word that the page asks for and nobody wrote would be a blank on the phone."""
    said = set(re.findall(r"\bsay\.(\w+)", source("page.js") + source("said.js")))
    indirect = {"entrance", "floor", "flat", "stops", "map", "more", "language"}
    indirect |= set(re.findall(r'"(state\w+)"', source("page.js")))
    assert said | indirect == set(all_words()["en"])


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_every_language_says_the_same_things(language: str) -> None:
    """The same names, the same gaps to fill, three forms of every plural, every code."""
    english, own = all_words()["en"], all_words()[language]
    assert own.keys() == english.keys()
    for name, said in own.items():
        if isinstance(said, str):
            assert set(re.findall(r"{\w+}", said)) == set(re.findall(r"{\w+}", str(english[name])))
            assert said, name
    assert all(len(own[name]) == 3 for name in ("child", "kit", "waiting"))
    assert set(own["results"]) == {str(each) for each in Result}
    assert set(own["nextSteps"]) == {str(each) for each in NextStep}


def test_russian_counts_in_three_forms() -> None:
    """1 запись, 2 записи, 5 записей."""
    one, few, many = (each.format(count=0)[2:].split()[0] for each in all_words()["ru"]["waiting"])
    assert (one, few, many) == ("запись", "записи", "записей")


def test_nothing_of_it_is_executed_from_text() -> None:
    """No markup from strings, no inline script or style, no handler in an attribute."""
    dangerous = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    assert [name for name in SCRIPTS if re.search(dangerous, source(name))] == []
    page = source("index.html")
    assert re.search(r"<script(?![^>]*\bsrc=)", page) is None
    assert re.search(r"<style|\sstyle=|\son\w+=", page) is None


def test_only_the_ways_lead_to_other_hosts() -> None:
    """Three navigation programs, opened by a tap; everything else stays on this server."""
    hosts = {
        host
        for name in (*SCRIPTS, "index.html", "phone.css", "manifest.webmanifest")
        for host in re.findall(r"https?://([\w.-]+)", source(name))
    }
    assert hosts == {"www.google.com", "osmand.net", "waze.com", "www.w3.org"}


def test_the_policy_is_strict() -> None:
    """No inline script, no eval, no frame around it, no referrer."""
    policy = SAFE["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert SAFE["referrer-policy"] == "no-referrer"


def test_it_can_be_installed() -> None:
    """The manifest names an icon that is served, and stays within its own part of the server."""
    manifest = json.loads(source("manifest.webmanifest"))
    assert {each["src"] for each in manifest["icons"]} <= set(page_files())
    assert (manifest["scope"], manifest["start_url"], manifest["display"]) == (
        "./", "./", "standalone",
    )  # fmt: skip


def test_what_installs_it_keeps_every_file_and_itself_never() -> None:
    """A worker that keeps an old copy of itself could not be replaced any more."""
    worker = page_files()["worker.js"].plain.decode()
    shell = json.loads(worker.partition("const SHELL = ")[2].partition(";\n")[0])
    assert set(shell["files"]) == set(page_files()) - {"worker.js"}


def test_all_of_it_is_small() -> None:
    """The budget of the whole page is 150 kB on the way; a third of it is spent."""
    weight = sum(len(each.packed) for each in page_files().values())
    print(f"\nphone page: {weight / 1000:.1f} kB of files, packed")
    assert weight <= 50_000
