"""Retention and one child's record on the command line, as an office's administrator types it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from data.home import Home
from data.registry import open_registry
from planning.model import Address, Campaign, Case

LONG_AGO = Campaign("old", "Обхват 2020", date(2020, 8, 24), 5)
NOW = Campaign("new", "Обхват 2199", date(2199, 8, 26), 5)
MILA = Case("m1", Address("ул. „Дунав“ 1"), child="Мила Иванова", national_id="0142011234")


@pytest.fixture(autouse=True)
def office(home: Path) -> Home:
    """Two campaigns with the same child; the first one's term ended years ago."""
    made = Home(home)
    registry = open_registry(made.registry_file, key_file=made.key_file)
    with registry.work("anna") as work:
        for campaign in (LONG_AGO, NOW):
            work.save_campaign(campaign)
            work.add_cases(campaign.campaign_id, [MILA, Case("m2", Address("ул. „Роза“ 2"))], {})
    registry.close()
    return made


def cases_of(office: Home, campaign_id: str) -> list[str]:
    registry = open_registry(office.registry_file, key_file=office.key_file)
    with registry.work("anna", reading=True) as work:
        found = [each.case.case_id for each in work.cases(campaign_id)]
    registry.close()
    return found


def test_terms_that_are_over_are_told(run):
    """Newest campaign first."""
    said = run("records", "terms")
    assert [line.split("\t")[:3] for line in said.out.splitlines()] == [
        ["new", "2201-08-30", "kept"],
        ["old", "2022-08-28", "over: decide"],
    ]


def test_purging_needs_the_number_that_the_preview_told(run, office):
    """Looked at, mistyped, purged, and nothing is left to purge."""
    seen = json.loads(run("records", "purge", "old", "--json").out)
    assert (seen["tables"]["cases"], seen["purged"]) == (2, False)
    assert cases_of(office, "old") == ["m1", "m2"]
    said = run("records", "purge", "old", "--rows", seen["rows"] + 1)
    assert (said.code, "look at the preview again" in said.err) == (1, True)
    assert run("records", "purge", "old", "--rows", seen["rows"]).code == 0
    assert cases_of(office, "old") == []
    assert cases_of(office, "new") == ["m1", "m2"]
    assert "purged" in run("records", "terms").out


def test_a_campaign_whose_term_is_not_over_is_not_purged(run, office):
    """The day has to be changed first, and not to one before the campaign's end."""
    rows = json.loads(run("records", "purge", "new", "--json").out)["rows"]
    said = run("records", "purge", "new", "--rows", rows)
    assert (said.code, "kept until 2201-08-30" in said.err) == (1, True)
    assert run("records", "keep", "new", "--until", "2026-01-01").code == 1
    assert run("records", "keep", "new", "--until", "2199-12-31").code == 0
    assert "2199-12-31" in run("records", "terms").out
    assert len(cases_of(office, "new")) == 2


@pytest.mark.parametrize("ending", ["html", "json"])
def test_a_record_is_written_to_a_new_file(run, tmp_path, ending):
    """Both campaigns are in it; a file that is there is not overwritten."""
    out = tmp_path / f"record.{ending}"
    said = run("records", "export", "old", "m1", "--out", out)
    assert (said.code, "2 cases" in said.out) == (0, True)
    assert "Мила" not in said.out
    text = out.read_text("utf-8")
    assert text.count("Мила Иванова") == 2
    assert "0142011234" in text
    again = run("records", "export", "old", "m1", "--out", out)
    assert (again.code, "is there already" in again.err) == (1, True)
    assert run("records", "export", "old", "m9", "--out", tmp_path / f"x.{ending}").code == 1


def test_a_child_is_erased_everywhere_and_may_come_back(run, office):
    """First it is said what would go."""
    said = run("records", "erase", "new", "m1", "--reason", "request")
    assert "m1 in new, m1 in old" in said.out
    assert cases_of(office, "new") == ["m1", "m2"]
    assert run("records", "erase", "new", "m1", "--reason", "request", "--yes").code == 0
    assert cases_of(office, "new") == cases_of(office, "old") == ["m2"]
    assert run("records", "allow", "old", "m1").code == 0
    assert run("records", "allow", "old", "m1").code == 1
