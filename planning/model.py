"""The nouns of the service, frozen.

Units and order, once for the whole project: coordinates are degrees in EPSG:4326 and come as
(lon, lat); times of day are whole seconds after local midnight; durations are seconds; distances
are metres; weekdays count from 0 = Monday. Money does not occur.

Fields marked *personal* must not reach a log, an error, a file name or a viewer's page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Generic, TypeVar

from planning.errors import Fault
from planning.text import Note, sentence

T = TypeVar("T")

LonLat = tuple[float, float]
"""(longitude, latitude) in degrees, EPSG:4326."""

Trace = tuple[tuple[float, float], ...]
"""(seconds since the start, cost of the best plan) of a search, in that order of time."""

ALL_WEEK = frozenset(range(7))


class Level(StrEnum):
    """How precisely an address was found, from the door to nothing."""

    HOUSE = "house"
    INTERPOLATED = "interpolated"
    STREET = "street"
    QUARTER = "quarter"
    SETTLEMENT = "settlement"
    MUNICIPALITY = "municipality"
    NONE = "none"


class Priority(IntEnum):
    """How much a visit matters. URGENT is a protection case: it is a must."""

    NORMAL = 0
    HIGH = 1
    URGENT = 2


class Mode(StrEnum):
    """How a team moves."""

    DRIVE = "drive"
    WALK = "walk"
    PARK = "park"
    """Park and walk: within a block estate the car stays where it is."""


class Sex(StrEnum):
    """Of a member, where a family asks for one."""

    FEMALE = "female"
    MALE = "male"


class Category(StrEnum):
    """Why a child may need more help than others, as a list says; it may have several."""

    LOW_INCOME = "low_income"
    LARGE_FAMILY = "large_family"
    SINGLE_PARENT = "single_parent"
    SPECIAL_NEEDS = "special_needs"
    ORPHAN = "orphan"
    """Without parents' care; in guardianship too."""
    AT_RISK = "at_risk"


class Position(StrEnum):
    """Where on its route a locked stop stays."""

    FIRST = "first"
    LAST = "last"


class Role(StrEnum):
    """Who somebody is to the service; what each may do is in `planning.desk`."""

    PLANNER = "planner"
    COORDINATOR = "coordinator"
    TEAM = "team"
    VIEWER = "viewer"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Reason(StrEnum):
    """The rule that keeps a visit from being made."""

    NOT_LOCATED = "not_located"
    SERVICE_ADDRESS = "service_address"
    UNREACHABLE = "unreachable"
    NO_TEAM = "no_team"
    NO_INSTITUTION = "no_institution"
    NO_LANGUAGE = "no_language"
    NO_MEMBER = "no_member"
    NO_SECOND_CREW = "no_second_crew"
    TOO_SOON = "too_soon"
    DEADLINE_PASSED = "deadline_passed"
    NO_WINDOW = "no_window"
    TOO_LONG = "too_long"
    TOO_MANY_KITS = "too_many_kits"
    CONTRADICTORY_PIN = "contradictory_pin"
    SHIFTS_FULL = "shifts_full"
    TAKEN_OFF = "taken_off"
    """By a planner's hand."""
    CONTACT_FIRST = "contact_first"
    """A step of the contact ladder comes before the visit."""
    FAULT = "fault"
    """Of this program: what it found for the visit did not pass the checker."""


class Result(StrEnum):
    """What a crew found at the door."""

    MET = "met"
    NOBODY_HOME = "nobody_home"
    MOVED = "moved"
    ABROAD = "abroad"
    UNKNOWN_HERE = "unknown_here"
    REFUSED = "refused"
    UNSAFE = "unsafe"


class NextStep(StrEnum):
    """What a crew says should come next; the office decides."""

    NOTHING = ""
    VISIT_AGAIN = "visit_again"
    PHONE_CALL = "phone_call"
    ENROL = "enrol"
    SOCIAL_SERVICES = "social_services"
    OTHER_ADDRESS = "other_address"


@dataclass(frozen=True, slots=True)
class Window:
    """When somebody can be met: a visit may start from `start` to `end` on `weekdays`."""

    start: int
    end: int
    weekdays: frozenset[int] = ALL_WEEK


@dataclass(frozen=True, slots=True)
class Address:
    """An address as the list has it. *Personal.*"""

    text: str
    settlement: str = ""
    municipality: str = ""
    province: str = ""
    district: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a case list that was accepted: usually one child."""

    case_id: str
    address: Address
    row: int = 0
    """Row of the file it came from, as a spreadsheet counts."""
    child: str = ""
    """Name of the child. *Personal.*"""
    national_id: str = ""
    """National ID, may be missing. *Personal.*"""
    phone: str = ""
    """*Personal.*"""
    children: int = 1
    """How many children this record stands for."""
    priority: Priority = Priority.NORMAL
    requires: frozenset[str] = frozenset()
    """Institutions whose member must be present, by code (`social`, `police`, …)."""
    windows: tuple[Window, ...] = ()
    """Empty means any time of the working day."""
    earliest: date | None = None
    deadline: date | None = None
    kits: int = 0
    """Kits to hand over."""
    kit_type: str = ""
    """Which kind these are; empty where the campaign has one kind only."""
    member_sex: Sex | None = None
    """A member of this sex must be present, when given."""
    second_crew: frozenset[str] | None = None
    """A second crew must come at the same time, with members of these institutions."""
    language: str = ""
    school: str = ""
    team_id: str = ""
    """Only this team may go, when given."""
    day: date | None = None
    """Only on this day, when given."""
    sensitive: bool = False
    """Never on a print, an export or a map label beyond the minimum."""
    service_address: bool = False
    """Registered at a municipal address that nobody lives at."""
    note: str = ""
    """*Personal.*"""
    hazard: str = ""
    """What may harm whoever goes there, such as a dog; for its own team's eyes. *Personal.*"""
    accountable: str = ""
    """Id of the institution that answers for the case, where it is not the one that answers for
    its district or municipality."""
    categories: frozenset[Category] = frozenset()
    """For the office to count by. Plans, maps, sheets, phones, releases and what is expected of a
    visit know nothing of them. *Personal.*"""


@dataclass(frozen=True, slots=True)
class Unit:
    """Where to ring, once at the building."""

    entrance: str = ""
    floor: str = ""
    flat: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place an address may mean."""

    lon: float
    lat: float
    level: Level
    score: float
    """0 to 1, higher is likelier; comparable only among candidates of one address."""
    label: str
    settlement_code: str = ""
    municipality_code: str = ""
    evidence: tuple[str, ...] = ()
    """As `Place.evidence`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address was found, how surely, and why. *Personal.*"""

    level: Level
    lon: float | None = None
    """None at level NONE."""
    lat: float | None = None
    confidence: float = 0.0
    """Probability that the true place lies within `error_m`."""
    error_m: float | None = None
    """Expected error in metres; None at level NONE."""
    needs_review: bool = True
    matched: str = ""
    """The address as the map spells it."""
    municipality_code: str = ""
    municipality: str = ""
    district: str = ""
    """Official district of a city (район), if any."""
    settlement_code: str = ""
    settlement: str = ""
    unit: Unit = Unit()
    door: str = ""
    """Key that is equal for two addresses at the same door; empty when unsure."""
    candidates: tuple[Candidate, ...] = ()
    """Best first."""
    notes: tuple[Note, ...] = ()
    """How it was found and what is doubtful about it, in words for the planner."""
    service_address: bool = False
    """The address is a municipal service address (служебен адрес)."""
    decided: bool = False
    """A person settled it: that counts more than what the text says."""
    evidence: tuple[str, ...] = ()
    """What the answer rests on and what speaks against it: see `planning.addresses.confidence`."""
    contradiction: Note | None = None
    """How the place contradicts the stated municipality; None when it does not."""

    @property
    def explanation(self) -> str:
        """The notes as an English sentence, for files that machines read."""
        return sentence(self.notes)


@dataclass(frozen=True, slots=True)
class Visit:
    """The cases at one door, visited together."""

    visit_id: str
    case_ids: tuple[str, ...]
    lon: float
    lat: float
    municipality_code: str
    settlement_code: str = ""
    settlement: str = ""
    district_id: str = ""
    """Planning district within the municipality, from `planning.districts`."""
    label: str = ""
    """Address to read on a sheet. *Personal.*"""
    unit: Unit = Unit()
    level: Level = Level.HOUSE
    error_m: float = 0.0
    children: int = 1
    service_seconds: int = 0
    """Time at the door: set-up plus time per child."""
    windows: tuple[Window, ...] = ()
    earliest: date | None = None
    deadline: date | None = None
    priority: Priority = Priority.NORMAL
    value: float = 1.0
    """Expected value of going there, against a usual visit of its priority: how likely it is to
    resolve the case. An urgent visit is worth the same whatever its value."""
    requires: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    """Languages that members present must speak."""
    sexes: frozenset[Sex] = frozenset()
    """A member of each of these must be present."""
    second_crew: frozenset[str] | None = None
    """Institutions of a second crew that comes at the same time; None where one crew suffices. The
    other rules bind the first crew; the second is any other team of the municipality."""
    kits: int = 0
    """Of all types."""
    kit_types: tuple[tuple[str, int], ...] = ()
    """(type, how many of `kits` are of it); the rest are of no type."""
    teams: frozenset[str] = frozenset()
    """Teams that may go; empty means any team of the municipality."""
    home_team: str = ""
    """Team of the visit's district: tried first."""
    day: date | None = None
    sensitive: bool = False
    hazards: tuple[tuple[str, str], ...] = ()
    """(case id, what may harm the crew): a case that leaves takes its own along. *Personal.*"""

    @property
    def hazard(self) -> str:
        """Every hazard at the door, without repeats."""
        return "; ".join(dict.fromkeys(hazard for _, hazard in self.hazards))


@dataclass(frozen=True, slots=True)
class Pause:
    """One rest of `duration` that begins from `earliest` to `latest`."""

    earliest: int
    latest: int
    duration: int


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a crew, and when they cannot come."""

    member_id: str
    name: str = ""
    """*Personal.*"""
    institution: str = ""
    """Code of the institution they come from."""
    languages: frozenset[str] = frozenset()
    sex: Sex | None = None
    weekdays: frozenset[int] = ALL_WEEK
    away: tuple[tuple[date, date], ...] = ()
    """(first, last) day of every absence, both included."""
    declared: date | None = None
    """When the declaration of confidentiality was signed; nobody goes without one."""


@dataclass(frozen=True, slots=True)
class Team:
    """An outreach team as its order fixed it."""

    team_id: str
    name: str
    municipality_code: str
    lon: float
    lat: float
    """Its office, where days start and end."""
    office: str = ""
    municipality: str = ""
    institutions: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    start: int = 8 * 3600 + 1800
    end: int = 17 * 3600
    weekdays: frozenset[int] = frozenset(range(5))
    pause: Pause | None = Pause(12 * 3600, 13 * 3600, 1800)
    kit_capacity: int = 40
    """Kits of all types that fit in."""
    kit_stock: tuple[tuple[str, int], ...] = ()
    """(type, how many of it a day at most); a type not named here is bound by `kit_capacity`."""
    most_work: int | None = None
    """Longest time on the road in a day, from leaving the office to the return, pause included."""
    members: tuple[Member, ...] = ()
    """Where they are known, a day's institutions, languages and sexes are those of the members
    present; the team's own `institutions` and `languages` hold where they are not."""
    mode: Mode = Mode.DRIVE
    order_number: str = ""
    order_date: date | None = None
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """A team on a day."""

    shift_id: str
    """`<team_id>@<ISO date>`."""
    team_id: str
    day: date
    lon: float
    lat: float
    start: int
    end: int
    pause: Pause | None
    kit_capacity: int
    mode: Mode
    institutions: frozenset[str]
    """Of the members present that day."""
    municipality_code: str
    languages: frozenset[str] = frozenset()
    sexes: frozenset[Sex] = frozenset()
    kit_stock: tuple[tuple[str, int], ...] = ()
    most_work: int | None = None
    members: tuple[str, ...] = ()
    """Ids of the members present, where they are known."""


@dataclass(frozen=True, slots=True)
class Leg:
    """The way to a stop, or back to the office."""

    seconds: int
    metres: float
    line: tuple[LonLat, ...] = ()
    """Along the roads; two points where `straight`."""
    straight: bool = False
    """A marked estimate as the crow flies, because no road way is known."""
    walked: tuple[int, int] = (0, 0)
    """Who parks and walks: how many pieces of the line are on foot at its beginning and at its end,
    to the car and from it. All of them at its beginning where the car is not moved."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit in a route."""

    visit_id: str
    arrival: int
    """At the door."""
    start: int
    """Service begins, after waiting for the window where there is one."""
    departure: int


@dataclass(frozen=True, slots=True)
class Route:
    """What a team does on a day. `legs` has one more entry than `stops`: the last one goes home."""

    shift_id: str
    team_id: str
    day: date
    stops: tuple[Stop, ...]
    departure: int
    """Leaves the office."""
    back: int
    """Back at the office."""
    pause_start: int | None = None
    legs: tuple[Leg, ...] = ()

    @property
    def pause_on_the_way(self) -> int | None:
        """When the pause begins; None where the crew is back at the office before it."""
        paused = self.pause_start is not None and self.pause_start < self.back
        return self.pause_start if paused else None

    @property
    def metres(self) -> float:
        """Length of all legs."""
        return sum(leg.metres for leg in self.legs)

    @property
    def travel_seconds(self) -> int:
        """Time on the road."""
        return sum(leg.seconds for leg in self.legs)


@dataclass(frozen=True, slots=True)
class Unserved:
    """A case list entry that no route visits, and why."""

    case_ids: tuple[str, ...]
    reason: Reason
    visit_id: str = ""
    """Empty when the case never became a visit."""
    because: tuple[Note, ...] = ()
    """The rule in words."""
    remedy: tuple[Note, ...] = ()
    """The cheapest change that was tried and works; empty when none was found."""

    @property
    def detail(self) -> str:
        """The rule in English."""
        return "; ".join(str(each) for each in self.because)

    @property
    def relaxation(self) -> str:
        """The change in English."""
        return "; ".join(str(each) for each in self.remedy)


@dataclass(frozen=True, slots=True)
class District:
    """A part of a municipality that one team works through."""

    district_id: str
    name: str
    municipality_code: str
    team_id: str
    visit_ids: tuple[str, ...]
    work_seconds: int
    """Expected working time of its visits, travel between them included."""


@dataclass(frozen=True, slots=True)
class Spacing:
    """Two attempts at one door, if both are made: on different days and at other hours."""

    first: str
    second: str
    """Visit ids."""
    days: int = 1
    """The second follows the first so many days later, or more."""
    hours: float = 0.0
    """The starts differ by at least so many hours on the clock."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A stop that no search may move or drop."""

    visit_id: str
    shift_id: str
    start: int | None = None
    """When the service begins, where that was promised."""
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """What a crew has done of its day: facts, to which no rule applies any more."""

    shift_id: str
    departure: int
    """Left the office."""
    stops: tuple[Stop, ...] = ()
    """As they were; the last one's departure is when the crew is expected to be free."""
    pause_start: int | None = None
    """When the pause was taken; None while it is still due."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What binds visits to each other, to routes and to an earlier plan."""

    pairs: tuple[tuple[str, str], ...] = ()
    """(first, second) visit ids that belong on one shift in this order, or nowhere."""
    spacings: tuple[Spacing, ...] = ()
    locks: tuple[Lock, ...] = ()
    begun: tuple[Begun, ...] = ()
    published: tuple[tuple[str, str], ...] = ()
    """(visit id, shift id) of the plan to stay close to: a wish with a price, not a rule."""


UNBOUND = Conditions()
"""Nothing binds any visit."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who goes where and when. Every plan anybody sees has passed `planning.routing.checker`."""

    first_day: date
    days: int
    """Calendar days from `first_day` on, weekends counted."""
    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...]
    districts: tuple[District, ...] = ()
    seed: int = 0
    complete: bool = True
    """False when it was cancelled: the best plan so far."""
    conditions: Conditions = UNBOUND
    settled: bool = True
    """False when the clock ended the search: the same request may give another plan next time."""
    trace: Trace = field(default=())
    """As the search went on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a crew recorded at a visit."""

    visit_id: str
    team_id: str
    day: date
    result: Result
    recorded_at: str
    """ISO 8601 with offset."""
    note: str = ""
    """*Personal.*"""
    kits_handed: int = 0
    key: str = ""
    """Idempotency key, made where the outcome was typed: the same key twice is one outcome."""
    case_ids: tuple[str, ...] = ()
    """The visit's cases. Every plan numbers its visits anew: only these say for good who was
    visited."""
    next_step: NextStep = NextStep.NOTHING
    off_route: bool = False
    """When it came in, the published plan no longer sent this team there that day. It was there
    all the same: the outcome counts, and a planner is told."""


@dataclass(frozen=True, slots=True)
class PhoneLink:
    """Lets whoever holds it open one team's day on a phone, and record what was found there.

    What it is signed with is in `planning.phone`; nothing of it tells who is visited.
    """

    link_id: str
    campaign_id: str
    team_id: str
    day: date
    expires: str
    """ISO 8601 in UTC: until then the day opens."""
    made_at: str
    made_by: str
    revoked_at: str = ""
    """Empty while it holds."""
    revoked_by: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody signed in."""

    user_id: str
    """Sign-in name."""
    name: str
    role: Role
    municipality_code: str = ""
    """A coordinator's own municipality."""
    team_id: str = ""
    """A team's own team."""
    must_change_password: bool = False
    active: bool = True
    """False: the account stays in the log and the lists, but nobody signs in with it."""
    identity: str = ""
    """How the organisation's sign-in knows this person: a verified e-mail address, or the subject
    that the provider gives them. Empty: name and password only. *Personal.*"""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A stretch of days in which listed children are looked for."""

    campaign_id: str
    name: str
    first_day: date
    days: int
    """Working days from `first_day` on."""
    region: str = ""
    """Name of its region pack in the office's home folder."""
    invented: bool = False
    """True for the sample: every page and print says so."""
    school_year: str = ""
    """Such as `2026/2027`; empty for the one that `first_day` tells, see `planning.children`."""


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case as the registry keeps it."""

    case: Case
    place: Place | None
    """None until it was looked for."""
    version: int
    """Goes up with every change; a change must name the version it saw."""
    decided_by: str = ""
    """Who settled the place by hand."""
    decided_at: str = ""
    decision_note: str = ""
    """What they wrote about it. *Personal.*"""
    home_team: str = ""
    """Team of the district the planner moved the case to by hand; empty when not moved."""


@dataclass(frozen=True, slots=True)
class CaseState:
    """What the registry tells of a case without opening what is sealed."""

    case_id: str
    version: int
    needs_review: bool
    decided_by: str
    same_address: str
    """Equal for cases of the same address; empty when it is like no other."""

    @property
    def waits(self) -> bool:
        """Nobody has decided on it, and somebody should."""
        return self.needs_review and not self.decided_by


@dataclass(frozen=True, slots=True)
class Choice:
    """What a planner decided about an address: exactly one of the four. *Personal.*

    It stands for itself: a case that comes later with the same address can be settled by it.
    """

    candidate: Candidate | None = None
    """One of the place's candidates."""
    pin: LonLat | None = None
    """(lon, lat) put on the map by hand."""
    nowhere: bool = False
    """There is no such address."""
    service_address: bool = False
    """Nobody lives there: a municipal service address."""
    note: str = ""
    """What the planner wrote about it."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A choice made before for the same address, by whom and when."""

    choice: Choice
    decided_by: str
    decided_at: str
    """ISO 8601."""


@dataclass(frozen=True, slots=True)
class Saved(Generic[T]):
    """A record that two may change, as the registry keeps it."""

    value: T
    version: int
    """Goes up with every change; a change must name the version it saw."""
    changed_by: str
    changed_at: str
    """ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A plan as the registry keeps it."""

    version: int
    status: str
    """`draft`, `published` or `replaced`."""
    created_at: str
    created_by: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which record. Holds ids, never names or addresses."""

    at: str
    actor: str
    action: str
    subject: str
    detail: str = ""
    number: int = field(default=0, compare=False)
    """In the order they were written, from 1 on; 0 before it is written."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which entries of the log are asked for: all that fit every field given."""

    actor: str = ""
    subject: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Entries before this moment, which is not among them. Both with their offset."""


EVERYTHING = LogFilter()
"""Every entry of the log."""


class How(StrEnum):
    """In what an entry of the log met a case."""

    ITSELF = "itself"
    """The case alone was read or changed."""
    LIST = "list"
    PLAN = "plan"
    TEAM_DAY = "team_day"


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry of the log that met a case, and in what."""

    entry: AuditEntry
    how: How


@dataclass(frozen=True, slots=True)
class Emergency:
    """Somebody opened one case that is not theirs, for a stated reason and a short time."""

    number: int
    """In the order they were opened, from 1 on."""
    campaign_id: str
    case_id: str
    user_id: str
    """Who opened it."""
    municipality_code: str
    """Whose case it is; empty when its place is not known."""
    reason: str
    """In their own words. *Personal.*"""
    opened_at: str
    expires_at: str
    """Both ISO 8601 in UTC."""
    coordinator_saw: str = ""
    """Who of the municipality acknowledged it; empty until then."""
    auditor_saw: str = ""


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Long work as its owner sees it."""

    job_id: str
    kind: str
    key: str
    """Digest of the input: the same work asked for twice is one job."""
    state: str
    """`running`, `done`, `failed` or `cancelled`."""
    share: float = 0.0
    """Done, from 0 to 1."""
    message: str = ""
    started: str = ""
    finished: str = ""
    trace: Trace = ()
    """Of a plan in the making, a few steps of it. Not stored: it is gone with the process."""
    faults: tuple[Fault, ...] = ()
    """Of what was asked, where it failed by them. Not stored either; `message` has them too."""
    again: str = ""
    """The order as JSON, ids only, by which the next service starts it again where this one ends
    before it does. Empty: it is not started again, or was already."""


@dataclass(frozen=True, slots=True)
class RegionInfo:
    """What `region.json` says of a region pack."""

    name: str
    countries: tuple[str, ...]
    crs_metres: str
    """Projected CRS in which metres are measured, e.g. `EPSG:32635`."""
    invented: bool
    """True for the sample: every page and print says so."""
    attribution: str
    bounds: tuple[float, float, float, float]
    """west, south, east, north in degrees."""
    counts: dict[str, int]
    sources: tuple[dict[str, str], ...]
    """name, sha256, licence of every file that went in."""
    format: int = 1
