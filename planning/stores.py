"""What the use cases need from the world: Protocols that `data` implements.

One `Work` is one transaction: everything in it happens, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from planning.addresses.confidence import Confidence
from planning.addresses.gazetteer import Gazetteer
from planning.intake import Intake, Template
from planning.model import (
    Address,
    AuditEntry,
    Campaign,
    Case,
    CaseRecord,
    CaseState,
    Choice,
    JobStatus,
    Mode,
    Outcome,
    Place,
    Plan,
    PlanVersion,
    RegionInfo,
    Remembered,
    Team,
    User,
)
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

    def case_states(self, campaign_id: str, *, municipality_code: str = "") -> list[CaseState]:
        """Cases that wait for review or were decided on, in the order they came, still sealed."""

    def some_cases(self, campaign_id: str, case_ids: Sequence[str]) -> list[CaseRecord]:
        """Those of `case_ids` that are in the campaign."""

    def same_address(self, campaign_id: str, case_id: str) -> list[CaseRecord]:
        """All cases of the campaign that have this case's address, itself among them.

        Raises:
            NotFound: there is no such case.
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

    def set_home_team(self, campaign_id: str, case_ids: Sequence[str], team_id: str) -> None:
        """Moves cases to another team's district by hand; an empty team takes the move back."""

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

    def add_outcome(self, campaign_id: str, outcome: Outcome) -> bool:
        """Keeps an outcome. False when its key was kept before: nothing is doubled.

        Raises:
            Conflict: the key was kept before with something else in it.
        """

    def outcomes(self, campaign_id: str, *, team_id: str = "") -> list[Outcome]:
        """Outcomes in the order they were recorded."""

    def log(self, action: str, subject: str, detail: str = "") -> None:
        """Adds to the audit log: ids only, never names or addresses."""

    def log_read(self, action: str, subject: str, detail: str = "") -> None:
        """Adds to the audit log that this user reads something.

        The same again within minutes is the same look at it and is not written twice.
        """

    def audit(self, *, limit: int = 500) -> list[AuditEntry]:
        """The audit log, newest first."""

    def users(self) -> list[User]:
        """All users by sign-in name."""

    def save_user(self, user: User, *, password: str | None = None) -> None:
        """Adds or changes a user; the password is kept as an argon2 hash.

        Raises:
            InputError: a name that nobody can type or see, a coordinator without a municipality, a
                team without its id, a new user without a password, or one too easy to guess.
            Conflict: another user has this name but for capital letters.
        """


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

    def read_teams(self, content: bytes, file_name: str) -> tuple[Team, ...]:
        """A team list."""
