"""Everything the phone's page says, in every language: one small file that it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from maps.texts import LANGUAGE_NAMES, Texts, translator, words
from planning.campaign.ladder import Answer
from planning.model import NextStep, Result


@cache
def all_words() -> dict[str, dict[str, object]]:
    """Language code → what the page says in it."""
    return {language: _words(translator(language)) for language in LANGUAGE_NAMES}


def _words(texts: Texts) -> dict[str, object]:
    """By the name that `files/page.js` knows it under; lists are the forms of a plural."""
    return {
        "language": LANGUAGE_NAMES[texts.language],
        "decimal": "." if texts.language == "en" else ",",
        "results": {str(result): texts.result(result) for result in Result},
        "nextSteps": {str(step): texts.t(words.NEXT_STEPS[step]) for step in NextStep},
        "answers": _answers(texts),
        "institutions": {code: texts.t(said) for code, said in words.INSTITUTIONS.items()},
        "languages": {code: texts.t(said) for code, said in words.LANGUAGES.items()},
        "weekdays": [texts.t(day) for day in words.WEEKDAYS],
        "weekdaysShort": [texts.t(day) for day in words.WEEKDAYS_SHORT],
        **_of_the_stop(texts),
        **_of_the_day(texts),
        **_of_the_form(texts),
        **_of_sending(texts),
        **_of_the_link(texts),
    }


def _answers(texts: Texts) -> dict[str, str]:
    """What came of a telephone call, by code."""
    return {
        Answer.AGREED: texts.t("they expect the visit"),
        Answer.NO_ANSWER: texts.t("nobody answered"),
        Answer.WRONG_NUMBER: texts.t("wrong number"),
        Answer.REFUSED: texts.t("they want no visit"),
        Answer.RETURNED: texts.t("the child is back in school"),
        Answer.ABROAD: texts.t("abroad"),
        Answer.MOVED: texts.t("moved away"),
    }


def _of_the_stop(texts: Texts) -> dict[str, object]:
    return {
        "urgent": texts.t("urgent"),
        "child": _Forms(texts).n("{count} child", "{count} children"),
        "kit": _Forms(texts).n("{count} kit", "{count} kits"),
        "entrance": texts.t("entr. {value}"),
        "floor": texts.t("fl. {value}"),
        "flat": texts.t("apt. {value}"),
        "mustBeThere": texts.t("must be there: {who}"),
        "spoken": texts.t("spoken there: {languages}"),
        "woman": texts.t("a woman of the team goes in"),
        "man": texts.t("a man of the team goes in"),
        "together": texts.t("together with a second team, at {time} sharp"),
        "atHome": texts.t("at home: {hours}"),
        "from": texts.t("from {time}"),
        "until": texts.t("until {time}"),
        "rough": texts.t("position is approximate: ask on the spot"),
        "straight": texts.t("the way there is estimated"),
        "case": texts.t("case: {ids}"),
        "hazards": texts.t("hazards"),
        "beware": texts.t("Beware: {hazard}"),
        "unsafeBefore": texts.t("A team was not safe at this door before: do not go in alone."),
        "byPhone": texts.t("By phone: {answer}, {date}"),
        "lastTime": texts.t("Last time: {result}, {date}"),
        "sensitive": texts.t("Sensitive: speak with the family only."),
        "call": texts.t("Call"),
        "navigate": texts.t("Navigate"),
        "phoneMap": texts.t("The phone's own map"),
        "navigateNote": texts.t("Only the coordinates are handed over, and only now."),
        "onTheMap": texts.t("Show on the map"),
    }


def _of_the_day(texts: Texts) -> dict[str, object]:
    return {
        "title": texts.t("Route of the day"),
        "stops": texts.t("Stops"),
        "map": texts.t("Map"),
        "more": texts.t("More"),
        "nextStop": texts.t("Next stop"),
        "allDone": texts.t("Every stop is recorded."),
        "progress": texts.t("{done} of {count} recorded"),
        "toLoad": texts.t("To load: {kits}"),
        "pause": texts.t("pause {time}"),
        "back": texts.t("back at the office at {time}"),
        "metres": texts.t("{metres} m"),
        "kilometres": texts.t("{kilometres} km"),
        "mapOfTheRoute": texts.t("Map of the route"),
        "zoomIn": texts.t("Zoom in"),
        "zoomOut": texts.t("Zoom out"),
        "wholeRoute": texts.t("Whole route"),
        "myPosition": texts.t("My position"),
        "positionStays": texts.t("Your position stays on this phone."),
        "noPosition": texts.t("The phone gives no position."),
        "changed": texts.t("The office changed the route: look at the stops again."),
        "sample": texts.t("Sample, invented: no real child, no real street."),
        "confidential": texts.t("Confidential: keep with you, do not show to others."),
        "languageSwitch": texts.t("Language"),
    }


def _of_the_form(texts: Texts) -> dict[str, object]:
    return {
        "record": texts.t("Record outcome"),
        "found": texts.t("What did you find?"),
        "next": texts.t("What should come next?"),
        "note": texts.t("Note"),
        "kitsHanded": texts.t("Kits handed over"),
        "fewer": texts.t("One fewer"),
        "oneMore": texts.t("One more"),
        "save": texts.t("Save"),
        "cancel": texts.t("Cancel"),
        "chooseFirst": texts.t("Choose what you found first."),
        "saved": texts.t("Saved."),
        "undo": texts.t("Undo"),
        "undone": texts.t("Taken back."),
        "correct": texts.t("Correct"),
    }


def _of_sending(texts: Texts) -> dict[str, object]:
    return {
        "online": texts.t("Everything is sent"),
        "offline": texts.t("No network: go on, it is kept"),
        "sending": texts.t("Sending…"),
        "waiting": _Forms(texts).n("{count} record to send", "{count} records to send"),
        "notReached": texts.t("The office cannot be reached now; it is tried again by itself."),
        "stateWaiting": texts.t("on this phone, not sent yet"),
        "stateSent": texts.t("sent"),
        "stateOffRoute": texts.t("sent; the plan no longer has this stop, and the office is told"),
        "stateRefused": texts.t("refused by the office: correct it, or tell them"),
        "otherPhone": texts.t("Another phone: {result}, {time}"),
        "disagree": texts.t(
            "Two phones say different things. The later one counts, and the office is told."
        ),
        "offRoute": texts.t("No longer on the route"),
        "refresh": texts.t("Look for changes"),
        "refreshed": texts.t("This is the newest route."),
        "finish": texts.t("Finish the day"),
        "finishAsk": texts.t("This removes the day from this phone. Everything is sent."),
        "finishFirst": texts.t("Records wait to be sent: find a network first."),
        "finished": texts.t("The day is finished, and nothing is left on this phone."),
    }


def _of_the_link(texts: Texts) -> dict[str, object]:
    return {
        "noLink": texts.t("Scan the code on the sheet of the day to open the route."),
        "linkUnknown": texts.t(
            "This link opens nothing. Scan the code on the sheet again, or ask the office."
        ),
        "linkEarly": texts.t("This link opens from the day before its day on."),
        "linkExpired": texts.t("This day is over: its addresses were removed from this phone."),
        "linkRevoked": texts.t(
            "The office took this link back: its addresses were removed from this phone."
        ),
        "noRoute": texts.t("No route is published for your team yet."),
        "unsent": texts.t("These records could not be sent. Tell the office, then remove them:"),
        "remove": texts.t("Remove from this phone"),
        "stopNumber": texts.t("Stop {number}"),
        "needsStorage": texts.t("This browser keeps nothing: open the code in a usual window."),
        "needsHttps": texts.t("This page needs a secure address (https): tell the office."),
    }


@dataclass(frozen=True, slots=True)
class _Forms:
    """All forms of a plural at once."""

    texts: Texts

    def n(self, singular: str, plural: str) -> list[str]:
        """The forms for one, few and many, with `{count}` left open."""
        return [self.texts.translations.ngettext(singular, plural, each) for each in (1, 2, 5)]
