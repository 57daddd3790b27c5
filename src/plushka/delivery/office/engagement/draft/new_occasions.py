"""What an occasion begins with."""

from datetime import date

from msgspec import structs

from plushka.engine.occasion_parts import (
    FieldTest,
    Often,
    OnBirthday,
    OnBotJoined,
    OnCloseDate,
    OnEvent,
    OnProfileFilled,
)
from plushka.engine.program import ExpiryFixed, GrantCap, Occasion
from plushka.platform.i18n import Translator, marked

OCCASION_NAMES = {
    "birthday": marked("A birthday"),
    "child": marked("A child's birthday"),
    "review": marked("A review"),
    "survey": marked("A survey answered"),
    "bot": marked("Joining the bot"),
    "profile": marked("A filled profile"),
}
OCCASIONS_DO = {
    "birthday": marked("500 points a week before it, for 15 days, up to 15% of a receipt"),
    "child": marked("300 points a week before it, three times a year at most"),
    "review": marked("50 points for four stars or more, once a month"),
    "survey": marked("30 points, once a month"),
    "bot": marked("100 points for seven days, once for each messenger"),
    "profile": marked("100 points for a name, a birthday and an e-mail"),
}
_GOOD_STARS = 4
_BEGINNINGS = {
    "birthday": Occasion(
        "-", "-", OnBirthday(7), 500, expiry=ExpiryFixed(days=15), grant_cap=GrantCap(15_00)
    ),
    "child": Occasion(
        "-", "-", OnCloseDate(7, ("birthday",)), 300, expiry=ExpiryFixed(days=15), limit=Often(3, "year")
    ),
    "review": Occasion(
        "-",
        "-",
        OnEvent("review", (FieldTest("rating", at_least=_GOOD_STARS),)),
        50,
        expiry=ExpiryFixed(days=30),
        limit=Often(1, "month"),
    ),
    "survey": Occasion("-", "-", OnEvent("survey"), 30, expiry=ExpiryFixed(days=30), limit=Often(1, "month")),
    "bot": Occasion("-", "-", OnBotJoined(), 100, expiry=ExpiryFixed(days=7)),
    "profile": Occasion(
        "-", "-", OnProfileFilled(("name", "birthday", "email")), 100, expiry=ExpiryFixed(days=30)
    ),
}


def new_occasion(kind: str, occasion_id: str, words: Translator, _: date) -> Occasion:
    """Return what an occasion of ``kind`` begins with: paused, until whoever begins it has looked it over."""
    return structs.replace(
        _BEGINNINGS[kind], id=occasion_id, name=words.gettext(OCCASION_NAMES[kind]), is_paused=True
    )
