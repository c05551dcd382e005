"""Whoever corrects a list reads what is wrong with it in their own language."""

from __future__ import annotations

import re

import pytest

from maps.texts import translator, words_of
from planning.errors import Fault, InputError
from planning.intake.rows import Row, read_rows
from planning.intake.teams import read_team_rows


def faults() -> list[Fault]:
    """Of a case list with a bad date, an unknown institution and a row that stands there twice."""
    intake = read_rows(
        ["ID", "Адрес", "Краен срок", "Институции"],
        [
            Row(2, ("1", "ул. Дунав 1", "утре", "")),
            Row(3, ("2", "ул. Дунав 2", "", "църква")),
            Row(4, ("3", "ул. Дунав 3", "", "")),
            Row(5, ("3", "ул. Дунав 3", "", "")),
        ],
    )
    assert [row.row for row in intake.rejected] == [2, 3, 5]
    with pytest.raises(InputError) as missing:
        read_team_rows(["Община"], [])
    return [*intake.faults, *missing.value.faults]


@pytest.mark.parametrize("language", ["bg", "kk"])
def test_faults_of_a_list_in_the_readers_language(language: str) -> None:
    """A missing column, a bad date, an unknown institution, a row twice: no English word."""
    texts = translator(language)
    said = [re.sub(r"[“„«][^“”«»]*[”“»]", "", words_of(each, texts)) for each in faults()]
    assert [each for each in said if re.search(r"[A-Za-z]{3}", each)] == []
