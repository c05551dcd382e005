"""Command-line entry: the same use cases as the pages.

Exit codes: 0 done, 1 a fault in the user's input (one line a fault), 2 wrong usage. `--json` on
every command prints one JSON object instead of words. Progress bars show on a terminal only.
"""

from __future__ import annotations

import io
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from planning.errors import Fault, FileFault, InputError, OutreachError
from planning.model import Mode, Role
from planning.text import one_line

if TYPE_CHECKING:
    from data.regions.pack import Region
    from planning.desk import Desk
    from planning.intake import Intake
    from planning.model import Member, Team

Value = TypeVar("Value")

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
region_cli = typer.Typer(no_args_is_help=True, help="Build and look at region packs.")
user_cli = typer.Typer(no_args_is_help=True, help="Accounts of this office.")
db_cli = typer.Typer(no_args_is_help=True, help="The registry.")
records_cli = typer.Typer(no_args_is_help=True, help="Retention, and one child's record.")
routing_cli = typer.Typer(no_args_is_help=True, help="The routing engines on their own.")
bench_cli = typer.Typer(no_args_is_help=True, help="Figures, measured on this machine.")
cli.add_typer(region_cli, name="region")
cli.add_typer(user_cli, name="user")
cli.add_typer(db_cli, name="db")
cli.add_typer(records_cli, name="records")
cli.add_typer(routing_cli, name="routing")
cli.add_typer(bench_cli, name="bench")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
RegionDir = Annotated[
    Path, typer.Option("--region", metavar="DIR", help="Folder of a region pack.")
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same result.")]
Engine = Annotated[
    Literal["auto", "ortools", "ruin", "vroom"], typer.Option(help="Who searches for routes.")
]
Seconds = Annotated[float, typer.Option(min=1, max=86_400, help="Budget of the search.")]


def main() -> None:
    """Runs the command line; faults of the input are told one a line, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A console of another alphabet shows a mark instead of ending a finished plan in an error.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        cli()
    except InputError as error:
        _fail(error)
    except OutreachError as error:
        _fail(InputError(str(error)))
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        # The disk is full, a folder may not be written: the machine's fault, not a bug of ours.
        message = f"{error.strerror or type(error).__name__}; check the folder and the disk"
        _fail(FileFault(Fault(message, file=Path(str(error.filename or "")).name)))


def _fail(error: InputError) -> NoReturn:
    _tell("fault", error.faults, as_json="--json" in sys.argv)
    sys.exit(1)


def _tell(what: str, faults: Iterable[Fault], *, as_json: bool, prefix: str = "") -> None:
    """One line a fault on the error stream, whatever characters its values hold."""
    for fault in faults:
        words = one_line(str(fault))
        line = json.dumps({what: words}, ensure_ascii=False) if as_json else prefix + words
        print(line, file=sys.stderr)


def _say(as_json: bool, facts: Mapping[str, object], *lines: str) -> None:
    if as_json or lines:
        text = json.dumps(facts, ensure_ascii=False, default=str) if as_json else "\n".join(lines)
        print(text)


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
        raise FileFault(Fault(message, file=file.name)) from None


def _password() -> str:
    """Asked for twice on a terminal; elsewhere the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        message = "none is given: type it, or put it on the first line of standard input"
        raise InputError(Fault(message, field="password"))
    return password


# Regions


@region_cli.command("build")
def region_build(
    name: Annotated[str, typer.Option(help="Name of the region, as pages show it.")],
    osm: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="OSM file (pbf, osm, osm.gz, osm.bz2); may be repeated."),
    ] = None,
    place: Annotated[str, typer.Option(help="A place to fetch through Overpass instead.")] = "",
    boundaries: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Polygons that override OSM's.")
    ] = None,
    gazetteer: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Register of settlements, overrides OSM's.")
    ] = None,
    country: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE", help="bg, az, kz, …; the main one first. Found in the map if not given."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the pack; in the office's home if not given."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build a region pack from OpenStreetMap files, or from a place's name through Overpass."""
    from data.home import office_home
    from data.regions.build import build_region

    if bool(osm) == bool(place):
        raise typer.BadParameter("give either --osm FILE or --place NAME")
    folder = out or office_home().regions / _folder_name(name)
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


def _folder_name(name: str) -> str:
    """The region's name where it can name its folder in the office's home, too."""
    if name.strip(" .") and Path(name).name == name and "\\" not in name and name != "sample":
        return name
    raise typer.BadParameter(f"“{one_line(name)}” cannot name a folder: add --out DIR")


@region_cli.command("info")
def region_info(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the pack.")],
    as_json: AsJson = False,
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
    lines = (
        f"{what}: {', '.join(map(str, value)) if isinstance(value, tuple) else value}"
        for what, value in facts.items()
    )
    _say(as_json, facts, *lines)


# Single steps


@cli.command()
def geocode(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN.csv",
            help="id, address; also settlement, municipality, province, district, postcode.",
        ),
    ],
    target: Annotated[
        Path, typer.Argument(metavar="OUT.csv", help="id, lat, lon, level, confidence, …")
    ],
    region: RegionDir,
    geocoder: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="A geocoder of your own, asked where ours is in doubt: http://… for Nominatim, "
            "photon+http://… for Photon. Without it OUTREACH_GEOCODER_URL counts.",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Find every address of a list in a region pack. Rows keep their order; none is dropped."""
    from data.casefiles.lookups import check_target, read_addresses, write_places
    from data.opening import locator_of
    from data.regions.pack import open_region

    check_target(target)
    locator = locator_of(open_region(region), geocoder=geocoder)
    rows = read_addresses(_read(source), source.name)
    with _progress(as_json) as report:
        places = []
        for at, (_, address) in enumerate(rows):
            if at % 100 == 0:
                report(at / len(rows), "finding addresses")
            places.append(locator.locate(address))
    if locator.fault is not None:
        lost = Fault(f"{locator.fault} ({locator.unasked} addresses were not asked for)")
        _tell("warning", [lost], as_json=as_json, prefix="please look: ")
    write_places(target, [identity for identity, _ in rows], places)
    levels = Counter(str(found.level) for found in places)
    words = ", ".join(f"{count} {level}" for level, count in sorted(levels.items()))
    _say(as_json, {"rows": len(rows), "levels": levels}, f"{len(rows)} rows: {words or 'none'}")


@cli.command()
def matrix(
    source: Annotated[Path, typer.Argument(metavar="POINTS.csv", help="id, lat, lon")],
    target: Annotated[
        Path, typer.Argument(metavar="OUT.npz", help="ids, seconds, metres, snapped_m, met")
    ],
    region: RegionDir,
    mode: Annotated[Mode, typer.Option(help="How to move.")] = Mode.DRIVE,
    as_json: AsJson = False,
) -> None:
    """Travel times and distances among points, along the region's roads."""
    from data.casefiles.lookups import check_target, read_points
    from data.casefiles.matrices import write_matrix
    from data.regions.pack import open_region

    check_target(target)
    router = open_region(region).router(mode)
    points = read_points(_read(source), source.name)
    began = time.perf_counter()
    with _progress(as_json) as report:
        written = write_matrix(target, router, points, report=report)
    seconds = round(time.perf_counter() - began, 2)
    facts = {"points": len(points), **asdict(written), "wall_seconds": seconds}
    lines = [f"{len(points):,} points, {written.unreachable_pairs:,} pairs without a way, "
             f"{seconds} s"]  # fmt: skip
    if written.moved:
        lines.append(f"{written.moved:,} at the nearest road that leads on, not the nearest one")
    if written.too_far:
        lines.append(f"{written.too_far:,} too far from any road: look at their coordinates")
    _say(as_json, facts, *lines)


@routing_cli.command("solve")
def routing_solve(
    instance: Annotated[
        Path,
        typer.Argument(metavar="INSTANCE_DIR", help="instance.json and travel.npy."),
    ],
    out: Annotated[Path, typer.Option(metavar="ROUTES.json", help="Where the answer goes.")],
    seconds: Seconds = 30.0,
    iterations: Annotated[
        int | None,
        typer.Option(min=1, help="Steps of the search; the same number gives the same plan."),
    ] = None,
    engine: Engine = "auto",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes of the search.")] = 1,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Solve a routing instance; the answer has passed the checker."""
    from data.casefiles.lookups import check_target
    from data.instances import read_instance, write_answer
    from data.routing import solve_problem

    check_target(out)
    problem = read_instance(instance)
    # Who gives ten seconds waits for ten: what loading the program took is of them.
    left = max(seconds / 2, seconds - time.process_time())
    with _progress(as_json) as report, _stop_on_interrupt() as stop:
        answer = solve_problem(
            problem, engine=engine, seed=seed, seconds=left, iterations=iterations,
            workers=workers, report=report, stop=stop,
        )  # fmt: skip
    unserved = write_answer(out, problem, answer.routes)
    facts = {"cost": answer.cost, "visits": problem.visits, "unserved": len(unserved),
             "out": str(out)}  # fmt: skip
    words = f"cost {answer.cost:,}, {len(unserved)} of {problem.visits} unserved → {out}"
    _say(as_json, facts, words)


# The main job


@cli.command()
def plan(
    region: RegionDir,
    cases: Annotated[Path, typer.Option(metavar="FILE", help="Case list: CSV, XLSX or ODS.")],
    teams: Annotated[Path, typer.Option(metavar="FILE", help="Team list: CSV, XLSX or ODS.")],
    first_day: Annotated[
        datetime,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day of the plan."
        ),
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the plan; new or an older plan's.")
    ],
    members: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Members with their calendars: crews are chosen."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=200, help="Working days.")] = 5,
    seconds: Seconds = 30.0,
    engine: Engine = "auto",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes of the search.")] = 2,
    seed: Seed = 0,
    language: Annotated[
        str, typer.Option(help="Language of sheets and maps: bg, en, az, kk, ru.")
    ] = "bg",
    large: Annotated[bool, typer.Option("--large", help="Sheets in large print.")] = False,
    as_json: AsJson = False,
) -> None:
    """Case list and team list in; located, grouped, routed, drawn and printed plan out."""
    from data.jobs import ProcessWorkers
    from maps.basemap import Basemap
    from maps.exports import write_plan
    from planning import pipeline
    from planning.addresses.geocoder import Geocoder
    from planning.summary import summarise

    if not 2000 <= first_day.year < 2200:
        raise typer.BadParameter(f"a plan of the year {first_day.year} is a typing mistake")
    began = time.perf_counter()
    out = out.absolute()
    opened, intake, crews, pool = _plan_input(region, cases, teams, members, out, language)
    _tell("rejected", intake.faults, as_json=as_json, prefix="rejected: ")
    _tell("warning", intake.warnings, as_json=as_json, prefix="please look: ")
    with _progress(as_json) as report, _stop_on_interrupt() as stop:
        places = pipeline.locate(
            intake.cases, Geocoder(opened.gazetteer, opened.areas, opened.confidence), report=report
        )
        request = pipeline.Request(
            cases=intake.cases, places=places, teams=crews, first_day=first_day.date(),
            days=days, seed=seed, seconds=seconds, engine=engine,
        )  # fmt: skip
        if members is not None:
            chosen = pipeline.choose_crews(request, pool)
            for short in chosen.shortages:
                typer.echo(f"please look: {short}", err=True)
            request = replace(request, crews=chosen)
        made = pipeline.plan(
            request, router=opened.router, workers=ProcessWorkers(workers), report=report, stop=stop
        )
        planned = time.perf_counter() - began
        write_plan(
            made, cases=intake.cases, places=places, teams=crews, region_info=opened.info,
            basemap=Basemap.of(
                opened.graph(Mode.DRIVE), opened.areas, opened.gazetteer.settlements
            ),
            out=out, language=language, rejected=intake.faults, report=report, large=large,
        )  # fmt: skip
    summary = summarise(made, intake.cases, places, rejected=len(intake.rejected))
    facts = {**summary.facts(), "plan_seconds": round(planned, 1),
             "seconds": round(time.perf_counter() - began, 1), "out": str(out)}  # fmt: skip
    _say(as_json, facts, *summary.lines(), f"{facts['seconds']} s in all → {out}")


def _plan_input(
    region: Path, cases: Path, teams: Path, members: Path | None, out: Path, language: str
) -> tuple[Region, Intake, tuple[Team, ...], Mapping[str, Sequence[Member]]]:
    """Region, case list, teams and who belongs to none of them, by municipality.

    What is wrong with any of them, or the rest, is told in one pass.
    """
    from data.casefiles import read_cases, read_members, read_teams
    from data.regions.pack import open_region
    from maps.exports import refuse_foreign
    from maps.texts import translator
    from planning.intake.members import with_members
    from planning.members import sworn, sworn_teams, unsworn
    from planning.pipeline import teams_in_region

    pool: Mapping[str, Sequence[Member]] = {}
    faults: list[Fault] = []

    def tried(step: Callable[[], Value]) -> Value | None:
        try:
            return step()
        except InputError as error:
            faults.extend(error.faults)
            return None

    tried(lambda: translator(language))
    tried(lambda: refuse_foreign(out))
    opened = tried(lambda: open_region(region))
    intake = tried(lambda: read_cases(_read(cases), cases.name))
    crews = tried(lambda: read_teams(_read(teams), teams.name))
    if opened is not None and crews is not None:
        known, listed = opened, crews
        crews = tried(lambda: teams_in_region(listed, known.gazetteer, file=teams.name))
    if members is not None and crews is not None:
        placed, file = crews, members
        register = tried(lambda: read_members(_read(file), file.name))
        manned = tried(lambda: with_members(placed, register or (), file=file.name))
        named, lent = manned or ((), {})
        for each in unsworn(named, lent):
            typer.echo(
                f"please look: member {each} goes nowhere without a declaration of confidentiality",
                err=True,
            )
        crews = sworn_teams(named) if manned else None
        pool = {code: tuple(map(sworn, people)) for code, people in lent.items()}
    if intake is not None and not intake.cases:
        faults += [*intake.faults, Fault("not one row can be planned", file=cases.name)]
    if opened is None or intake is None or crews is None or faults:
        raise InputError(faults)
    return opened, intake, crews, pool


@cli.command()
def sample(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for region, cases.csv and teams.csv.")
    ],
    cases: Annotated[int, typer.Option(min=0, max=20_000, help="Rows of the case list.")] = 600,
    seed: Seed = 2026,
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
    from data.demo import kept_demo
    from data.home import SAMPLE_REGION, office_home
    from data.regions.pack import opens

    home = office_home()
    shown = kept_demo(home)
    if shown is None or not opens(home.region_folder(SAMPLE_REGION)):
        from data.demo_campaign import make_demo

        with _progress(as_json) as report, _stop_on_interrupt() as stop:
            shown = make_demo(home, report=report, stop=stop)
    _say(as_json, shown.facts(), *shown.lines())


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
) -> None:
    """Serve the app, on this machine only unless told otherwise."""
    from app import server
    from data.demo import kept_demo
    from data.home import office_home

    if host not in ("127.0.0.1", "localhost", "::1") and kept_demo(office_home()):
        raise InputError(
            "the sample shows its passwords to everybody who opens the page: serve it to this "
            "machine only, or set OUTREACH_HOME to a folder of your own"
        )
    _tell_terms()
    server().run(config={"server.address": host, "server.port": port})


# Accounts and registry


UserId = Annotated[str, typer.Argument(metavar="USER", help="Sign-in name.")]


@user_cli.command("add")
def user_add(
    user_id: UserId,
    role: Annotated[Role, typer.Option(help="What the account may do.")],
    name: Annotated[str, typer.Option(help="Name to show; the sign-in name if not given.")] = "",
    municipality: Annotated[str, typer.Option(help="Code; for coordinators.")] = "",
    team: Annotated[str, typer.Option(help="Team id; for teams.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Change an account there is.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add an account. The password must be changed at the first sign-in.

    It is asked for twice on a terminal, and read from the first line of standard input elsewhere.
    """
    from data.home import office_home
    from data.opening import registry_of
    from planning.model import User

    if one_line(user_id) != user_id or not user_id:
        raise typer.BadParameter("a sign-in name is one line without odd characters")
    if role == Role.COORDINATOR and not municipality:
        raise typer.BadParameter("a coordinator needs --municipality CODE")
    if role == Role.TEAM and not team:
        raise typer.BadParameter("a team needs --team ID")
    user = User(user_id, name or user_id, role, municipality, team, must_change_password=True)
    with registry_of(office_home()).work("command line") as work:
        if not replace and any(each.user_id == user_id for each in work.users()):
            message = "there is such an account; add --replace to give it another role"
            raise InputError(Fault(message, field="user", value=user_id))
    password = _password()
    with registry_of(office_home()).work("command line") as work:
        work.save_user(user, password=password)
        work.log("save_user", user_id, role)
    _say(as_json, {"user": user_id, "role": role}, f"{user_id} may sign in as {role}.")


@user_cli.command("passwd")
def user_passwd(user_id: UserId, as_json: AsJson = False) -> None:
    """Set an account's password, asked for or read as `user add` does."""
    from data.home import office_home
    from data.opening import registry_of

    registry = registry_of(office_home())
    with registry.work("command line") as work:
        found = [user for user in work.users() if user.user_id == user_id]
    if not found:
        message = "there is no such account; see `outreach.py user list`"
        raise InputError(Fault(message, field="user", value=one_line(user_id)))
    password = _password()
    with registry.work("command line") as work:
        work.save_user(found[0], password=password)
        work.log("set_password", user_id)
    _say(as_json, {"user": user_id}, f"The password of {user_id} is changed.")


@user_cli.command("list")
def user_list(as_json: AsJson = False) -> None:
    """List the accounts."""
    from data.home import office_home
    from data.opening import registry_of

    with registry_of(office_home()).work("command line") as work:
        users = work.users()
    facts = {user.user_id: user.role for user in users}
    lines = [f"{user.user_id}\t{user.role}\t{user.name}" for user in users]
    _say(as_json, facts, *(lines or ["There are no accounts yet: `outreach.py user add`."]))


BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
_ACTOR = "command line"
"""Who the audit log says it was."""


@db_cli.command("backup")
def db_backup(
    file: BackupFile,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite a file that is there.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write an encrypted backup of the registry. The service may go on working meanwhile.

    The key is not in the backup: keep a copy of it in another place.
    """
    from data.home import office_home
    from data.registry.backup import back_up

    home = office_home()
    with _progress(as_json) as report:
        made = back_up(home.registry, file, key_file=home.key_file, actor=_ACTOR,
                       report=report, replace=replace)  # fmt: skip
    key = made.seal.key_id.hex()
    facts = {"file": str(file), "key": key, "made_at": made.contents.made_at,
             "rows": made.contents.rows}  # fmt: skip
    _say(
        as_json, facts,
        f"{file}: {made.rows:,} rows, encrypted with key {key}.",
        "The key is not in it. Keep a copy of the key in another place: without it nobody can "
        "read the backup.",
    )  # fmt: skip


@db_cli.command("restore")
def db_restore(
    file: BackupFile,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Replace the records there are; a backup keeps them."),
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Key of the backup, if it is not the present one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of a new or empty registry, and verify it.

    The key file must be in its place before.
    """
    from data.home import office_home
    from data.registry.restore import restore

    home = office_home()
    home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept: list[Path] = []
    with _progress(as_json) as report:
        done = restore(
            file, home.registry, key_file=home.key_file, actor=_ACTOR, report=report,
            further_key=key,
            keep=(lambda: kept.append(_kept_before("restore", report))) if replace else None,
        )  # fmt: skip
    for before in kept:
        _tell("kept", [Fault(f"what was there before is in {before}")], as_json=as_json)
    _verify(as_json)
    facts = {"file": str(file), "made_at": done.contents.made_at, "rows": done.contents.rows,
             "kept": [str(before) for before in kept]}  # fmt: skip
    _say(as_json, facts, f"Restored {done.rows:,} rows as of {done.contents.made_at}.")


@db_cli.command("verify")
def db_verify(as_json: AsJson = False) -> None:
    """Check the database, every sealed field and the whole audit log. Changes nothing."""
    rows = _verify(as_json)
    counts = ", ".join(f"{count:,} {table}" for table, count in rows.items() if count)
    _say(as_json, {"rows": rows}, f"All is as it was written: {counts}.")


def _verify(as_json: bool) -> dict[str, int]:
    """How many rows each table has.

    Raises:
        InputError: everything that is not as it was written.
    """
    from data.home import office_home
    from data.registry.verify import verify_registry

    home = office_home()
    with _progress(as_json) as report:
        found = verify_registry(home.registry, key_file=home.key_file, report=report)
    if found.findings:
        raise InputError(found.findings)
    return found.rows


@db_cli.command("upgrade")
def db_upgrade(
    no_backup: Annotated[bool, typer.Option("--no-backup", help="Make no backup before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the registry to this version's schema, after a backup. Every start does so, too."""
    from data.home import office_home
    from data.opening import registry_of
    from data.registry.database import database_url, shown_name
    from data.registry.migrate import steps_to_go

    home = office_home()
    fresh = home.registry == home.registry_file and not home.registry_file.exists()
    steps = [] if fresh else steps_to_go(home.registry)
    kept = None
    if steps and not no_backup:
        with _progress(as_json) as report:
            kept = _kept_before("upgrade", report)
    registry = registry_of(home)
    if steps:
        with registry.work(_ACTOR) as work:
            work.log("upgrade_registry", "registry", steps[-1])
    registry.close()
    name = shown_name(database_url(home.registry))
    facts = {"registry": name, "steps": steps,
             "backup": str(kept) if kept else None}  # fmt: skip
    backup = [f"Backup: {kept}"] if kept else []
    _say(as_json, facts, *backup, *steps, f"{name} is up to date.")


@db_cli.command("rotate-key")
def db_rotate_key(as_json: AsJson = False) -> None:
    """Make a new key and seal every personal field with it.

    The old key stays beside the new one, for backups that were made with it. A key that is in
    the environment (OUTREACH_KEY) is followed by the one in OUTREACH_KEY_NEXT.
    """
    from data.home import office_home
    from data.registry.rotation import rotate_key

    home = office_home()
    with _progress(as_json) as report:
        done = rotate_key(home.registry, key_file=home.key_file, actor=_ACTOR, report=report)
    old = str(done.old_key) if done.old_key else None
    facts = {"key": done.key_id, "cells": done.cells, "old_key": old}
    then = (
        f"Keep a copy of {home.key_file} in another place. The old key, {old}, opens the backups "
        "made until now."
        if old
        else "Put the value of OUTREACH_KEY_NEXT into OUTREACH_KEY, and start the service anew."
    )
    _say(
        as_json, facts, f"{done.cells:,} fields are sealed with the new key {done.key_id}.", then,
        "Links to phones no longer open: send new ones.",
        *([] if done.swept else [
            "Old fields may still lie in unused parts of the files: run it again when nobody works."
        ]),
    )  # fmt: skip


def _kept_before(what: str, report: Callable[[float, str], None]) -> Path:
    """A backup of the registry in the office's home, made before something is done to it."""
    from data.home import office_home
    from data.registry.backup import back_up

    home = office_home()
    home.backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = datetime.now(UTC)
    file = home.backups / f"before-{what}-{now:%Y%m%dT%H%M%S%f}.backup"
    back_up(home.registry, file, key_file=home.key_file, actor=_ACTOR, report=report)
    return file


# Retention, and one child's record

CampaignId = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id: `records terms`.")]
CaseId = Annotated[str, typer.Argument(metavar="CASE", help="Case number, as in the list.")]


@records_cli.command("terms")
def records_terms(as_json: AsJson = False) -> None:
    """Say until when each campaign's records are kept, and which terms are over."""
    desk = _records_desk()
    names = {each.campaign_id: each.name for each in desk.campaigns()}
    over = {each.campaign_id for each in desk.terms_over()}
    rows = [
        {
            "campaign": each.campaign_id,
            "name": names[each.campaign_id],
            "keep_until": each.keep_until.isoformat(),
            "purged_at": each.purged_at,
            "over": each.campaign_id in over,
        }
        for each in desk.terms()
    ]
    state = {True: "over: decide", False: "kept"}
    lines = [
        f"{row['campaign']}\t{row['keep_until']}\t"
        f"{'purged' if row['purged_at'] else state[bool(row['over'])]}\t{row['name']}"
        for row in rows
    ]
    _say(as_json, {"campaigns": rows}, *(lines or ["There is no campaign yet."]))


@records_cli.command("keep")
def records_keep(
    campaign: CampaignId,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day.")],
    as_json: AsJson = False,
) -> None:
    """Change the last day on which a campaign's records are kept."""
    day = until.date()
    _records_desk().set_term(campaign, day)
    _say(as_json, {"keep_until": day.isoformat()}, f"The records are kept until {day}.")


@records_cli.command("purge")
def records_purge(
    campaign: CampaignId,
    rows: Annotated[
        int | None,
        typer.Option(min=0, help="How many rows the preview told: removes them for good."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what purging a campaign whose term is over removes; with --rows, remove it."""
    desk = _records_desk()
    seen = desk.purge_preview(campaign)
    facts: dict[str, object] = {"rows": seen.total, "tables": dict(seen.rows),
                                "log_entries": seen.log_entries, "purged": False}  # fmt: skip
    told = [f"{name}: {count:,}" for name, count in seen.rows]
    told.append(f"The log stays; {seen.log_entries:,} of its entries name a case by its number.")
    if rows is None:
        _say(as_json, facts, *told, f"To remove these for good: add --rows {seen.total}")
        return
    if rows != seen.total:
        message = f"there are {seen.total} rows now; look at the preview again"
        raise InputError(Fault(message, field="rows", value=str(rows)))
    kept = desk.purge(campaign, seen)
    _say(as_json, {**facts, "purged": True, "kept": len(kept)}, *told,
         f"Removed. Counts of {len(kept):,} areas stay.")  # fmt: skip


@records_cli.command("export")
def records_export(
    campaign: CampaignId,
    case: CaseId,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help=".html to print, .json for machines; a new file.")
    ],
    language: Annotated[str, typer.Option(help="bg, en, az, kk or ru; of the page.")] = "bg",
    as_json: AsJson = False,
) -> None:
    """Write everything the office holds about the child of a case, to hand to the family."""
    from data.files import write_whole
    from maps.child_record import record_page
    from maps.texts import translator
    from planning import wire

    texts = translator(language)
    if out.suffix not in (".html", ".json"):
        raise typer.BadParameter("--out ends in .html or .json")
    if out.exists():
        raise FileFault(Fault("is there already; name a new file", file=out.name))
    record = _records_desk().child_record(campaign, case)
    page = wire.dump(record) if out.suffix == ".json" else record_page(record, texts)
    write_whole(out, page.encode())
    _say(as_json, {"file": str(out), "cases": record.cases},
         f"{out}: {len(record.cases)} cases of this child. Read it before you hand it out: notes "
         "may tell of other people.")  # fmt: skip


@records_cli.command("erase")
def records_erase(
    campaign: CampaignId,
    case: CaseId,
    reason: Annotated[
        Literal["request", "order", "mistake"], typer.Option(help="Goes into the log.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only say what goes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove the child of a case from all campaigns; a later list that names it is told."""
    from planning.retention import ErasureReason

    desk = _records_desk()
    record = desk.child_record(campaign, case)
    named = ", ".join(f"{each} in {where}" for where, each in record.cases)
    if not yes:
        _say(as_json, {"cases": record.cases, "erased": False},
             f"Would erase {named}. For good: add --yes")  # fmt: skip
        return
    erasure = desk.erase_child(record.cases, ErasureReason(reason))
    lines = [f"Erased {named}: {erasure.plans} plans, {erasure.outcomes} outcomes changed."]
    if erasure.stops:
        lines.append("A stop was taken off the published plan: repair it to use the time.")
    _say(as_json, {**asdict(erasure), "erased": True}, *lines)


@records_cli.command("allow")
def records_allow(campaign: CampaignId, case: CaseId, as_json: AsJson = False) -> None:
    """Let an erased child back onto lists."""
    _records_desk().allow_again(campaign, case)
    _say(as_json, {"case": case}, "The next list may name the child.")


def _records_desk() -> Desk:
    from data.home import office_home
    from data.records import records_desk

    return records_desk(office_home(), _ACTOR)


def _tell_terms() -> None:
    """One line for every campaign whose term is over: nothing is purged by itself."""
    desk = _records_desk()
    names = {each.campaign_id: each.name for each in desk.campaigns()}
    for each in desk.terms_over():
        told = f"the term of “{one_line(names[each.campaign_id])}” ended on {each.keep_until}"
        print(f"please decide: {told}; see the page “Records”", file=sys.stderr)


# Benchmarks


@bench_cli.command("plan")
def bench_plan(seed: Seed = 0, seconds: Seconds = 30.0, as_json: AsJson = False) -> None:
    """The sample campaign from import to published plan, timed step by step."""
    from data.bench.plan import measure_plan

    with _progress(as_json) as report:
        figures = measure_plan(seed=seed, seconds=seconds, report=report)
    _say(as_json, figures, *(f"{what:<34}{value}" for what, value in figures.items()))


@bench_cli.command("campaign")
def bench_campaign(
    doors: Annotated[int, typer.Option(min=20, max=5_000, help="Cases of the campaign.")] = 300,
    teams: Annotated[int, typer.Option(min=1, max=50)] = 2,
    days: Annotated[int, typer.Option(min=1, max=60, help="Working days.")] = 8,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Campaigns.")] = 5,
    seconds: Seconds = 6.0,
    as_json: AsJson = False,
) -> None:
    """Invented campaigns with a planted truth, run in several ways: what each rule gains."""
    from data.bench.campaign import measure_campaign
    from planning.routing.planner import Inline

    with _progress(as_json) as report:
        figures = measure_campaign(
            doors=doors, teams=teams, days=days, seeds=range(seeds), seconds=seconds,
            workers=Inline(), report=report,
        )  # fmt: skip
    lines = (
        f"{name}\n" + "\n".join(f"  {what:<32}{value}" for what, value in found.items())
        for name, found in figures.items()
        if isinstance(found, dict)
    )
    _say(as_json, figures, *lines)


@bench_cli.command("geocode")
def bench_geocode(
    geodata: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the maps: see docs/benchmarks.md.")
    ] = Path("../shared/geodata"),
    seed: Seed = 0,
    size: Annotated[int, typer.Option(min=100, max=50_000, help="Addresses a list.")] = 3_000,
    peers: Annotated[
        int, typer.Option(min=0, max=50_000, help="Addresses of each list the peers are asked.")
    ] = 300,
    misses: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV of all that was not answered well.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Frozen noisy lists, answered by the geocoder, Nominatim and two naive ways."""
    from data.bench.geocode import measure_geocode, table

    with _progress(as_json) as report:
        figures = measure_geocode(
            geodata, seed=seed, size=size, sample=peers, misses=misses, report=report
        )
    _say(as_json, figures, *table(figures))


@bench_cli.command("matrix")
def bench_matrix(
    geodata: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the maps: see docs/benchmarks.md.")
    ] = Path("../shared/geodata"),
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME",
            help="monaco, liechtenstein, heidelberg or province; may be repeated. All by default.",
        ),
    ] = None,
    size: Annotated[int, typer.Option(min=10, max=20_000, help="Doors.")] = 2_000,
    loading: Annotated[
        bool, typer.Option("--loading", help="Let osmnx read the maps, too: takes minutes.")
    ] = False,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Travel matrices beside OSRM, RoutingKit, scipy and networkx, in one run."""
    from data.bench.matrix import MAPS, measure_matrix, table

    unknown = ", ".join(one_line(name) for name in maps or () if name not in MAPS)
    if unknown:
        raise typer.BadParameter(f"there is no map “{unknown}”; there are {', '.join(MAPS)}")
    with _progress(as_json) as report:
        figures = measure_matrix(
            geodata, maps=maps or MAPS, size=size, loading=loading, seed=seed, report=report
        )
    _say(as_json, figures, *table(figures))


@bench_cli.command("routing")
def bench_routing(
    instances: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of instances: see docs/benchmarks.md.")
    ] = Path("../shared/bench"),
    sizes: Annotated[
        list[int] | None, typer.Option("--size", metavar="VISITS", help="May be repeated.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=20, help="Seeds of every engine.")] = 5,
    further: Annotated[
        int, typer.Option(min=0, max=20, help="Made instances of every size besides.")
    ] = 0,
    seconds: Annotated[
        float | None, typer.Option(min=1, max=3600, help="CPU budget; by size if not given.")
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="The sample's largest municipality, too.")
    ] = False,
    engines: Annotated[
        list[str] | None,
        typer.Option("--engine", metavar="NAME", help="As the table names it; may be repeated."),
    ] = None,
    repairs: Annotated[
        int,
        typer.Option(
            "--repair",
            min=0,
            max=1000,
            metavar="EVENTS",
            help="Instead: repairs, so many events of every kind, beside planning anew.",
        ),
    ] = 0,
    scale: Annotated[
        Literal["", "municipality", "one office", "province"],
        typer.Option(
            help="Instead: a large campaign, with the seconds and with ten times as many."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """The engines beside OR-Tools' usual recipe, VROOM and PyVRP, at equal CPU."""
    if repairs or scale:
        _bench_plans(repairs, scale, seconds or 60.0, as_json=as_json)
        return
    from data.bench.routing import NAMES, measure_routing, table

    if unknown := next((each for each in engines or () if each not in NAMES), None):
        raise typer.BadParameter(f"no engine is called “{unknown}”; there are {', '.join(NAMES)}")
    with _progress(as_json) as report:
        figures = measure_routing(
            instances, seeds=range(1, seeds + 1), sizes=sizes or [60, 250, 1000],
            further=further, engines=engines or NAMES, sample=sample, seconds=seconds,
            report=report,
        )  # fmt: skip
    _say(as_json, figures, *table(figures))


def _bench_plans(repairs: int, scale: str, seconds: float, *, as_json: bool) -> None:
    """What is measured of the planner and not of its engines."""
    from data.bench import routing_repair, routing_scale

    with _progress(as_json) as report:
        if repairs:
            figures = routing_repair.measure_repair(events=repairs, report=report)
            lines = routing_repair.table(figures)
        else:
            figures = routing_scale.measure_scale(
                scale, seed=0, budgets=(seconds, 10 * seconds), workers=2, report=report
            )
            lines = routing_scale.table(figures)
    _say(as_json, figures, *lines)


@cli.command()
def calibrate(
    region: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Region pack to calibrate; without it, figures only."),
    ] = None,
    geodata: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the maps: see docs/benchmarks.md.")
    ] = Path("../shared/geodata"),
    seed: Seed = 0,
    size: Annotated[int, typer.Option(min=100, max=50_000, help="Addresses a list.")] = 3_000,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the weights go besides.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit the confidence of addresses to the frozen lists, and check it on others."""
    from data.bench import calibration
    from data.confidence import NAME, write_confidence
    from data.regions.pack import open_region

    targets = [out] if out is not None else []
    if region is not None:
        targets.append(open_region(region).folder / NAME)
    with _progress(as_json) as report:
        fitted, figures = calibration.calibrate(geodata, seed=seed, size=size, report=report)
    for target in targets:
        write_confidence(target, fitted)
    _say(as_json, figures, *calibration.table(figures))


if __name__ == "__main__":
    main()
