"""A plan as a folder of files: tables, geodata, maps, sheets and a summary.

What the files may say of a stop is decided in `maps.stops`. File names hold dates and cleaned
team ids, nothing of a child. The folder appears whole or not at all.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from maps.escape import file_name, plain
from maps.geofiles import gpx, routes_geojson, write_geopackage
from maps.layers import overview_map, route_map
from maps.sheets import Sheet, make_sheet, print_sheets
from maps.stops import StopRow, export_plan, export_rows, visits_of, without_place
from maps.summary import summary_page
from maps.texts import Texts, translator, words_of
from maps.texts.words import FAULT_COLUMNS
from planning import wire
from planning.errors import Fault, FileFault
from planning.model import AuditEntry, Case, Place, Plan, RegionInfo, Route, Team
from planning.text import safe_cell

if TYPE_CHECKING:
    from maps.basemap import Basemap

Report = Callable[[float, str], None]

_OURS = frozenset(
    {
        "plan.json", "routes.geojson", "stops.csv", "unserved.csv", "rejected.csv", "plan.gpkg",
        "maps", "sheets", "gpx", "overview.html", "sheets.pdf", "summary.html",
    }
)  # fmt: skip

STOP_COLUMNS = (
    "day", "team_id", "team", "stop", "arrival", "start", "departure", "settlement", "address",
    "entrance", "floor", "flat", "children", "kits", "requires", "hours", "urgent", "sensitive",
    "case_ids", "visit_id", "lat", "lon", "way_estimated",
)  # fmt: skip

UNSERVED_COLUMNS = ("case_id", "settlement", "reason", "words", "relaxation")


@dataclass(frozen=True, slots=True)
class _Folder:
    """Everything the writers of one plan share."""

    plan: Plan
    cases: Mapping[str, Case]
    places: Mapping[str, Place]
    teams: Mapping[str, Team]
    info: RegionInfo
    basemap: Basemap
    texts: Texts
    references: Mapping[str, str]
    large: bool

    @property
    def routes(self) -> list[Route]:
        """The team-days that have stops, by day and team."""
        return sorted(
            (route for route in self.plan.routes if route.stops),
            key=lambda route: (route.day, route.team_id),
        )


def write_plan(
    plan: Plan,
    *,
    cases: Iterable[Case],
    places: Mapping[str, Place],
    teams: Iterable[Team],
    region_info: RegionInfo,
    basemap: Basemap,
    out: Path,
    language: str = "bg",
    rejected: Iterable[Fault] = (),
    report: Report | None = None,
    references: Mapping[str, str] | None = None,
    large: bool = False,
) -> None:
    """Write everything that planners, teams and their other programs need, into `out`.

    Args:
        plan: a plan that passed the checker, with legs.
        cases: the accepted rows of the case list.
        places: where each was found, by case id.
        teams: every team that the plan's routes name.
        region_info: names the region, its sources, and whether it is invented.
        basemap: roads and borders to draw.
        out: a folder that does not exist, is empty, or holds an older plan, which is replaced.
        language: one of `maps.texts.LANGUAGES`.
        rejected: faults of the rows of the case list that could not be used.
        report: told the share done and what is going on.
        references: what the sheets' QR codes hold by shift id; the id itself by default.
        large: sheets in large print.

    Raises:
        FileFault: `out` holds something else, or cannot be written.
        InputError: no such language.
    """
    texts = translator(language)
    refuse_foreign(out)
    folder = _Folder(
        plan=plan,
        cases={case.case_id: case for case in cases},
        places=places,
        teams={team.team_id: team for team in teams},
        info=region_info,
        basemap=basemap,
        texts=texts,
        references=references or {},
        large=large,
    )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as scratch:
            fresh = Path(scratch) / "new"
            fresh.mkdir(mode=0o700)  # it holds addresses, and keeps this mode when it is renamed
            (fresh / "rejected.csv").write_bytes(fault_table(rejected, folder.texts))
            _write_all(folder, fresh, report or _silent)
            _swap(fresh, out, Path(scratch) / "old")
    except OSError as error:
        raise FileFault(Fault(f"cannot be written: {error.strerror}", file=out.name)) from None


def _silent(_share: float, _words: str) -> None:
    """For callers that show no progress."""


def refuse_foreign(out: Path) -> None:
    """Raises FileFault where writing a plan to `out` would fail or destroy something else."""
    if not out.exists():
        above = next((each for each in out.absolute().parents if each.exists()), None)
        if above is not None and not above.is_dir():
            raise FileFault(Fault("is a file; a folder cannot be made in it", file=above.name))
        return
    if not out.is_dir():
        raise FileFault(Fault("is a file; name a folder", file=out.name))
    others = sorted(found.name for found in out.iterdir() if found.name not in _OURS)
    if others:
        raise FileFault(
            Fault(
                "holds files that are not a plan's and would be lost; choose another folder",
                file=out.name,
                value=plain(", ".join(others))[:80],
            )
        )


def _swap(fresh: Path, out: Path, old: Path) -> None:
    """Put `fresh` where `out` is; the older folder goes with the scratch folder around `old`."""
    if out.exists():
        out.rename(old)
    try:
        fresh.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise


def _write_all(folder: _Folder, to: Path, report: Report) -> None:
    report(0.0, "writing tables")
    kept_back = {case_id for case_id in folder.cases if _sensitive(folder, case_id)}
    (to / "plan.json").write_text(wire.dump(export_plan(folder.plan, kept_back)), "utf-8")
    (to / "stops.csv").write_bytes(_table(STOP_COLUMNS, _stop_lines(folder)))
    (to / "unserved.csv").write_bytes(_table(UNSERVED_COLUMNS, _unserved_lines(folder)))
    (to / "routes.geojson").write_text(routes_geojson(folder.plan, folder.teams), "utf-8")
    write_geopackage(folder.plan, folder.teams, to / "plan.gpkg")
    for name in ("maps", "sheets", "gpx"):
        (to / name).mkdir()
    sheets = []
    for done, route in enumerate(folder.routes):
        report(0.05 + 0.6 * done / len(folder.routes), "drawing maps and sheets")
        sheets.append(_write_team_day(folder, route, to))
    report(0.65, "printing all sheets")
    (to / "sheets.pdf").write_bytes(_printed(folder, sheets))
    report(0.9, "drawing the overview")
    (to / "overview.html").write_text(
        overview_map(
            folder.plan,
            teams=folder.teams.values(),
            region_info=folder.info,
            basemap=folder.basemap,
            texts=folder.texts,
            as_file=True,
        ),
        "utf-8",
    )
    (to / "summary.html").write_text(
        summary_page(
            folder.plan,
            cases=folder.cases,
            teams=folder.teams,
            file_of=team_day_name,
            region_info=folder.info,
            texts=folder.texts,
        ),
        "utf-8",
    )
    report(1.0, "done")


def _write_team_day(folder: _Folder, route: Route, to: Path) -> Sheet:
    """Writes map, sheet and track of one team-day; the sheet goes into the common file too."""
    name = team_day_name(route)
    team = folder.teams[route.team_id]
    html = route_map(
        route,
        folder.plan,
        team=team,
        region_info=folder.info,
        basemap=folder.basemap,
        texts=folder.texts,
        as_file=True,
    )
    (to / "maps" / f"{name}.html").write_text(html, "utf-8")
    reference = folder.references.get(route.shift_id, "")
    sheet = make_sheet(
        route, folder.plan, team=team, basemap=folder.basemap, reference=reference
    )  # fmt: skip
    (to / "sheets" / f"{name}.pdf").write_bytes(_printed(folder, [sheet]))
    track = gpx(route, visits_of(folder.plan), team, folder.texts)
    (to / "gpx" / f"{name}.gpx").write_bytes(track)
    return sheet


def _printed(folder: _Folder, sheets: Sequence[Sheet]) -> bytes:
    return print_sheets(sheets, region_info=folder.info, texts=folder.texts, large=folder.large)


def team_day_name(route: Route) -> str:
    """Name of a team-day's files, without ending: date and cleaned team id."""
    return f"{route.day.isoformat()}_{file_name(route.team_id)}"


# --- tables ---------------------------------------------------------------------------------


def _table(columns: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """A CSV file that spreadsheets open as it is meant: UTF-8 with its mark, formulas disarmed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for line in lines:
        writer.writerow([safe_cell(plain(it)) if isinstance(it, str) else it for it in line])
    return text.getvalue().encode("utf-8-sig")


def fault_table(faults: Iterable[Fault], texts: Texts) -> bytes:
    """Faults of an import as CSV in the clerk's language, to correct the list by."""
    return _table(
        tuple(texts.t(name) for name in FAULT_COLUMNS),
        (
            (
                fault.file,
                "" if fault.row is None else fault.row,
                texts.t(fault.field),
                fault.value,
                words_of(fault, texts),
            )
            for fault in faults
        ),
    )


def log_table(entries: Iterable[AuditEntry]) -> bytes:
    """Entries of the log as CSV, for the auditor: ids and codes, never names or addresses."""
    return _table(
        ("number", "at", "actor", "action", "subject", "detail"),
        (
            (entry.number, entry.at, entry.actor, entry.action, entry.subject, entry.detail)
            for entry in entries
        ),
    )


def _stop_lines(folder: _Folder) -> Iterable[Sequence[object]]:
    visits = visits_of(folder.plan)
    for route in folder.routes:
        team = folder.teams[route.team_id]
        for row in export_rows(route, visits):
            yield _stop_line(route, team, row, folder.texts)


def _stop_line(route: Route, team: Team, row: StopRow, texts: Texts) -> Sequence[object]:
    return (
        route.day.isoformat(), team.team_id, team.name, row.number, texts.time(row.arrival),
        texts.time(row.start), texts.time(row.departure), row.settlement, row.address,
        row.unit.entrance, row.unit.floor, row.unit.flat,
        "" if row.children is None else row.children, row.kits, " ".join(sorted(row.requires)),
        "; ".join(texts.window(window) for window in row.windows), int(row.urgent),
        int(row.sensitive), " ".join(row.case_ids), row.visit_id,
        round(row.lat, 6) if row.placed else "", round(row.lon, 6) if row.placed else "",
        int(row.straight),
    )  # fmt: skip


def _unserved_lines(folder: _Folder) -> Iterable[Sequence[object]]:
    """One line for every case, so that planned and not planned add up to the list."""
    for unserved in folder.plan.unserved:
        for case_id in unserved.case_ids:
            told = without_place(unserved) if _sensitive(folder, case_id) else unserved
            yield (
                case_id,
                _settlement(folder, case_id),
                told.reason.value,
                folder.texts.why(told),
                folder.texts.said(*told.remedy),
            )


def _settlement(folder: _Folder, case_id: str) -> str:
    if _sensitive(folder, case_id):
        return ""
    case = folder.cases.get(case_id)
    place = folder.places.get(case_id)
    if place is not None and place.settlement:
        return place.settlement
    return case.address.settlement if case else ""


def _sensitive(folder: _Folder, case_id: str) -> bool:
    return case_id in folder.cases and folder.cases[case_id].sensitive
