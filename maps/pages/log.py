"""Auditor: who did what to which record, and who saw a child."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

import pandas as pd
import streamlit as st

from maps.exports import log_table
from maps.pages.frame import choose, faults_told, heading
from maps.texts import Texts
from planning.desk import Desk
from planning.model import AuditEntry, How, LogFilter

ACTIONS = {
    "acknowledge_emergency": "acknowledged an access in an emergency",
    "acknowledge_referral": "acknowledged a referral",
    "add_case": "added a case by hand",
    "allow_again": "let an erased child back onto lists",
    "read_sponsors": "read the sponsors",
    "backup_registry": "made a backup",
    "restore_registry": "restored a backup",
    "rotate_key": "changed the key",
    "upgrade_registry": "brought the registry to this version",
    "break_glass": "opened a case in an emergency",
    "break_glass_missed": "tried to open a case that does not exist",
    "cancel_school_check": "took back a school check",
    "change_password": "changed the password",
    "close_referral": "closed a referral",
    "change_days": "changed the days of a campaign",
    "concede": "gave up a rule for a visit",
    "create_campaign": "started a campaign",
    "dismiss_home_visit": "dismissed a home visit",
    "erase_child": "erased a child's record",
    "escalate_referral": "escalated a referral",
    "export_cases": "took a case list out",
    "export_log": "took a copy of the log",
    "export_record": "took a copy of a child's record",
    "give_phone_link": "gave a link for a phone",
    "import_cases": "imported cases",
    "import_members": "imported members",
    "import_schools": "imported schools",
    "import_teams": "imported teams",
    "make_report": "made a report",
    "move_cases": "moved cases to another team",
    "move_kits": "moved kits",
    "move_stop": "moved a stop of a plan",
    "plan": "made a plan",
    "plan_school_check": "planned a school check",
    "publish": "published a plan",
    "purge": "removed a campaign's records",
    "read_attendance": "read who came back to school",
    "read_call": "read a case to call",
    "read_cases": "read cases",
    "read_categories": "counted children by category of need",
    "read_coverage": "looked at the coverage",
    "release_counts": "released the counts",
    "read_effectiveness": "compared crews",
    "read_emergency": "read a case in an emergency",
    "read_history": "read what earlier campaigns knew of a child",
    "read_log": "read the log",
    "read_members": "read the members of crews",
    "read_outcomes": "read outcomes",
    "read_plan": "read a plan",
    "read_referrals": "read referrals",
    "read_school_checks": "read school checks",
    "read_sightings": "asked who saw a case",
    "read_team_day": "read a team's day",
    "record_attendance": "recorded whether a child attends",
    "record_contact": "recorded a call or research",
    "record_outcome": "recorded an outcome",
    "record_outcomes": "recorded outcomes",
    "settle_reports": "said which of two phones' reports holds",
    "receive_referral": "received a referral",
    "record_return": "recorded that a child is in school again",
    "record_school_check": "recorded a headcount",
    "refuse_phone_link": "refused a link for a phone",
    "reopen_case": "opened a case again",
    "reopen_place": "took back a decision on an address",
    "repair": "repaired a plan",
    "revoke_phone_link": "took a link for a phone back",
    "save_kit_types": "saved the kinds of kits",
    "save_pledge": "saved a sponsor's pledge",
    "save_sponsor": "saved a sponsor",
    "save_approach": "changed what comes before a visit or what is expected of it",
    "save_agreement": "saved an agreement",
    "save_institution": "saved an institution",
    "save_member": "changed a member of a crew",
    "save_user": "saved an account",
    "set_accountable": "changed who answers for a case",
    "set_password": "set a password",
    "set_term": "set until when records are kept",
    "settle_place": "decided on an address",
    "sign_in": "signed in",
    "sign_in_failed": "failed to sign in",
    "sign_out_everywhere": "signed an account out everywhere",
    "start_plan": "started planning",
    "take_over": "took cases over from an earlier campaign",
    "take_call": "took a call on the hotline",
    "start_repair": "started to repair a plan",
    "start_what_if": "compared plans",
    "thank_sponsors": "thanked sponsors",
    "undo_contact": "took a call or research back",
    "verify_log": "checked the log",
}
"""What the registry writes down, in words. What it does not know is shown as it stands."""

HOWS = {
    How.ITSELF: "the case itself",
    How.LIST: "in a list",
    How.PLAN: "in a plan",
    How.TEAM_DAY: "in a team's day",
}
"""In what an entry met a case, in words."""

PAGE = 200
"""Entries on one page."""


def page(desk: Desk, texts: Texts) -> None:
    """The log, newest first. It holds ids, never names or addresses."""
    heading(texts.t("Log"), texts)
    with faults_told(texts):
        half = choose(
            texts.t("What to look at"),
            ["log", "case"],
            texts,
            key="log_half",
            said=lambda each: {"log": texts.t("The log"), "case": texts.t("Who saw a case")}[each],
            label_visible=False,
        )
        if half == "case":
            _of_a_case(desk, texts)
        else:
            _whole(desk, texts)
        _verify(desk, texts)


def _whole(desk: Desk, texts: Texts) -> None:
    """All entries that fit, a page at a time."""
    wanted = _filter(texts)
    count = desk.audit_count(wanted)
    if not count:
        st.info(texts.t("Nothing was done here yet."))
        return
    pages = -(-count // PAGE)
    at = 1
    if pages > 1:
        at = int(
            st.number_input(
                texts.t("Page, 1 is the newest of {pages}", pages=pages),
                1, pages, key="log_page", width=260,
            )
        )  # fmt: skip
    entries = desk.audit_log(wanted, skip=(at - 1) * PAGE, limit=PAGE)
    _table(entries, texts)
    st.caption(
        texts.t("Entries {first} to {last} of {count}, the newest first.",
                first=(at - 1) * PAGE + 1, last=(at - 1) * PAGE + len(entries), count=count)
    )  # fmt: skip
    # Only when asked: a copy of the log is an entry of the log.
    if st.button(texts.t("Prepare a copy of all that fits"), icon=":material/table:"):
        st.download_button(
            texts.t("Save as CSV"),
            log_table(desk.export_log(wanted)),
            f"log-{datetime.now().astimezone():%Y-%m-%d}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _filter(texts: Texts) -> LogFilter:
    columns = st.columns(4)
    actor = columns[0].text_input(texts.t("Who"), key="log_actor", autocomplete="off")
    subject = columns[1].text_input(texts.t("Record"), key="log_subject", autocomplete="off")
    action = columns[2].selectbox(
        texts.t("What"),
        list(ACTIONS),
        index=None,
        format_func=lambda each: texts.t(ACTIONS[each]),
        placeholder=texts.t("everything"),
        key="log_action",
    )
    days = columns[3].date_input(texts.t("Days"), value=[], format="DD.MM.YYYY", key="log_days")
    since, until = _moments(days)
    return LogFilter(actor.strip(), subject.strip(), action or "", since, until)


def _moments(days: date | Sequence[date] | None) -> tuple[datetime | None, datetime | None]:
    """From the first of the chosen days to the end of the last, by this machine's clock."""
    chosen = [days] if isinstance(days, date) else list(days or ())
    if not chosen:
        return None, None
    return _midnight(chosen[0]), _midnight(chosen[-1] + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone()


def _of_a_case(desk: Desk, texts: Texts) -> None:
    """Everything that met one case, directly or within something larger."""
    case_id = st.text_input(texts.t("Case"), key="log_case", autocomplete="off").strip()
    st.caption(
        texts.t(
            "Lists are judged by the municipality in which the case is found today, plans and "
            "days by the plan as it was. An entry that says less counts as having met the case."
        )
    )
    if not case_id:
        return
    found = desk.who_saw(case_id)
    if not found:
        st.info(texts.t("Nothing in the log met this case."))
        return
    _table([each.entry for each in found], texts, hows=[texts.t(HOWS[each.how]) for each in found])
    st.caption(
        texts.n("{count} entry met this case.", "{count} entries met this case.", len(found))
    )


def _table(entries: Sequence[AuditEntry], texts: Texts, *, hows: Sequence[str] = ()) -> None:
    here: tzinfo | None = datetime.now().astimezone().tzinfo
    table: dict[str, Sequence[object]] = {
        texts.t("No."): [entry.number for entry in entries],
        texts.t("When"): [datetime.fromisoformat(entry.at).astimezone(here) for entry in entries],
        texts.t("Who"): [entry.actor for entry in entries],
        texts.t("What"): [texts.t(ACTIONS.get(entry.action, entry.action)) for entry in entries],
        texts.t("Record"): [entry.subject for entry in entries],
        texts.t("Detail"): [entry.detail for entry in entries],
    }
    if hows:
        table[texts.t("Where the case was")] = hows
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        width="stretch",
        height=min(38 + 35 * len(entries), 560),
        column_config={
            texts.t("When"): st.column_config.DatetimeColumn(format="DD.MM.YYYY HH:mm:ss")
        },
    )


def _verify(desk: Desk, texts: Texts) -> None:
    if st.button(texts.t("Check that nobody has been at the log"), icon=":material/verified:"):
        count = desk.verify_log()
        st.success(
            texts.n(
                "{count} entry, and none was touched.",
                "{count} entries, and none was touched.",
                count,
            )
        )
