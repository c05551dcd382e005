"""Command-line entry: the same use cases as the pages.

Exit codes: 0 done, 1 a fault in the user's input (one line a fault), 2 wrong usage. `--json` on
every command prints one JSON object instead of words. Progress bars show on a terminal only.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from planning.errors import Fault, InputError, OutreachError
from planning.model import Mode

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
region_cli = typer.Typer(no_args_is_help=True, help="Build and look at region packs.")
user_cli = typer.Typer(no_args_is_help=True, help="Accounts of this office.")
db_cli = typer.Typer(no_args_is_help=True, help="The registry.")
bench_cli = typer.Typer(no_args_is_help=True, help="Figures, measured on this machine.")
cli.add_typer(region_cli, name="region")
cli.add_typer(user_cli, name="user")
cli.add_typer(db_cli, name="db")
cli.add_typer(bench_cli, name="bench")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
RegionDir = Annotated[Path, typer.Option("--region", help="Folder of a region pack.")]


def main() -> None:
    """Runs the command line; faults of the input are told one a line, without a traceback."""
    try:
        cli()
    except InputError as error:
        _fail(error)
    except OutreachError as error:
        _fail(InputError(str(error)))
    except BrokenPipeError:
        sys.exit(0)


def _fail(error: InputError) -> NoReturn:
    as_json = "--json" in sys.argv
    for fault in error.faults:
        line = json.dumps({"fault": str(fault)}, ensure_ascii=False) if as_json else str(fault)
        print(line, file=sys.stderr)
    sys.exit(1)


def _say(as_json: bool, facts: Mapping[str, object], *lines: str) -> None:
    print(json.dumps(facts, ensure_ascii=False, default=str) if as_json else "\n".join(lines))


@contextmanager
def _progress(quiet: bool = False) -> Iterator[Callable[[float, str], None]]:
    """A progress bar on a terminal, silence elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield _unseen
        return
    columns = (TextColumn("{task.description:<40}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda share, words: bar.update(task, completed=share, description=words)


def _unseen(_share: float, _words: str) -> None:
    """Progress that nobody looks at."""


@contextmanager
def _stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Ctrl-C once asks the work to end with the best it has; twice ends it at once."""
    asked = False

    def ask(_signum: int, _frame: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        print("Stopping with the best plan so far; once more ends at once.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"cannot be read ({error.strerror}); check its path"
        raise InputError(Fault(message, file=file.name)) from None


# Regions


@region_cli.command("build")
def region_build(
    name: Annotated[str, typer.Option(help="Name of the region, as pages show it.")],
    osm: Annotated[list[Path] | None, typer.Option(help="OSM file; may be given again.")] = None,
    place: Annotated[str, typer.Option(help="A place to fetch through Overpass instead.")] = "",
    boundaries: Annotated[Path | None, typer.Option(help="Polygons that override OSM's.")] = None,
    gazetteer: Annotated[Path | None, typer.Option(help="Register of settlements.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="bg, az, kz, …")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the pack.")] = None,
    as_json: AsJson = False,
) -> None:
    """Build a region pack from OpenStreetMap files, or from a place's name through Overpass."""
    from data.home import office_home
    from data.regions.build import build_region

    if bool(osm) == bool(place):
        raise typer.BadParameter("give either --osm FILE or --place NAME")
    folder = out or office_home().regions / name
    with _progress(as_json) as report:
        if place:
            from data.regions.overpass import region_from_place

            info = region_from_place(
                place, name=name, out=folder, cache=office_home().cache, countries=country or (),
                boundaries=boundaries, gazetteer=gazetteer, report=report,
            )  # fmt: skip
        else:
            info = build_region(
                osm or [], name=name, out=folder, countries=country or (),
                boundaries=boundaries, gazetteer=gazetteer, report=report,
            )  # fmt: skip
    counts = ", ".join(f"{count:,} {what}" for what, count in info.counts.items())
    _say(as_json, {"folder": str(folder), "counts": info.counts}, f"{folder}: {counts}")


@region_cli.command("info")
def region_info(
    folder: Annotated[Path, typer.Argument(help="Folder of the pack.")], as_json: AsJson = False
) -> None:
    """Say what a region pack holds."""
    from data.regions.pack import open_region

    info = open_region(folder).info
    facts = {
        "name": info.name,
        "countries": info.countries,
        "crs": info.crs_metres,
        "invented": info.invented,
        "bounds": info.bounds,
        "attribution": info.attribution,
        **info.counts,
    }
    _say(as_json, facts, *(f"{what}: {value}" for what, value in facts.items()))


# Single steps


@cli.command()
def geocode(
    source: Annotated[Path, typer.Argument(metavar="IN.csv", help="id, address, …")],
    target: Annotated[Path, typer.Argument(metavar="OUT.csv")],
    region: RegionDir,
    as_json: AsJson = False,
) -> None:
    """Find every address of a list in a region pack. Rows keep their order; none is dropped."""
    from data.casefiles.lookups import read_addresses, write_places
    from data.regions.pack import open_region
    from planning.addresses.geocoder import Geocoder

    opened = open_region(region)
    rows = read_addresses(_read(source), source.name)
    locator = Geocoder(opened.gazetteer, opened.areas)
    places = [locator.locate(address) for _, address in rows]
    write_places(target, [identity for identity, _ in rows], places)
    levels: dict[str, int] = {}
    for found in places:
        levels[found.level] = levels.get(found.level, 0) + 1
    words = ", ".join(f"{count} {level}" for level, count in sorted(levels.items()))
    _say(as_json, {"rows": len(rows), "levels": levels}, f"{len(rows)} rows: {words}")


@cli.command()
def matrix(
    source: Annotated[Path, typer.Argument(metavar="POINTS.csv", help="id, lat, lon")],
    target: Annotated[Path, typer.Argument(metavar="OUT.npz")],
    region: RegionDir,
    mode: Mode = Mode.DRIVE,
    as_json: AsJson = False,
) -> None:
    """Travel times and distances among points, along the region's roads."""
    import numpy as np

    from data.casefiles.lookups import read_points
    from data.regions.pack import open_region
    from planning.travel.matrix import matrix as travel_matrix

    points = read_points(_read(source), source.name)
    began = time.perf_counter()
    travel = travel_matrix(open_region(region).graph(mode), points)
    seconds = time.perf_counter() - began
    with target.open("wb") as out:
        np.savez_compressed(
            out, ids=np.array(travel.keys), seconds=travel.seconds, metres=travel.metres,
            snapped_m=travel.snapped_m,
        )  # fmt: skip
    unreachable = int(np.isnan(travel.seconds).sum())
    facts = {"points": len(points), "unreachable_pairs": unreachable, "wall_seconds": seconds}
    _say(
        as_json, facts, f"{len(points)} points, {unreachable} pairs without a way, {seconds:.1f} s"
    )


# The main job


@cli.command()
def plan(
    region: RegionDir,
    cases: Annotated[Path, typer.Option(help="Case list: CSV, XLSX or ODS.")],
    teams: Annotated[Path, typer.Option(help="Team list: CSV, XLSX or ODS.")],
    first_day: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    out: Annotated[Path, typer.Option(help="Folder for the plan; new or an older plan's.")],
    days: Annotated[int, typer.Option(min=1, max=200, help="Working days.")] = 5,
    seconds: Annotated[float, typer.Option(min=1, help="Budget of the search.")] = 30.0,
    workers: Annotated[int, typer.Option(min=1, max=64)] = 2,
    seed: int = 0,
    language: Annotated[str, typer.Option(help="Language of sheets and maps.")] = "bg",
    as_json: AsJson = False,
) -> None:
    """Case list and team list in; located, grouped, routed, drawn and printed plan out."""
    from data.casefiles import read_cases, read_teams
    from data.jobs import ProcessWorkers
    from data.regions.pack import open_region
    from maps.basemap import Basemap
    from maps.exports import write_plan
    from planning import pipeline
    from planning.addresses.geocoder import Geocoder
    from planning.summary import summarise

    began = time.perf_counter()
    opened = open_region(region)
    intake = read_cases(_read(cases), cases.name)
    crews = pipeline.teams_in_region(
        read_teams(_read(teams), teams.name), opened.gazetteer, file=teams.name
    )
    for rejected in intake.rejected:
        for fault in rejected.faults:
            print(f"rejected: {fault}", file=sys.stderr)
    with _progress(as_json) as report, _stop_on_interrupt() as stop:
        places = pipeline.locate(
            intake.cases, Geocoder(opened.gazetteer, opened.areas), opened.areas, report=report
        )
        request = pipeline.Request(
            cases=intake.cases, places=places, teams=crews, first_day=first_day.date(),
            days=days, seed=seed, seconds=seconds,
        )  # fmt: skip
        made = pipeline.plan(
            request, graph=opened.graph, workers=ProcessWorkers(workers), report=report, stop=stop
        )
        planned = time.perf_counter() - began
        write_plan(
            made, cases=intake.cases, places=places, teams=crews, region_info=opened.info,
            basemap=Basemap.of(
                opened.graph(Mode.DRIVE), opened.areas, opened.gazetteer.settlements
            ),
            out=out, language=language, report=report,
        )  # fmt: skip
    summary = summarise(made, intake.cases, places, rejected=len(intake.rejected))
    facts = {**summary.facts(), "plan_seconds": round(planned, 1),
             "seconds": round(time.perf_counter() - began, 1), "out": str(out)}  # fmt: skip
    _say(as_json, facts, *summary.lines(), f"{facts['seconds']} s in all → {out}")


@cli.command()
def sample(
    out: Annotated[Path, typer.Option(help="Folder for region, cases.csv and teams.csv.")],
    cases: Annotated[int, typer.Option(min=0, max=20_000)] = 600,
    seed: int = 2026,
    as_json: AsJson = False,
) -> None:
    """Write the invented sample region with its cases and teams."""
    from data.sample import write_sample

    with _progress(as_json) as report:
        files = write_sample(out, cases=cases, seed=seed, report=report)
    _say(as_json, {"folder": str(out)}, f"{files.region}, {files.cases}, {files.teams}")


@cli.command()
def demo(as_json: AsJson = False) -> None:
    """Build the sample in the office's home folder, plan it, and say how to sign in."""
    from data.demo import prepare
    from data.home import office_home

    with _progress(as_json) as report, _stop_on_interrupt() as stop:
        shown = prepare(office_home(), report=report, stop=stop)
    _say(as_json, shown.facts(), *shown.lines())


@cli.command()
def serve(
    host: str = "127.0.0.1", port: Annotated[int, typer.Option(min=1, max=65535)] = 8501
) -> None:
    """Serve the app, on this machine only unless told otherwise."""
    from app import server

    server().run(config={"server.address": host, "server.port": port})


# Accounts and registry


@user_cli.command("add")
def user_add(
    user_id: str,
    role: Annotated[str, typer.Option(help="planner, coordinator, team, viewer, auditor, admin")],
    name: str = "",
    municipality: Annotated[str, typer.Option(help="Code; for coordinators.")] = "",
    team: Annotated[str, typer.Option(help="Team id; for teams.")] = "",
) -> None:
    """Add an account. The password is asked for, twice, and must be changed at first sign-in."""
    from data.home import office_home
    from planning.model import Role, User

    if role not in list(Role):
        raise typer.BadParameter(f"a role is one of {', '.join(Role)}")
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    user = User(user_id, name or user_id, Role(role), municipality, team, must_change_password=True)
    with office_home().registry().work("command line") as work:
        work.save_user(user, password=password)
        work.log("save_user", user_id, role)
    print(f"{user_id} may sign in as {role}.")


@user_cli.command("passwd")
def user_passwd(user_id: str) -> None:
    """Set an account's password."""
    from data.home import office_home

    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    with office_home().registry().work("command line") as work:
        found = [user for user in work.users() if user.user_id == user_id]
        if not found:
            raise InputError(f"there is no account “{user_id}”; see `outreach.py user list`")
        work.save_user(found[0], password=password)
        work.log("set_password", user_id)
    print(f"The password of {user_id} is changed.")


@user_cli.command("list")
def user_list(as_json: AsJson = False) -> None:
    """List the accounts."""
    from data.home import office_home

    with office_home().registry().work("command line") as work:
        users = work.users()
    facts = {user.user_id: user.role for user in users}
    _say(as_json, dict(facts), *(f"{user.user_id}\t{user.role}\t{user.name}" for user in users))


@db_cli.command("upgrade")
def db_upgrade() -> None:
    """Bring the registry to this version's schema. Runs by itself at every start."""
    from data.home import office_home

    home = office_home()
    home.registry()
    print(f"{home.registry_file} is up to date.")


# Benchmarks


@bench_cli.command("plan")
def bench_plan(seed: int = 0, seconds: float = 30.0, as_json: AsJson = False) -> None:
    """The sample campaign from import to checked plan and written sheets, timed step by step."""
    from data.bench import measure_plan

    with _progress(as_json) as report:
        figures = measure_plan(seed=seed, seconds=seconds, report=report)
    _say(as_json, figures, *(f"{what:<34}{value}" for what, value in figures.items()))


if __name__ == "__main__":
    main()
