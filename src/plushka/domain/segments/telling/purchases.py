"""Conditions on purchases in words."""

from plushka.domain.segments.telling.teller import Teller
from plushka.engine.audience import (
    AverageReceipt,
    Bought,
    BoughtAt,
    LastPurchase,
    NeverBought,
    Purchases,
    Spend,
)
from plushka.platform.i18n import join

OfPurchases = Purchases | Spend | AverageReceipt | LastPurchase | NeverBought | BoughtAt | Bought


def tell_purchases(leaf: OfPurchases, teller: Teller) -> str:  # noqa: PLR0911 - one case a kind
    """Return a condition on purchases as it stands within a sentence."""
    words = teller.words
    match leaf:
        case Purchases():
            bounds = teller.bounds(leaf.count_min, leaf.count_max, teller.number)
            return lately(words.gettext("purchases {bounds}", bounds=bounds), leaf.days, teller)
        case Spend():
            bounds = teller.bounds(leaf.min_minor, leaf.max_minor, teller.money)
            return lately(words.gettext("spent {bounds}", bounds=bounds), leaf.days, teller)
        case AverageReceipt():
            bounds = teller.bounds(leaf.min_minor, leaf.max_minor, teller.money)
            return lately(words.gettext("average receipt {bounds}", bounds=bounds), leaf.days, teller)
        case LastPurchase():
            return _last_purchase(leaf, teller)
        case NeverBought():
            return words.gettext("never bought")
        case BoughtAt(ids=ids):
            told = words.gettext("bought at {names}", names=teller.quoted(ids, teller.names.branches))
            return lately(often(told, leaf.times_min, teller), leaf.days, teller)
        case Bought():
            goods = join(_goods(leaf, teller), teller.language, either=True)
            told = words.gettext("bought {goods}", goods=goods)
            return lately(often(told, leaf.times_min, teller), leaf.days, teller)


def lately(told: str, days: int | None, teller: Teller) -> str:
    """Return something told of the last ``days`` days, or of all."""
    if days is None:
        return told
    if days == 1:
        return teller.words.gettext("{told} today", told=told)
    return teller.words.ngettext(
        "{told} in the last {count} day", "{told} in the last {count} days", days, told=told, count=days
    )


def often(told: str, times: int, teller: Teller) -> str:
    """Return something told that happened so many times at least."""
    if times == 1:
        return told
    return teller.words.ngettext(
        "{told} {count} time or more", "{told} {count} times or more", times, told=told, count=times
    )


def _last_purchase(leaf: LastPurchase, teller: Teller) -> str:
    words, least, most = teller.words, leaf.days_min, leaf.days_max
    if most is None:
        days = least or 0
        return words.ngettext(
            "last purchase {count} or more day ago",
            "last purchase {count} or more days ago",
            days,
            count=days,
        )
    if not least:
        if most == 0:
            return words.gettext("bought today")
        return words.ngettext(
            "last purchase not more than {count} day ago",
            "last purchase not more than {count} days ago",
            most,
            count=most,
        )
    return words.ngettext(
        "last purchase {least} to {count} day ago",
        "last purchase {least} to {count} days ago",
        most,
        least=least,
        count=most,
    )


def _goods(leaf: Bought, teller: Teller) -> list[str]:
    words, told = teller.words, []
    if leaf.products:
        told.append(teller.quoted(leaf.products, teller.names.products))
    if leaf.categories:
        names, count = teller.quoted(leaf.categories, teller.names.categories), len(leaf.categories)
        told.append(
            words.ngettext(
                "goods of the category {names}", "goods of the categories {names}", count, names=names
            )
        )
    if leaf.brands:
        names, count = teller.quoted(leaf.brands, {}), len(leaf.brands)
        told.append(
            words.ngettext("goods of the brand {names}", "goods of the brands {names}", count, names=names)
        )
    return told
