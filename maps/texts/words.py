"""English words for the codes of `planning.model`: the keys of every catalogue."""

from __future__ import annotations

from planning.attendance import SchoolAnswer, Unsettled
from planning.campaign.countries import DUTIES
from planning.campaign.ladder import Answer, Channel
from planning.model import Category, Level, NextStep, Priority, Reason, Result, Role, Sex

ROLES = {
    Role.PLANNER: "planner",
    Role.COORDINATOR: "municipality coordinator",
    Role.TEAM: "outreach team",
    Role.VIEWER: "viewer",
    Role.AUDITOR: "auditor",
    Role.ADMIN: "administrator",
}

REASONS = {
    Reason.NOT_LOCATED: "the address was not located",
    Reason.SERVICE_ADDRESS: "registered at a municipal service address",
    Reason.UNREACHABLE: "no road leads there",
    Reason.NO_TEAM: "no team may go there",
    Reason.NO_INSTITUTION: "no team has the required institution on any day",
    Reason.NO_LANGUAGE: "nobody who may go speaks the language",
    Reason.NO_MEMBER: "no team that may go has the woman or man asked for",
    Reason.NO_SECOND_CREW: "no second team can come at the same time",
    Reason.TOO_SOON: "too soon before or after another attempt",
    Reason.DEADLINE_PASSED: "its deadline is before the first possible day",
    Reason.NO_WINDOW: "no day fits its hours",
    Reason.TOO_LONG: "it does not fit into a day",
    Reason.TOO_MANY_KITS: "more kits than a team can carry",
    Reason.CONTRADICTORY_PIN: "its fixed day or team contradicts another rule",
    Reason.SHIFTS_FULL: "the teams' days are full",
    Reason.TAKEN_OFF: "taken off the plan by hand",
    Reason.CONTACT_FIRST: "another step comes before the visit",
    Reason.FAULT: "a fault of this program",
}

RESULTS = {
    Result.MET: "met",
    Result.NOBODY_HOME: "nobody home",
    Result.MOVED: "moved away",
    Result.ABROAD: "abroad",
    Result.UNKNOWN_HERE: "unknown here",
    Result.REFUSED: "refused",
    Result.UNSAFE: "unsafe",
}

NEXT_STEPS = {
    NextStep.NOTHING: "nothing more",
    NextStep.VISIT_AGAIN: "visit again",
    NextStep.PHONE_CALL: "phone first",
    NextStep.ENROL: "help with enrolment",
    NextStep.SOCIAL_SERVICES: "tell social services",
    NextStep.OTHER_ADDRESS: "look for the other address",
}
"""As a crew says it of the family at the door."""

CHANNELS = {
    Channel.PHONE: "phone call",
    Channel.RESEARCH: "prior research",
}

ANSWERS = {
    Answer.AGREED: "agreed",
    Answer.NO_ANSWER: "no answer",
    Answer.WRONG_NUMBER: "wrong number",
    Answer.REFUSED: "refused",
    Answer.RETURNED: "back in school",
    Answer.ABROAD: "abroad",
    Answer.MOVED: "moved away",
    Answer.DONE: "all was asked",
}
"""What came of a call, or of research."""

LEVELS = {
    Level.HOUSE: "house",
    Level.INTERPOLATED: "between two house numbers",
    Level.STREET: "street",
    Level.QUARTER: "quarter",
    Level.SETTLEMENT: "settlement",
    Level.MUNICIPALITY: "municipality",
    Level.NONE: "not found",
}

PRIORITIES = {
    Priority.NORMAL: "normal",
    Priority.HIGH: "high",
    Priority.URGENT: "urgent",
}

SEXES = {
    Sex.FEMALE: "female",
    Sex.MALE: "male",
}
"""Of a member of a team."""

CATEGORIES = {
    Category.LOW_INCOME: "low-income family",
    Category.LARGE_FAMILY: "large family",
    Category.SINGLE_PARENT: "single parent",
    Category.SPECIAL_NEEDS: "special needs",
    Category.ORPHAN: "orphan",
    Category.AT_RISK: "at risk",
}
"""Why a child may need more help than others."""

LANGUAGES = {
    "ar": "Arabic", "az": "Azerbaijani", "bg": "Bulgarian", "en": "English", "fa": "Persian",
    "ka": "Georgian", "kk": "Kazakh", "ro": "Romanian", "rom": "Romani", "ru": "Russian",
    "tr": "Turkish", "uk": "Ukrainian", "uz": "Uzbek",
}  # fmt: skip
"""That crews and families speak, by the codes of `planning.intake.words`."""

INSTITUTIONS = {
    "education": "education department",
    "health": "health services",
    "kindergarten": "kindergarten",
    "mediator": "mediator",
    "municipality": "municipality",
    "police": "police",
    "province": "province administration",
    "school": "school",
    "social": "social services",
}

SCHOOL_ANSWERS = {
    SchoolAnswer.ATTENDS: "attends",
    SchoolAnswer.ABSENT: "absent",
    SchoolAnswer.DROPPED_OUT: "dropped out again",
    SchoolAnswer.MOVED: "moved",
}
"""What a school says of a child who came back."""

UNSETTLED = {
    Unsettled.OPEN: "not found yet",
    Unsettled.REOPENED: "dropped out again",
    Unsettled.IN_DOUBT: "nobody confirmed that the child stayed",
}
"""Why a case goes on into the next campaign."""

FIELDS = {
    "address": "address", "block": "block", "case_id": "case number",
    "categories": "categories of need", "child": "child's name",
    "children": "number of children", "current_address": "current address", "day": "fixed day",
    "deadline": "deadline", "district": "city district", "earliest": "not before",
    "entrance": "entrance", "flat": "flat", "floor": "floor", "hazard": "hazards",
    "house": "house number", "kit_type": "kind of kit", "kits": "kits", "language": "language",
    "last_name": "last name",
    "member_sex": "woman or man of the team", "middle_name": "middle name",
    "municipality": "municipality", "national_id": "national ID", "note": "note",
    "permanent_address": "permanent address", "phone": "telephone", "postcode": "postcode",
    "priority": "priority", "province": "province", "requires": "required institutions",
    "school": "school", "second_crew": "second crew", "sensitive": "sensitive",
    "settlement": "settlement", "street": "street", "team_id": "fixed team",
    "windows": "hours at home",
}  # fmt: skip
"""Columns of a case list, by field of `planning.intake`."""

PROGRESS = (
    "grouping cases into visits", "drawing districts", "measuring travel times",
    "drawing routes along the roads", "finding addresses", "loading the search",
    "searching routes", "planned", "repairing the plan",
    "offering what is left to every team that may go",
    "looking for what would make the rest possible", "drawing maps and sheets",
    "drawing the overview", "printing all sheets", "writing tables", "choosing crews",
    "the service was restarted", "started again: the service was restarted",
)  # fmt: skip
"""What long work says of itself on a page."""

FAULT_COLUMNS = ("file", "row", "field", "value", "message")
FAULT_FIELDS = ("visit", "team", "shift")
"""What a fault of a plan stands under. Those of lists are their headings."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

EVERY = (
    *ROLES.values(),
    *REASONS.values(),
    *RESULTS.values(),
    *NEXT_STEPS.values(),
    *CHANNELS.values(),
    *ANSWERS.values(),
    *SCHOOL_ANSWERS.values(),
    *UNSETTLED.values(),
    *(duty.what for duties in DUTIES.values() for duty in duties),
    *LEVELS.values(),
    *PRIORITIES.values(),
    *SEXES.values(),
    *CATEGORIES.values(),
    *LANGUAGES.values(),
    *INSTITUTIONS.values(),
    *FIELDS.values(),
    *PROGRESS,
    *FAULT_COLUMNS,
    *FAULT_FIELDS,
    *WEEKDAYS,
    *WEEKDAYS_SHORT,
)
"""All of them: a complete catalogue has each."""
