"""Personal fields at rest: cells bound to their place, and a key nobody else can read."""

from __future__ import annotations

import base64
import secrets
import stat
import zlib
from copy import copy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.registry.seal import KEY_VARIABLE, Seal, load_key
from planning.errors import FileFault, InputError
from planning.model import Address, Case
from planning.wire import dump

KEY = bytes(range(32))
SEAL = Seal(KEY)
CELL = ("cases", "case", "autumn", "c1")


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_in_its_cell(text):
    """Any text comes back from the cell it was sealed for."""
    assert SEAL.open(SEAL.close(text, *CELL), *CELL) == text


@pytest.mark.parametrize("length", [0, 4_095, 4_096, 4_097, 300_000])
def test_long_and_short_texts_open_alike(length):
    """Small records and whole plans are packed differently; what was sealed before opens, too."""
    text = ("улица „Роза“ " * length)[:length]
    assert SEAL.open(SEAL.close(text, *CELL), *CELL) == text
    before = SEAL._close(zlib.compress(text.encode(), level=6), CELL)
    assert SEAL.open(before, *CELL) == text


def test_what_was_read_is_not_opened_again_for_a_while():
    """Pages show the same cells again and again; a changed cell is another one."""
    seal = Seal(KEY)
    first = seal.close(dump(Address("ул. „Тулча“ 5")), *CELL)
    second = seal.close(dump(Address("ул. „Тулча“ 7")), *CELL)
    read = seal.value(Address, first, *CELL)
    assert seal.value(Address, first, *CELL) is read
    assert seal.value(Address, second, *CELL).text == "ул. „Тулча“ 7"
    assert copy(seal).with_digest_keys(()).value(Address, first, *CELL) is read
    assert Seal(KEY).value(Address, first, *CELL) is not read


def test_what_was_read_in_its_place_opens_in_no_other():
    """A cell copied to another row, or read as something else, is refused as ever."""
    seal = Seal(KEY)
    sealed = seal.close(dump(Address("ул. „Тулча“ 5")), *CELL)
    seal.value(Address, sealed, *CELL)
    with pytest.raises(FileFault):
        seal.value(Address, sealed, "cases", "case", "autumn", "c2")
    with pytest.raises(InputError):
        seal.value(Case, sealed, *CELL)


def test_a_plan_that_is_too_large_to_stay_opens_too():
    """Of a nation's plan nothing is kept at hand, and nothing else is pushed out for it."""
    seal = Seal(KEY)
    small = seal.close(dump(Address("ул. „Тулча“ 5")), *CELL)
    read = seal.value(Address, small, *CELL)
    large = seal.close(dump(Address(secrets.token_hex(5 << 20))), *CELL)
    assert len(seal.value(Address, large, *CELL).text) == 10 << 20
    assert seal.value(Address, small, *CELL) is read


def test_equal_texts_look_different():
    """Two children of one name cannot be told to share it."""
    assert SEAL.close("Мила", *CELL) != SEAL.close("Мила", *CELL)


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("cases", "case", "autumn", "c2"),
        ("cases", "case", "spring", "c1"),
        ("cases", "place", "autumn", "c1"),
        ("teams", "case", "autumn", "c1"),
        ("cases", "case", "autumnc1", ""),
        ("cases", "case", "autumn", "c1", ""),
    ],
)
def test_a_cell_does_not_open_elsewhere(elsewhere):
    """Another row, campaign, column or table: refused, and the text is not in the words."""
    with pytest.raises(FileFault, match="does not open") as refused:
        SEAL.open(SEAL.close("Мила", *CELL), *elsewhere)
    assert "Мила" not in str(refused.value)


def test_another_key_does_not_open():
    """One bit of the key decides."""
    other = Seal(bytes([1, *range(1, 32)]))
    with pytest.raises(FileFault):
        other.open(SEAL.close("Мила", *CELL), *CELL)
    assert other.digest("Мила") != SEAL.digest("Мила")


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_changed_bit_is_noticed(at, bit):
    """Format, nonce, text or tag: no bit can change unseen."""
    sealed = bytearray(SEAL.close("ул. „Тулча“ 5", *CELL))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(FileFault):
        SEAL.open(bytes(sealed), *CELL)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 13, b"\x01" * 28])
def test_a_cut_off_cell_is_refused(sealed):
    """A damaged cell is one line, not a traceback."""
    with pytest.raises(FileFault):
        SEAL.open(sealed, *CELL)


# --- the key ---------------------------------------------------------------------------------


def test_the_first_use_makes_a_key_that_only_its_owner_reads(tmp_path):
    """The file is 0600 in a folder 0700, and the same key is read the next time."""
    file = tmp_path / "key" / "outreach.key"
    key = load_key(file, create=True, environ={})
    assert len(key) == 32
    assert load_key(file, create=True, environ={}) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]


def test_a_missing_key_is_not_made_up(tmp_path):
    """For a registry that is there already, a new key would open nothing."""
    file = tmp_path / "key" / "outreach.key"
    with pytest.raises(InputError, match="put its key file back"):
        load_key(file, create=False, environ={})
    assert not file.parent.exists()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    """The line says what to run."""
    file = tmp_path / "outreach.key"
    load_key(file, create=True, environ={})
    file.chmod(mode)
    with pytest.raises(InputError, match="chmod 600"):
        load_key(file, create=True, environ={})


@pytest.mark.parametrize("content", [b"", b"not base64!", b"c2hvcnQ=", b"\xff\xfe", b"A" * 10_000])
def test_a_file_that_is_no_key_is_refused(tmp_path, content):
    """Empty, truncated, binary or endless: one line, and what is in it is not repeated."""
    file = tmp_path / "outreach.key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(InputError, match="not a key") as refused:
        load_key(file, create=True, environ={})
    assert str(refused.value).startswith("outreach.key")
    assert file.read_bytes() == content


def test_a_folder_in_the_key_s_place_is_refused(tmp_path):
    """One line, not a traceback."""
    folder = tmp_path / "outreach.key"
    folder.mkdir(mode=0o700)
    with pytest.raises(InputError, match="cannot be read"):
        load_key(folder, create=True, environ={})


def test_the_environment_wins_over_the_file(tmp_path: Path):
    """A container gets its key without a file."""
    file = tmp_path / "key" / "outreach.key"
    environ = {KEY_VARIABLE: base64.b64encode(KEY).decode()}
    assert load_key(file, create=True, environ=environ) == KEY
    assert not file.exists()
    with pytest.raises(InputError, match=r"OUTREACH_KEY.*not a key") as refused:
        load_key(file, create=True, environ={KEY_VARIABLE: "secret-but-wrong"})
    assert "secret-but-wrong" not in str(refused.value)
