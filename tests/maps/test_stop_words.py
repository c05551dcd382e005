"""What a stop says of the people: who goes in, what is spoken, whom the team meets there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maps.stop_words import all_types, beware, kits_said, who_and_when
from maps.stops import sheet_rows, visits_of
from maps.texts import LANGUAGES, translator
from planning.model import Sex


@pytest.fixture
def row(town):
    """The first stop of the town's route."""
    return sheet_rows(town.route, visits_of(town.plan))[0]


def test_everything_the_visit_asks_for_is_said(row) -> None:
    """A woman goes in, somebody speaks Turkish, and a second team comes at that minute."""
    asked = replace(
        row, requires=frozenset({"social"}), languages=frozenset({"tr", "xx"}),
        sexes=frozenset({Sex.FEMALE}), together=True, windows=(), start=10 * 3600,
    )  # fmt: skip
    assert who_and_when(asked, translator("en")) == [
        "must be there: social services",
        "spoken there: Turkish, xx",
        "a woman of the team goes in",
        "together with a second team, at 10:00 sharp",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hazard_is_announced_and_nothing_is_where_there_is_none(language) -> None:
    """A warning at every door would soon be read at none."""
    texts = translator(language)
    assert beware("куче {hazard}", texts).endswith(": куче {hazard}")
    assert beware("", texts) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_kits_are_counted_by_type(row, language) -> None:
    """Three kits, two of them bags; a route adds them up."""
    texts = translator(language)
    rows = [replace(row, kits=3, kit_types=(("bag", 2),)), replace(row, kits=0, kit_types=())]
    assert all_types(rows) == (("bag", 2),)
    assert kits_said(3, all_types(rows), texts).endswith("(2 bag)")
    assert kits_said(0, (), texts) == ""
