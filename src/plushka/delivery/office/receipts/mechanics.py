"""What can have been on a receipt, as the list of receipts offers it."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.delivery.office.reports.mechanics.compared import KIND_WORDS
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.mechanics import (
    FRIENDS_RULE,
    KINDS,
    Kind,
    name_all_mechanics,
    name_present_mechanics,
)
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

Choices = list[tuple[str, list[tuple[str, str]]]]
_TITLES: Mapping[Kind, str] = MappingProxyType(
    {
        "promotion": marked("Promotions"),
        "rule": marked("Earning rules"),
        "tier": marked("Discounts of tiers"),
        "card": marked("Stamp cards"),
    }
)
"""Of kinds of which a programme has several, each with a name."""


async def list_choices(tx: Tx, asked: str, visit: Visit) -> Choices:
    """Return the mechanics by kind, as (code, name): those in force or planned, and ``asked``, whatever it is."""
    gettext = visit.words.gettext
    named = {code: name for (_, code), name in (await name_present_mechanics(tx)).items()}
    alone: dict[str, str] = {kind: gettext(KIND_WORDS[kind]) for kind in KINDS if kind not in _TITLES}
    if asked == FRIENDS_RULE:
        named[asked] = gettext("Bring a friend")
    if asked and asked not in named and asked not in alone:
        # A report leads here with one of the past.
        past = {code: name for (_, code), name in (await name_all_mechanics(tx)).items()}
        (named if asked in past else alone)[asked] = past.get(asked, asked)
    groups: Choices = [
        (gettext(title), sorted(each for each in named.items() if each[0].startswith(f"{kind}:")))
        for kind, title in _TITLES.items()
    ]
    return [
        (title, choices) for title, choices in (*groups, (gettext("Other"), list(alone.items()))) if choices
    ]
