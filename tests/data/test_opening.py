"""What an office's home folder keeps is opened by its name, and by nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.home import Home
from data.opening import region_of
from planning.errors import RegionFault


@pytest.mark.parametrize(
    "name", ["", "../../etc", "a\r\nb\x1b[31m", "\u202exslx.exe", "я" * 100], ids=ascii
)
def test_a_region_that_is_not_there_is_told_on_one_short_line(tmp_path: Path, name: str) -> None:
    """Names come from campaigns and from command lines: they may be any text."""
    with pytest.raises(RegionFault) as told:
        region_of(Home(tmp_path), name)
    assert len(str(told.value).splitlines()) == 1
    assert len(str(told.value)) < 220
    assert not set(str(told.value)) & set("\x1b\u202e")
