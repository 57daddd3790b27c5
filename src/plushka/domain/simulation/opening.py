"""Where members stood when the span began: what is now, less what has been booked since."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from plushka.domain.ledger.book import BookLot
from plushka.domain.programs.model import Sums
from plushka.domain.purchases.moving import rule_points_between, sums_between
from plushka.domain.rewards.model import StampRow
from plushka.domain.rewards.stamps import decode_terms
from plushka.domain.simulation.earlier import remainder_of, returned_of
from plushka.domain.simulation.past import EarlierSale, Opening, Past
from plushka.domain.simulation.reading import Members
from plushka.domain.simulation.setting import Setting
from plushka.engine.purchase import LotUse, Remainder
from plushka.platform.database import Tx

BOUGHT_MAX = 3
"""Last purchases of before that are looked at: if all of them come back, none is known."""


async def read_wallets(tx: Tx, setting: Setting, members: Members) -> list[Record]:
    """Return the wallets of members in the programme, those of cards that were merged into theirs among them."""
    return await tx.fetch(
        """
        -- simulation.read_wallets
        with owners as (
            select id, id as owner_id from members
            where tenant_id = $1 and id between $2 and $3 and merged_into is null
            union all
            select id, merged_into from members where tenant_id = $1 and merged_into between $2 and $3
        )
        select w.id, o.owner_id as member_id, w.debt, g."group", s.tier, s.tier_since, s.tier_is_manual, s.tier_until,
               w.created_at
        from owners o
        join wallets w on w.tenant_id = $1 and w.member_id = o.id and w.program_id = $4
        left join member_groups g on g.tenant_id = $1 and g.member_id = o.owner_id
        left join standings s on s.tenant_id = $1 and s.member_id = o.owner_id and s.program_id = $4
        where w.created_at < $5
        """,
        tx.tenant_id,
        members.first,
        members.last,
        setting.program_id,
        setting.span.until_at,
    )


async def read_points(
    tx: Tx,
    setting: Setting,
    wallets: Mapping[UUID, UUID],
    openings: Mapping[UUID, Opening],
    *,
    also: Collection[UUID],
) -> set[UUID]:
    """Fill in lots and debts as they were; return the members into whose wallets others have been merged since.

    ``also`` are lots, open or not, that returns will move points of.
    """
    if setting.had_points:
        await _read_lots(tx, setting, wallets, openings, also)
    return await _read_debts(tx, setting, wallets, openings)


async def _read_lots(
    tx: Tx,
    setting: Setting,
    wallets: Mapping[UUID, UUID],
    openings: Mapping[UUID, Opening],
    also: Collection[UUID],
) -> None:
    rows = await tx.fetch(
        """
        -- simulation.read_lots
        with since as materialized (
            select p.lot_id,
                   sum(case 'pending' when p.credit then p.points when p.debit then -p.points else 0 end) as pending,
                   sum(case when p.credit in ('available', 'held') then p.points else 0 end
                       - case when p.debit in ('available', 'held') then p.points else 0 end) as available,
                   bool_or(p.debit in ('issued', 'adjusted')) as is_new
            from postings p
            where p.tenant_id = $1 and p.wallet_id = any($2::uuid[]) and p.at >= $4 and p.lot_id is not null
              and p.kind <> 'move'
            group by p.lot_id
        ), wanted as (
            select id from lots
            where tenant_id = $1 and wallet_id = any($2::uuid[]) and pending + available + held > 0
            union
            select lot_id from since where not is_new
            union
            select unnest($3::uuid[])
        )
        select l.id, l.wallet_id, l.document_id, l.granted, l.earned_at, l.activates_at, l.expires_at, l.sliding_days,
               l.receipt_share_bp, l.pending - coalesce(s.pending, 0)::bigint as pending,
               -- What was held then is taken as available: holds are not replayed.
               l.available + l.held - coalesce(s.available, 0)::bigint as available
        from lots l left join since s on s.lot_id = l.id
        where l.tenant_id = $1 and l.id = any(array(select id from wanted)) and not coalesce(s.is_new, false)
        """,
        tx.tenant_id,
        list(wallets),
        list(also),
        setting.span.start_at,
    )
    before = {each.lot_id: each.before for each in reversed(setting.prolonged)}
    for row in rows:
        member_id = wallets.get(row["wallet_id"])
        if member_id is None:
            continue
        openings[member_id].lots.append(
            BookLot(
                id=row["id"],
                document_id=row["document_id"],
                granted=row["granted"],
                pending=row["pending"],
                available=row["available"],
                held=0,
                earned_at=row["earned_at"],
                activates_at=row["activates_at"],
                expires_at=before.get(row["id"], row["expires_at"]),
                sliding_days=row["sliding_days"],
                receipt_share_bp=row["receipt_share_bp"],
            )
        )


async def _read_debts(
    tx: Tx, setting: Setting, wallets: Mapping[UUID, UUID], openings: Mapping[UUID, Opening]
) -> set[UUID]:
    rows = await tx.fetch(
        """
        -- simulation.read_debts
        select p.wallet_id, bool_or(p.kind = 'move') as is_joined,
               coalesce(sum(case 'debt' when p.debit then p.points when p.credit then -p.points else 0 end)
                        filter (where p.kind <> 'move'), 0)::bigint as debt_grown
        from postings p
        where p.tenant_id = $1 and p.wallet_id = any($2::uuid[]) and p.at >= $3
          and (p.kind = 'move' or 'debt' in (p.debit, p.credit))
        group by p.wallet_id
        """,
        tx.tenant_id,
        list(wallets),
        setting.span.start_at,
    )
    joined = set()
    for row in rows:
        member_id = wallets[row["wallet_id"]]
        openings[member_id].debt -= row["debt_grown"]
        if row["is_joined"]:
            joined.add(member_id)
    indebted = [wallet_id for wallet_id, member_id in wallets.items() if openings[member_id].debt]
    if indebted:
        await _read_repaid(tx, setting, indebted, wallets, openings)
    return joined


async def _read_repaid(
    tx: Tx,
    setting: Setting,
    indebted: Sequence[UUID],
    wallets: Mapping[UUID, UUID],
    openings: Mapping[UUID, Opening],
) -> None:
    rows = await tx.fetch(
        """
        -- simulation.read_repaid
        select wallet_id, lot_id, sum(case kind when 'repay' then points else -points end)::bigint as points
        from postings
        where tenant_id = $1 and wallet_id = any($2::uuid[]) and at < $3 and kind in ('repay', 'hand_back')
        group by wallet_id, lot_id
        """,
        tx.tenant_id,
        indebted,
        setting.span.start_at,
    )
    for row in rows:
        openings[wallets[row["wallet_id"]]].repaid[row["lot_id"]] = row["points"]


async def read_bought(tx: Tx, setting: Setting, member_ids: Collection[UUID]) -> dict[UUID, list[Record]]:
    """Return members' last purchases of before the span that had not come back by then."""
    rows = await tx.fetch(
        """
        -- simulation.read_bought
        select wanted.member_id, found.*
        from unnest($2::uuid[]) as wanted (member_id) cross join lateral (
            select r.id, r.business_date, b.time_zone
            from receipts r join branches b on b.tenant_id = r.tenant_id and b.id = r.branch_id
            where r.tenant_id = $1 and r.member_id = wanted.member_id and r.occurred_at < $3 and r.received_at < $3
              and r.version_id = any($4::uuid[])
              and not exists (
                  select from returns x
                  where x.tenant_id = $1 and x.receipt_id = r.id and x.is_full and x.occurred_at < $3
              )
            order by r.occurred_at desc
            limit $5
        ) as found
        """,
        tx.tenant_id,
        list(member_ids),
        setting.span.start_at,
        list(setting.versions),
        BOUGHT_MAX,
    )
    found: dict[UUID, list[Record]] = defaultdict(list)
    for row in rows:
        found[row["member_id"]].append(row)
    return found


async def read_days(
    tx: Tx, setting: Setting, members: Members, openings: Mapping[UUID, Opening], *, months: Collection[date]
) -> None:
    """Fill in sums by business day, as they are now, of the days before the span; of rules those of ``months``."""
    rows = await tx.fetch(
        """
        -- simulation.read_days
        select member_id, business_date, purchases, spend_minor, points_earned from standing_days
        where tenant_id = $1 and member_id between $2 and $3 and program_id = $4 and business_date < $5
        """,
        tx.tenant_id,
        members.first,
        members.last,
        setting.program_id,
        setting.span.from_on,
    )
    for row in rows:
        if row["member_id"] in openings:
            sums = Sums(row["purchases"], row["spend_minor"], row["points_earned"])
            openings[row["member_id"]].days[row["business_date"]] = sums
    rows = await tx.fetch(
        """
        -- simulation.read_rule_days
        select member_id, rule, business_date, points from rule_days
        where tenant_id = $1 and member_id between $2 and $3 and program_id = $4 and business_date < $5
          and date_trunc('month', business_date)::date = any($6::date[])
        """,
        tx.tenant_id,
        members.first,
        members.last,
        setting.program_id,
        setting.span.from_on,
        months,
    )
    for row in rows:
        if row["member_id"] in openings:
            openings[row["member_id"]].rule_days[row["rule"], row["business_date"]] = row["points"]


def take_off(opening: Opening, day: date, sums: Sums, rule_points: Mapping[str, int]) -> None:
    """Take what was booked since off a day of before the span, or add it where it is below zero."""
    known = opening.days.get(day, Sums(0, 0, 0))
    left = Sums(
        known.purchases - sums.purchases,
        known.spend_minor - sums.spend_minor,
        known.points_earned - sums.points_earned,
    )
    opening.days[day] = left
    for rule, points in rule_points.items():
        opening.rule_days[rule, day] = opening.rule_days.get((rule, day), 0) - points


def take_off_returns(opening: Opening, setting: Setting, earlier: Iterable[EarlierSale]) -> None:
    """Take off what returns since the start did to the sums of days before it."""
    for sale in earlier:
        version = setting.versions[sale.version_id]
        before = remainder_of(version, sale, sale.returned)
        after = remainder_of(version, sale, returned_of(setting, sale))
        take_off(opening, sale.day, sums_between(before, after), rule_points_between(version, before, after))


async def read_stamps(tx: Tx, setting: Setting, members: Members, pasts: Mapping[UUID, Past]) -> None:
    """Fill in the stamps of receipts of before the span, as they were when it began."""
    rows = await tx.fetch(
        """
        -- simulation.read_stamps
        select s.receipt_id, s.member_id, s.card_id, s.business_date, s.count, s.count_left, s.rewards,
               s.rewards_left, s.terms
        from stamps s join receipts r on r.tenant_id = s.tenant_id and r.id = s.receipt_id
        where s.tenant_id = $1 and s.member_id between $2 and $3 and s.program_id = $4 and r.received_at < $5
        order by s.member_id, s.card_id, s.business_date, s.receipt_id
        """,
        tx.tenant_id,
        members.first,
        members.last,
        setting.program_id,
        setting.span.start_at,
    )
    for row in rows:
        past = pasts.get(row["member_id"])
        if past is None:
            continue
        earlier = past.earlier.get(row["receipt_id"])
        left, rewards_left = row["count_left"], row["rewards_left"]
        if earlier is not None:
            rest = _rest(setting, earlier).cards.get(row["card_id"])
            left = rest.stamps if rest else row["count"]
            rewards_left = rest.rewards if rest else row["rewards"]
        past.opening.stamps.setdefault(row["card_id"], []).append(
            StampRow(
                receipt_id=row["receipt_id"],
                member_id=row["member_id"],
                card=row["card_id"],
                day=row["business_date"],
                left=left,
                rewards_left=rewards_left,
                terms=decode_terms(row["terms"]),
            )
        )


async def read_uses(
    tx: Tx, setting: Setting, members: Members, pasts: Mapping[UUID, Past], promotions: Collection[str]
) -> None:
    """Fill in what promotions that are bounded by member had taken off before the span."""
    rows = await tx.fetch(
        """
        -- simulation.read_uses
        select u.receipt_id, u.member_id, u.promotion_id, u.business_date, u.left_minor
        from promotion_uses u join receipts r on r.tenant_id = u.tenant_id and r.id = u.receipt_id
        where u.tenant_id = $1 and u.member_id between $2 and $3 and u.promotion_id = any($4::text[])
          and r.received_at < $5
        """,
        tx.tenant_id,
        members.first,
        members.last,
        list(promotions),
        setting.span.start_at,
    )
    for row in rows:
        past = pasts.get(row["member_id"])
        if past is not None:
            earlier = past.earlier.get(row["receipt_id"])
            left_minor = row["left_minor"]
            if earlier is not None:
                left_minor = _rest(setting, earlier).promotions_minor.get(row["promotion_id"], left_minor)
            use = (row["promotion_id"], row["business_date"], left_minor, row["receipt_id"])
            past.opening.uses.append(use)


def _rest(setting: Setting, sale: EarlierSale) -> Remainder:
    """Return what was left of a receipt when the span began."""
    return remainder_of(setting.versions[sale.version_id], sale, sale.returned)


async def read_gifts(
    tx: Tx, setting: Setting, openings: Mapping[UUID, Opening], asked: Mapping[UUID, UUID]
) -> None:
    """Fill in what gifts were paid with that were bought before the span and cancelled in it; ``asked``: whose."""
    rows = await tx.fetch(
        """
        -- simulation.read_gifts
        select document_id, lot_id, points from postings
        where tenant_id = $1 and document_id = any($2::uuid[]) and kind = 'redeem' and at < $3
        order by id
        """,
        tx.tenant_id,
        list(asked),
        setting.span.start_at,
    )
    for row in rows:
        gifts = openings[asked[row["document_id"]]].gifts
        gifts.setdefault(row["document_id"], []).append(LotUse(row["lot_id"], row["points"]))
