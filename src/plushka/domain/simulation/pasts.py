"""Puts together what some members did within a span and where they stood before it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from asyncpg import Record

from plushka.domain.programs.model import Sums
from plushka.domain.purchases.moving import rule_points_between, sums_between
from plushka.domain.simulation import opening as openings_of
from plushka.domain.simulation.earlier import lots_of, read_earlier, remainder_of, returned_of
from plushka.domain.simulation.past import EarlierSale, Event, Opening, Past, Taken
from plushka.domain.simulation.reading import (
    Members,
    Place,
    Sold,
    TierBefore,
    extensions_of,
    in_order,
    place_of,
    read_movements,
    read_sales,
    read_tiers,
)
from plushka.domain.simulation.setting import Setting
from plushka.platform.database import Tx

Placed = tuple[Place, Event | Record]


async def read_pasts(
    tx: Tx,
    setting: Setting,
    members: Members,
    *,
    with_stamps: bool = False,
    bounded: Collection[str] = (),
) -> list[Past]:
    """Return the pasts of all who have a wallet in the programme, in the order of their ids.

    ``with_stamps``: some of the rules have cards; ``bounded``: promotions whose budgets count each member.
    """
    wallets = await openings_of.read_wallets(tx, setting, members)
    pasts = {row["member_id"]: _begin(row, setting) for row in wallets}
    owners = {row["id"]: row["member_id"] for row in wallets}
    for row in wallets:
        pasts[row["member_id"]].opening.debt += row["debt"]
    sales = await read_sales(tx, setting, members)
    earlier = await _read_earlier(tx, setting, pasts)
    placed: dict[UUID, list[Placed]] = defaultdict(list)
    _place_sales(setting, pasts, sales, earlier, placed)
    receipt_ids = [row["id"] for of_member in sales.values() for _, row, _ in of_member]
    movements = await read_movements(tx, setting, owners, receipt_ids)
    before, tiers = await read_tiers(tx, setting, members)
    for found in (movements, tiers, extensions_of(setting, owners)):
        for member_id, events in found.items():
            if member_id in pasts:
                placed[member_id] += events
    for member_id, past in pasts.items():
        in_order(past, placed[member_id], setting)
        _set_tier(past, before.get(member_id))
    await _read_points(tx, setting, pasts, owners, movements)
    await _read_sums(tx, setting, members, pasts, sales)
    if with_stamps:
        await openings_of.read_stamps(tx, setting, members, pasts)
    if bounded:
        await openings_of.read_uses(tx, setting, members, pasts, bounded)
    return [pasts[member_id] for member_id in sorted(pasts)]


def _begin(row: Record, setting: Setting) -> Past:
    opening = Opening(
        tier=row["tier"],
        tier_since=row["tier_since"],
        tier_is_manual=row["tier_is_manual"] or False,
        tier_until=row["tier_until"],
        joined_at=row["created_at"],
    )
    return Past(
        member_id=row["member_id"], opening=opening, group=row["group"], tier=row["tier"], zone=setting.zone
    )


def _set_tier(past: Past, before: TierBefore | None) -> None:
    """Set the tier of before: that of the last change, or the one that everybody begins in where there is none."""
    opening = past.opening
    is_as_now = before is not None and (before.tier, before.since) == (opening.tier, opening.tier_since)
    if not is_as_now:
        opening.tier_until = None
    opening.tier, opening.tier_since, opening.tier_is_manual = before or (None, opening.joined_at, False)


async def _read_earlier(
    tx: Tx, setting: Setting, pasts: Mapping[UUID, Past]
) -> Mapping[UUID, Sequence[EarlierSale]]:
    ids = [receipt_id for member_id in pasts for receipt_id in setting.of_members.get(member_id, ())]
    return await read_earlier(tx, setting, ids) if ids else {}


def _place_sales(
    setting: Setting,
    pasts: Mapping[UUID, Past],
    sales: Mapping[UUID, Sequence[Sold]],
    earlier: Mapping[UUID, Sequence[EarlierSale]],
    placed: dict[UUID, list[Placed]],
) -> None:
    until_at = setting.span.until_at
    for member_id, past in pasts.items():
        of_member = placed[member_id]
        # A place begins with when it was booked.
        of_member += [(place, row) for place, row, _ in sales.get(member_id, ()) if place[0] < until_at]
        past.earlier = {sale.id: sale for sale in earlier.get(member_id, ())}
        with_backs = setting.of_members.get(member_id, ())
        known = (
            {row["id"] for _, row, _ in sales.get(member_id, ())} | past.earlier.keys() if with_backs else ()
        )
        for receipt_id in with_backs:
            if receipt_id in known:
                of_member += [
                    (place_of(back.at, back.id), back)
                    for back in setting.backs[receipt_id]
                    if back.at < until_at
                ]


async def _read_points(
    tx: Tx,
    setting: Setting,
    pasts: Mapping[UUID, Past],
    owners: Mapping[UUID, UUID],
    movements: Mapping[UUID, Sequence[tuple[Place, Event]]],
) -> None:
    openings = {member_id: past.opening for member_id, past in pasts.items()}
    cancelled = {
        event.document_id: member_id
        for member_id, moved in movements.items()
        for _, event in moved
        if isinstance(event, Taken) and event.how == "gift" and event.points < 0
    }
    if cancelled:
        await openings_of.read_gifts(tx, setting, openings, cancelled)
    also = {lot_id for past in pasts.values() for sale in past.earlier.values() for lot_id in lots_of(sale)}
    also |= {use.lot_id for one in openings.values() for uses in one.gifts.values() for use in uses}
    for member_id in await openings_of.read_points(tx, setting, owners, openings, also=also):
        pasts[member_id].is_joined = True
    for member_id, rows in (await openings_of.read_bought(tx, setting, list(pasts))).items():
        openings[member_id].bought = [(row["business_date"], row["time_zone"], row["id"]) for row in rows]


async def _read_sums(
    tx: Tx,
    setting: Setting,
    members: Members,
    pasts: Mapping[UUID, Past],
    sales: Mapping[UUID, Sequence[Sold]],
) -> None:
    # A cap by month counts the whole month that a receipt is of, also where it is told late.
    late = {sale.day for of_member in sales.values() for _, _, sale in of_member if sale is not None}
    months = {day.replace(day=1) for day in {*late, setting.span.from_on}}
    openings = {member_id: past.opening for member_id, past in pasts.items()}
    await openings_of.read_days(tx, setting, members, openings, months=months)
    for past in pasts.values():
        openings_of.take_off_returns(past.opening, setting, past.earlier.values())
    _take_off_late(setting, pasts, sales)


def _take_off_late(
    setting: Setting, pasts: Mapping[UUID, Past], sales: Mapping[UUID, Sequence[Sold]]
) -> None:
    """Take off the days of before what receipts booked since have added to them."""
    for member_id, of_member in sales.items():
        for _, _, late in of_member:
            if late is not None and member_id in pasts:
                openings_of.take_off(pasts[member_id].opening, late.day, *_worth_now(setting, late))


def _worth_now(setting: Setting, sale: EarlierSale) -> tuple[Sums, Mapping[str, int]]:
    """Return what a receipt has added to its day, less what has come back of it."""
    version, outcome = setting.versions[sale.version_id], sale.outcome
    by_rule = {award.rule: award.points for award in outcome.awards if award.rule in version.capped_rules}
    sums = Sums(1, outcome.spend_minor, outcome.earned_points)
    if sale.id not in setting.backs:
        return sums, by_rule
    before, after = remainder_of(version, sale, {}), remainder_of(version, sale, returned_of(setting, sale))
    change, less = sums_between(before, after), rule_points_between(version, before, after)
    left = Sums(
        sums.purchases + change.purchases,
        sums.spend_minor + change.spend_minor,
        sums.points_earned + change.points_earned,
    )
    return left, {rule: by_rule.get(rule, 0) + less.get(rule, 0) for rule in {*by_rule, *less}}
