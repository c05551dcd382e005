"""What the use cases need from the world: Protocols that `data` implements.

One `Work` is one transaction: everything in it happens, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from planning.addresses.confidence import Confidence
from planning.addresses.gazetteer import Gazetteer
from planning.attendance import Attendance
from planning.campaign.approach import Approach
from planning.campaign.ladder import Contact
from planning.disclosure import Audience, Memory, Release, ShownCount, Table
from planning.errors import Change
from planning.exchange import Source, SourceList, SourceRow
from planning.intake import Intake, Listed, Template
from planning.intake.cells import Cell
from planning.intake.schools import ListedSchool
from planning.kits import KitType, Pledge, Sponsor, StockMove
from planning.model import (
    EVERYTHING,
    Address,
    AuditEntry,
    Campaign,
    Case,
    CaseRecord,
    CaseState,
    Choice,
    Emergency,
    JobStatus,
    LogFilter,
    Member,
    Mode,
    Outcome,
    PhoneLink,
    Place,
    Plan,
    PlanVersion,
    RegionInfo,
    Remembered,
    Role,
    Saved,
    Shift,
    Sighting,
    Team,
    User,
)
from planning.partners import Agreement, Institution, Referral, School, SchoolCheck
from planning.record import OtherEntry
from planning.retention import Erasure, Holdings, Term
from planning.travel.graph import RoadGraph
from planning.travel.router import Router

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import geopandas as gpd

Report = Callable[[float, str], None]
"""(share done from 0 to 1, what is going on in a few words)."""
Stop = Callable[[], bool]
"""True once the work should end with what it has."""


class Work(Protocol):
    """One transaction on the registry, by one user."""

    def take_turn(self, campaign_id: str) -> None:
        """Waits until no other change of this campaign is under way.

        What is read from here on stays so until the end: for use cases that read and then write.

        Raises:
            NotFound: there is no such campaign.
        """

    def first_time(self, key: str, action: str, asked: object) -> bool:
        """True when nothing was done under this idempotency key; False when just this was.

        Raises:
            Conflict: something else was done under the key.
        """

    def campaigns(self) -> list[Campaign]:
        """All campaigns, newest first."""

    def campaign(self, campaign_id: str) -> Campaign:
        """One campaign.

        Raises:
            NotFound: there is none of that id.
        """

    def save_campaign(self, campaign: Campaign) -> None:
        """Adds a campaign, or changes the one of the same id."""

    def save_teams(self, campaign_id: str, teams: Sequence[Team]) -> None:
        """Replaces the campaign's teams."""

    def teams(self, campaign_id: str) -> list[Team]:
        """The campaign's teams in the order they were saved."""

    def team(self, campaign_id: str, team_id: str) -> Team:
        """One team.

        Raises:
            NotFound: there is none of that id.
        """

    def save_member(self, campaign_id: str, team_id: str, member: Member) -> None:
        """Changes a member of a team, or adds one at the end: most often its calendar.

        Raises:
            NotFound: there is no such team.
        """

    def add_cases(
        self,
        campaign_id: str,
        cases: Sequence[Case],
        places: Mapping[str, Place],
        *,
        decided: Mapping[str, Remembered] | None = None,
    ) -> int:
        """Adds cases, or updates those of the same id, and returns how many were new.

        A place settled by hand is kept when the address text did not change. `decided` says which
        of `places` a remembered decision made; it yields to one made on the case itself.

        Raises:
            InputError: two cases of one id, or an id that cannot be kept.
        """

    def cases(self, campaign_id: str, *, municipality_code: str = "") -> list[CaseRecord]:
        """Cases in the order they came, of one municipality when given."""

    def case(self, campaign_id: str, case_id: str) -> CaseRecord:
        """One case.

        Raises:
            NotFound: there is none of that id.
        """

    def case_ids(self, campaign_id: str) -> frozenset[str]:
        """Ids of all cases of the campaign; none is opened."""

    def case_states(self, campaign_id: str, *, municipality_code: str = "") -> list[CaseState]:
        """Cases that wait for review or were decided on, in the order they came, still sealed."""

    def some_cases(self, campaign_id: str, case_ids: Sequence[str]) -> list[CaseRecord]:
        """Those of `case_ids` that are in the campaign."""

    def same_address(self, campaign_id: str, case_id: str) -> list[CaseRecord]:
        """All cases of the campaign that have this case's address, itself among them.

        Raises:
            NotFound: there is no such case.
        """

    def case_changes(self, campaign_id: str, case_id: str, *, since: int = 1) -> list[Change]:
        """Who changed what in a case after version `since`, oldest first."""

    def household(self, campaign_id: str, case_id: str) -> list[CaseRecord]:
        """Cases of the campaign at the same family's door, this one among them.

        Raises:
            NotFound: there is no such case.
        """

    def cases_of_child(self, campaign_id: str, case_id: str) -> list[tuple[str, CaseRecord]]:
        """(campaign, case) of every case of the child in any campaign, the newest campaign first.

        Raises:
            NotFound: there is no such case.
        """

    def children_seen_before(self, campaign_id: str) -> dict[str, tuple[tuple[str, str], ...]]:
        """Case → (campaign, case) of the same child in other campaigns, the newest first.

        Only cases of children who have such: they dropped out again. Nothing is opened.
        """

    def settle_places(
        self,
        campaign_id: str,
        places: Mapping[str, Place],
        *,
        versions: Mapping[str, int],
        note: str = "",
    ) -> None:
        """Keeps places decided by hand, with who and when, the same moment for all.

        Raises:
            NotFound: one of the cases is not in the campaign.
            Conflict: one of them is no longer at the version given; none is changed.
        """

    def reopen_places(
        self, campaign_id: str, places: Mapping[str, Place], *, versions: Mapping[str, int]
    ) -> None:
        """Puts found places where decided ones were; nobody has decided any more.

        Raises:
            NotFound: one of the cases is not in the campaign.
            Conflict: one of them is no longer at the version given; none is changed.
        """

    def remember(self, campaign_id: str, case_id: str, choice: Choice) -> None:
        """Keeps what was chosen for the address of a case, with who and when it was settled.

        It holds for every campaign in the same region.
        """

    def forget(self, campaign_id: str, address: Address) -> None:
        """Forgets what was chosen for `address` in the campaign's region."""

    def remembered(self, campaign_id: str, cases: Sequence[Case]) -> dict[str, Remembered]:
        """Case id → what was chosen before for its address in the campaign's region."""

    def set_home_team(
        self,
        campaign_id: str,
        case_ids: Sequence[str],
        team_id: str,
        *,
        versions: Mapping[str, int] | None = None,
    ) -> None:
        """Moves cases to another team's district by hand; an empty team takes the move back.

        `versions` are those that were seen, by case id; other changes than moves do not matter.

        Raises:
            NotFound: there is no such case, and none was moved.
            Conflict: somebody else has moved one since; none was moved.
        """

    def add_plan(self, campaign_id: str, plan: Plan) -> int:
        """Keeps `plan` as a draft and returns its version, counted from 1."""

    def plan(self, campaign_id: str, *, published: bool = False) -> PlanVersion | None:
        """The newest plan, or the published one."""

    def publish(self, campaign_id: str, version: int) -> None:
        """Makes a draft the published plan; the one before becomes `replaced`.

        Raises:
            NotFound: no such version.
            Conflict: a newer version was published meanwhile.
        """

    def route_days(self, campaign_id: str, team_id: str) -> list[date]:
        """Days on which the published plan sends this team out, in their order."""

    def team_route(self, campaign_id: str, team_id: str, day: date) -> PlanVersion | None:
        """The published plan cut down to a team's route of a day; None where it has none.

        Only that route is opened: its visits in the order of its stops, and its shift.
        """

    def route_before(self, campaign_id: str, team_id: str, day: date) -> PlanVersion | None:
        """The same as `team_route`, of the plan that was published before the one that is."""

    def shifts(self, campaign_id: str, *, day: date | None = None) -> list[Shift]:
        """Shifts of the published plan, on one day when given, by day and team."""

    def add_outcome(self, campaign_id: str, outcome: Outcome) -> bool:
        """Keeps an outcome. False when its key was kept before: nothing is doubled.

        Raises:
            Conflict: the key was kept before with something else in it.
        """

    def outcomes(self, campaign_id: str, *, team_id: str = "") -> list[Outcome]:
        """Outcomes in the order they were recorded."""

    def outcomes_of(self, campaign_id: str, case_ids: Sequence[str]) -> list[Outcome]:
        """Outcomes of visits to any of these cases, in the order they were recorded."""

    def add_contact(self, campaign_id: str, contact: Contact) -> bool:
        """Keeps a contact in this user's name. False when its key was kept before.

        Raises:
            NotFound: there is no such case.
            Conflict: the key was kept before with something else in it.
        """

    def undo_contact(self, campaign_id: str, key: str) -> None:
        """Takes a contact back, as if it had not been recorded.

        Raises:
            NotFound: there is no such contact.
        """

    def contacts(self, campaign_id: str) -> list[Contact]:
        """Contacts in the order they were recorded."""

    def save_approach(self, campaign_id: str, approach: Approach, *, seen: int = 0) -> int:
        """Keeps how the campaign goes about its visits; `seen` is 0 for the first choice.

        Raises:
            Conflict: somebody changed it after version `seen`.
        """

    def approach(self, campaign_id: str) -> Saved[Approach]:
        """How the campaign goes about its visits; version 0 where nothing was chosen yet."""

    def save_attendance(self, campaign_id: str, attendance: Attendance, *, seen: int = 0) -> int:
        """Keeps the returns of a case and returns their version; `seen` is 0 for the first.

        Raises:
            NotFound: there is no such case.
            Conflict: somebody changed it after version `seen`.
        """

    def attendance(self, campaign_id: str) -> list[Saved[Attendance]]:
        """Returns to school by case id."""

    def standing_outcomes(self, campaign_id: str) -> list[Outcome]:
        """Outcomes as far as they tell how a case stands: none from before it was reopened."""

    def standing_contacts(self, campaign_id: str) -> list[Contact]:
        """Contacts as far as they tell how a case stands: none from before it was reopened."""

    def add_retention_release(self, campaign_id: str, release: Release) -> bool:
        """Keeps what is told of who stayed. False when there is one of that day or a later one."""

    def retention_release(self, campaign_id: str) -> Release | None:
        """What was told last of who stayed; None while nothing was."""

    def keep_source(self, campaign_id: str, source: Source) -> int:
        """Keeps a list as it came beside its cases, and returns its number, from 1 on.

        A later list of the same form has the same number; a row that came again is the newer one.
        """

    def case_lists(self, campaign_id: str) -> dict[int, SourceList]:
        """Number → how the list is built, of every form that was imported."""

    def source_rows(self, campaign_id: str, number: int) -> dict[str, SourceRow]:
        """Case id → the row that it came from, in lists of this form."""

    def add_release(self, campaign_id: str, release: Release) -> bool:
        """Keeps a release of counts. False when there is one of its number or of a later day."""

    def released(self, campaign_id: str, audience: Audience) -> Table | None:
        """The newest table that this audience was told; None where there is none."""

    def release_memory(self, campaign_id: str) -> Memory | None:
        """What was told so far, with exact counts: to decide about the next release only."""

    def save_schools(self, region: str, schools: Sequence[School]) -> None:
        """Adds a region's schools, or changes those of the same id."""

    def schools(self, region: str, *, municipality_code: str = "") -> list[School]:
        """Schools of a region, or of one municipality in it, in the order they were saved."""

    def save_institution(self, institution: Institution, *, seen: int = 0) -> int:
        """Keeps an institution and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
        """

    def institutions(self) -> list[Saved[Institution]]:
        """All institutions by id."""

    def save_agreement(self, agreement: Agreement, *, seen: int = 0) -> int:
        """Keeps an agreement and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
            InputError: fewer than two parties, one that is not known, or it ends before it begins.
        """

    def agreements(
        self, *, between: Sequence[str] = (), day: date | None = None
    ) -> list[Saved[Agreement]]:
        """Agreements by id; those that bind all of `between` and hold on `day`, when given."""

    def save_referral(self, campaign_id: str, referral: Referral, *, seen: int = 0) -> int:
        """Keeps a referral and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
            InputError: the institution it comes from is not known.
        """

    def referrals(self, campaign_id: str, *, state: str = "") -> list[Saved[Referral]]:
        """Referrals by id, in one state when given."""

    def save_school_check(self, campaign_id: str, check: SchoolCheck, *, seen: int = 0) -> int:
        """Keeps a headcount and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
            InputError: the school is not known in the campaign's region, or a count below 0.
        """

    def school_checks(self, campaign_id: str, *, school_id: str = "") -> list[Saved[SchoolCheck]]:
        """School checks by id, of one school when given."""

    def remove_school_check(self, campaign_id: str, check_id: str, *, seen: int) -> None:
        """Takes back a check that was planned.

        Raises:
            NotFound: there is no such check.
            Conflict: somebody changed it after version `seen`.
        """

    def save_kit_types(self, campaign_id: str, kit_types: Sequence[KitType]) -> None:
        """Adds kit types to a campaign, or renames those that it has."""

    def kit_types(self, campaign_id: str) -> list[KitType]:
        """The campaign's kit types in the order they were saved."""

    def save_sponsor(self, sponsor: Sponsor, *, seen: int = 0) -> int:
        """Keeps a sponsor and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
        """

    def sponsors(self) -> list[Saved[Sponsor]]:
        """All sponsors by id."""

    def save_pledge(self, campaign_id: str, pledge: Pledge, *, seen: int = 0) -> int:
        """Keeps a pledge and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
            InputError: no kits, or a sponsor or a kit type that is not known.
        """

    def pledges(self, campaign_id: str, *, sponsor_id: str = "") -> list[Saved[Pledge]]:
        """Pledges by id, of one sponsor when given."""

    def move_kits(self, campaign_id: str, move: StockMove) -> bool:
        """Enters a move into the ledger. False when its key was entered before: nothing is doubled.

        Raises:
            Conflict: the key was entered before with another move.
            InputError: no kits, a kit type or a pledge that is not known, or nothing is moved.
        """

    def stock_moves(self, campaign_id: str) -> list[StockMove]:
        """The campaign's ledger in the order it was entered."""

    def add_phone_link(self, link: PhoneLink) -> None:
        """Keeps a new link."""

    def phone_link(self, link_id: str) -> PhoneLink | None:
        """The link of that id; None where there is none."""

    def phone_links(self, campaign_id: str) -> list[PhoneLink]:
        """The campaign's links in the order they were made, revoked and expired ones too."""

    def revoke_phone_link(self, link_id: str) -> None:
        """Notes that the link no longer opens anything, by whom and when. Twice is once.

        Raises:
            NotFound: there is no such link.
        """

    def signature(self, purpose: str, text: str) -> bytes:
        """32 bytes that only this office can make of `text`; each `purpose` has its own."""

    def sealed_for(self, purpose: str, text: str, *where: str) -> bytes:
        """`text` so that only this office reads it, and only for the purpose and place it names."""

    def opened_for(self, purpose: str, sealed: bytes, *where: str) -> str:
        """The text that `sealed_for` closed.

        Raises:
            InputError: it was changed, or made for something else.
        """

    def log(self, action: str, subject: str, detail: str = "") -> None:
        """Adds to the audit log: ids only, never names or addresses."""

    def log_read(self, action: str, subject: str, detail: str = "") -> None:
        """Adds to the audit log that this user reads something.

        The same again within minutes is the same look at it and is not written twice.
        """

    def audit(
        self, *, wanted: LogFilter = EVERYTHING, skip: int = 0, limit: int = 500
    ) -> list[AuditEntry]:
        """Entries of the audit log that fit, newest first, after the first `skip` of them."""

    def audit_count(self, wanted: LogFilter = EVERYTHING) -> int:
        """How many entries of the audit log fit."""

    def sightings(self, case_id: str) -> list[Sighting]:
        """Entries of the log that met a case in any campaign, newest first."""

    def tries(self, actions: Sequence[str], *, within: timedelta) -> int:
        """How often this user did one of these actions in this last while, by the log."""

    def add_emergency(
        self, campaign_id: str, case_id: str, municipality_code: str, *,
        reason: str, lasts: timedelta,
    ) -> Emergency:  # fmt: skip
        """Keeps that this user opens a case from now on for a while."""

    def emergencies(
        self, *, user_id: str = "", municipality_code: str = "", unseen_by: Role | None = None,
        lasting: bool = False,
    ) -> list[Emergency]:  # fmt: skip
        """Emergencies, newest first, that fit all that is given.

        `unseen_by` a coordinator or the auditor: not acknowledged by one. `lasting`: still open.
        """

    def acknowledge_emergency(self, number: int, by: Role) -> None:
        """Notes that this user, a coordinator or the auditor, has seen it.

        Raises:
            NotFound: there is no such emergency.
        """

    def users(self) -> list[User]:
        """All users by sign-in name."""

    def save_user(self, user: User, *, password: str | None = None) -> None:
        """Adds or changes a user; the password is kept as an argon2 hash.

        Another password, other rights or a closed account end every session of the user.

        Raises:
            InputError: a name that nobody can type or see, a coordinator without a municipality, a
                team without its id, a new user with neither password nor identity, or a password
                too easy to guess.
            Conflict: another user has this name but for capital letters, or this identity.
        """

    def end_sessions(self, user_id: str) -> int:
        """Signs a user out everywhere; how many sessions there were."""

    def terms(self) -> list[Term]:
        """Until when each campaign's records are kept, newest campaign first."""

    def set_term(self, campaign_id: str, keep_until: date) -> None:
        """Changes the last day on which a campaign's records are kept.

        Raises:
            InputError: they were purged.
        """

    def holdings(self, campaign_id: str) -> Holdings:
        """What purging the campaign would remove."""

    def purge(self, campaign_id: str, keep: Sequence[ShownCount]) -> None:
        """Removes everything of a campaign that tells of a child, and writes down what stays.

        Raises:
            InputError: it was purged before.
        """

    def kept(self, campaign_id: str) -> tuple[ShownCount, ...]:
        """The counts that stayed of a purged campaign; none of one that is still there."""

    def plans(self, campaign_id: str) -> list[PlanVersion]:
        """Every version of the campaign's plan, oldest first."""

    def same_child(self, campaign_id: str, case_id: str) -> list[tuple[str, CaseRecord]]:
        """(campaign, case) of every case of the child whom this case is about, newest first.

        Raises:
            NotFound: there is no such case.
        """

    def other_entries(self, campaign_id: str, case_id: str) -> list[OtherEntry]:
        """Rows of all further tables that name the case."""

    def erase(self, cases: Sequence[tuple[str, str]]) -> Erasure:
        """Removes these (campaign, case) of one child everywhere; keyed digests stay.

        Raises:
            NotFound: one of them is not there; none is erased.
        """

    def erased(self, campaign_id: str, cases: Sequence[Case]) -> frozenset[str]:
        """Ids of those of `cases` whose child was erased, in whichever campaign."""

    def allow_again(self, campaign_id: str, case_id: str) -> bool:
        """Lets an erased child back onto lists. False when no such case was erased."""


class Registry(Protocol):
    """Where the truth is kept."""

    def work(self, actor: str, *, reading: bool = False) -> AbstractContextManager[Work]:
        """Opens one transaction in the name of `actor`: commits at the end, or rolls back.

        With `reading` it waits for no writer and refuses to write, to the audit log too.

        Raises:
            Conflict: others kept the registry busy for too long.
            InputError: the disk is full, may not be written, or the registry is damaged.
        """

    def sign_in(self, user_id: str, password: str) -> User:
        """The user, when the password is right.

        Raises:
            NotAllowed: wrong name or password, or locked out for a while: the words do not tell
                which of the first two it was.
        """

    def sweep(self) -> None:
        """Takes what was deleted out of the database's files, too. Opens its own connection."""

    def verify_audit(self) -> int:
        """Checks the whole audit log and returns how many entries it has.

        Raises:
            InputError: somebody changed it by hand; it names the first entry that does not fit.
        """


class Region(Protocol):
    """An opened region pack."""

    @property
    def info(self) -> RegionInfo:
        """What the pack says of itself."""

    @property
    def gazetteer(self) -> Gazetteer:
        """What it knows by name."""

    @property
    def areas(self) -> gpd.GeoDataFrame:
        """Municipalities, districts and settlements; columns in `planning.areas`."""

    @property
    def confidence(self) -> Confidence:
        """How sure an address found in it is."""

    @property
    def places(self) -> gpd.GeoDataFrame:
        """Schools and institutions: [name, kind, settlement_code, geometry Point EPSG:4326]."""

    def graph(self, mode: Mode) -> RoadGraph:
        """Its road graph for driving or walking."""

    def router(self, mode: Mode) -> Router:
        """The same roads, prepared for travel times."""


class Regions(Protocol):
    """The region packs of this office."""

    def names(self) -> list[str]:
        """What can be opened."""

    def open(self, name: str) -> Region:
        """A region pack by its name.

        Raises:
            RegionFault: there is none of that name here, or it is damaged.
        """


class Jobs(Protocol):
    """Long work in processes of its own."""

    def start(self, kind: str, key: str, order: Mapping[str, object]) -> str:
        """Starts work of a kind, or joins the running one of the same key. Returns its id."""

    def status(self, job_id: str) -> JobStatus:
        """How it goes."""

    def find(self, kind: str, key_prefix: str = "") -> JobStatus | None:
        """The newest job of a kind whose key starts so: how a page finds it after a reload."""

    def cancel(self, job_id: str) -> None:
        """Asks it to end with the best it has."""

    def result(self, job_id: str) -> object | None:
        """What it answered; None while it runs, and after a restart of the service."""


class CaseFiles(Protocol):
    """Reads what people upload."""

    def read_cases(
        self, content: bytes, file_name: str, *, template: Template | None = None
    ) -> Intake:
        """A case list, every row accepted or rejected."""

    def template(self, campaign_id: str) -> Template | None:
        """How this campaign's lists are built, when it was kept."""

    def keep_template(self, campaign_id: str, template: Template) -> None:
        """Keeps how this campaign's lists are built."""

    def write_cases(
        self, headings: Sequence[str], rows: Sequence[Sequence[Cell]], file_name: str
    ) -> bytes:
        """A case list as a file that `read_cases` reads back to the same cells.

        Raises:
            InputError: another ending than `.csv` and `.xlsx`.
        """

    def read_teams(self, content: bytes, file_name: str) -> tuple[Team, ...]:
        """A team list."""

    def read_members(self, content: bytes, file_name: str) -> tuple[Listed, ...]:
        """A list of members. *Personal.*"""

    def read_schools(self, content: bytes, file_name: str) -> tuple[ListedSchool, ...]:
        """A list of schools."""
