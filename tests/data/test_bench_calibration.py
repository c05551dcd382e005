"""The geocoder on its frozen lists: its figures hold, and its confidence means what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.bench.calibration import calibrate, known, table
from data.bench.geocode import Answer, answers, built_region
from data.bench.lists.catalogue import SOURCES, make_lists
from data.bench.lists.writing import Listed, Sought
from data.bench.scores import reply_of_place, score
from data.confidence import NAME, read_confidence, shipped, write_confidence
from planning.addresses.calibration import calibration_error, curve
from planning.addresses.confidence import PRIOR
from planning.errors import InputError
from planning.model import Address, Level, Place

FIVE_REGIONS = SOURCES[0]
AT = (25.95, 43.85)


@pytest.fixture(scope="module")
def judged(geodata: Path) -> dict[str, list[Answer]]:
    """Answers to the judging lists of seed 1, with the weights the program comes with."""
    lists = make_lists(geodata, FIVE_REGIONS, seed=1, size=600)
    with built_region(geodata / FIVE_REGIONS.file) as region:
        return {code: answers(region, each, region.confidence) for code, each in lists.items()}


@pytest.mark.parametrize("country", ["bg", "az", "kz"])
def test_addresses_are_found_in_every_country(
    judged: dict[str, list[Answer]], country: str
) -> None:
    """The figures that the project promises, on lists as clerks type them."""
    figures = score([reply_of_place(each.listed, each.place) for each in judged[country]])
    promised = {
        "within 50 m": 0.93,
        "within 150 m": 0.95,
    }
    assert {name: figures[name] for name in promised if (figures[name] or 0) < promised[name]} == {}
    allowed = {
        "wrong among accepted": 0.005,
        "fictitious street claimed": 0.02,
        "street of another settlement claimed": 0.03,
        "unmapped number wrong": 0.015,
    }
    assert {name: figures[name] for name in allowed if (figures[name] or 0) > allowed[name]} == {}


def test_confidence_means_what_it_says(judged: dict[str, list[Answer]]) -> None:
    """Of the answers that say 0.98, some 98 in 100 lie within the error that they state."""
    bins = curve([each for found in judged.values() for each in known(found)])
    assert calibration_error(bins) < 0.01
    assert all(abs(each.stated - each.observed) < 0.03 for each in bins if each.count > 200)


def test_weights_come_with_the_program_and_a_region_may_have_its_own(tmp_path: Path) -> None:
    """An office calibrates for its own town; a damaged file is told, not passed over."""
    assert read_confidence(tmp_path).fitted_to
    write_confidence(tmp_path / NAME, PRIOR)
    assert read_confidence(tmp_path) == PRIOR
    assert shipped() != (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=NAME):
        read_confidence(tmp_path)


@pytest.mark.parametrize("weight", ["NaN", "Infinity", "-1e300", "900"])
def test_weights_that_no_calibration_makes_are_refused(tmp_path: Path, weight: str) -> None:
    """With such a number every address would stand without review, or none could be found."""
    (tmp_path / NAME).write_text(f'{{"base": 1.0, "weights": {{"no number": {weight}}}}}', "utf-8")
    with pytest.raises(InputError, match=rf"{NAME}.*no number.*calibrate"):
        read_confidence(tmp_path)


def test_what_counts_as_right() -> None:
    """Within its error is right; a street for an address that is nowhere is wrong."""
    place = Place(Level.HOUSE, 25.95, 43.85, confidence=0.9, error_m=30.0)
    found = Listed(Address("ул. Липник 5"), Sought.PLACE, (AT,), Level.HOUSE)
    invented = Listed(Address("ул. Няма 5"), Sought.FICTITIOUS)
    settlement = Place(Level.SETTLEMENT, 25.95, 43.85, confidence=0.9, error_m=900.0)
    judged = known(
        [
            Answer(found, place, 10.0),
            Answer(found, place, 31.0),
            Answer(invented, place, None),
            Answer(invented, settlement, None),
            Answer(invented, Place(Level.NONE), None),
        ]
    )
    assert [each.within for each in judged] == [True, False, False]


def test_without_the_maps_nothing_is_calibrated(tmp_path: Path) -> None:
    """The command says which maps it needs."""
    with pytest.raises(InputError, match="--geodata"):
        calibrate(tmp_path, seed=0, size=100, report=lambda share, words: None)


def test_the_curve_is_printed() -> None:
    """Stated, observed and how many, then the weights."""
    figures = {
        "seed": 0,
        "curve": [{"stated": 0.98, "within the stated error": 0.975, "answers": 200}],
        "weights": {"beside a landmark": -2.5},
    }
    assert "0.9800" in "\n".join(table(figures))
    assert "beside a landmark" in "\n".join(table(figures))
