"""Where an office's registry is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from data.home import Home
from data.opening import registry_of
from planning.model import Campaign

if TYPE_CHECKING:
    import pytest
    from postgres import Server


def test_without_a_setting_the_registry_is_a_file_of_the_home(tmp_path, monkeypatch):
    """An office that has set nothing keeps everything in one folder; an empty setting is none."""
    monkeypatch.delenv("OUTREACH_DATABASE", raising=False)
    assert Home(tmp_path).registry == tmp_path / "registry.sqlite"
    monkeypatch.setenv("OUTREACH_DATABASE", "")
    assert Home(tmp_path).registry == tmp_path / "registry.sqlite"


def test_an_office_with_a_server_keeps_its_records_there(
    postgresql: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plain `postgresql://` of a manual is understood; no SQLite file is made beside it."""
    campaign = Campaign("c", "Mechanism", date(2026, 8, 24), 5)
    with postgresql.database() as database:
        url = postgresql.over_network(database.in_hand.database or "")
        monkeypatch.setenv("OUTREACH_DATABASE", url.replace("+psycopg", ""))
        for name in ("first", "second"):
            registry = registry_of(Home(tmp_path))
            with registry.work("petya") as work:
                work.save_campaign(replace(campaign, campaign_id=name))
                count = len(work.campaigns())
            registry.close()
    assert count == 2
    assert not (tmp_path / "registry.sqlite").exists()
