"""Crews chosen on the command line keep the rule that the desk keeps."""

from __future__ import annotations

from tests.cli.conftest import CASES, TEAMS, plan_words

MEMBERS = "member_id,team_id,institution,declaration\nm1,T1,school,2026-08-01\nm2,T2,school,\n"


def test_nobody_goes_who_has_not_signed(millford, run, tmp_path) -> None:
    """m2 has no declaration: that is told, and only the team of m1 drives."""
    files = {}
    for name, text in (("cases", CASES), ("teams", TEAMS), ("members", MEMBERS)):
        files[name] = tmp_path / f"{name}.csv"
        files[name].write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    said = run(
        *plan_words(millford, files["cases"], files["teams"], out, "--members", files["members"])
    )
    assert said.code == 0, said.err
    assert "member m2 goes nowhere without a declaration of confidentiality" in said.err
    assert "m1 goes nowhere" not in said.err
    sheets = {each.name for each in out.rglob("*") if each.is_file()}
    assert any("T1" in each for each in sheets), sheets
    assert not any("T2" in each for each in sheets), sheets
