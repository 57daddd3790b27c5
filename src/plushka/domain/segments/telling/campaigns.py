"""Conditions on what came of campaigns in words."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.segments.telling.purchases import lately
from plushka.domain.segments.telling.teller import Teller
from plushka.engine.audience import Campaign, Reaction
from plushka.platform.i18n import marked

_TOLD: Mapping[Reaction, tuple[str, str]] = MappingProxyType(
    {
        "sent": (marked("got the campaign {names}"), marked("got at least one campaign")),
        "delivered": (
            marked("the campaign {names} was delivered"),
            marked("at least one campaign was delivered"),
        ),
        "read": (
            marked("read the campaign {names} in the app"),
            marked("read at least one campaign in the app"),
        ),
        "undelivered": (
            marked("the campaign {names} could not be delivered"),
            marked("at least one campaign could not be delivered"),
        ),
        "skipped": (
            marked("the campaign {names} was for them, but was not sent"),
            marked("at least one campaign was for them, but was not sent"),
        ),
        "code_used": (
            marked("used the code from the campaign {names}"),
            marked("used the code from at least one campaign"),
        ),
        "bought": (marked("bought after the campaign {names}"), marked("bought after at least one campaign")),
        "goal": (
            marked("reached the goal of the journey {names}"),
            marked("reached the goal of at least one journey"),
        ),
        "control": (
            marked("in the control group of the campaign {names}"),
            marked("in the control group of at least one campaign"),
        ),
        "nothing": (
            marked("was sent nothing of the campaign {names}"),
            marked("was sent no campaign at all"),
        ),
    }
)
"""What came of the campaigns that are named, and of any."""


def tell_campaign(leaf: Campaign, teller: Teller) -> str:
    """Return what came of campaigns as it stands within a sentence."""
    words, (named, any_of_them) = teller.words, _TOLD[leaf.reaction]
    names = teller.quoted([str(one) for one in leaf.ids], teller.campaigns)
    told = words.gettext(named, names=names) if leaf.ids else words.gettext(any_of_them)
    told = lately(told, leaf.days, teller)
    within = leaf.bought_within_days
    if within is None:
        return told
    if within == 0:
        return words.gettext("{told}, and bought on the same day", told=told)
    return words.ngettext(
        "{told}, and bought within {count} day of it",
        "{told}, and bought within {count} days of it",
        within,
        told=told,
        count=within,
    )
