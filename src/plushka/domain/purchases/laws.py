"""What must hold between receipts, returns and the journal; checked by ``ledger.verify`` with its own laws."""

from collections.abc import Mapping
from types import MappingProxyType

LAWS: Mapping[str, str] = MappingProxyType(
    {
        "receipt_equals_journal": """
            with sums as (
                select document_id,
                       coalesce(sum(points) filter (where kind = 'accrue'), 0) as earned,
                       coalesce(sum(points) filter (where kind in ('redeem', 'capture')), 0) as redeemed
                from postings where tenant_id = $1 and kind in ('accrue', 'redeem', 'capture')
                group by document_id
            )
            select r.id as receipt, r.earned_points, r.redeemed_points, s.earned, s.redeemed
            from receipts r left join sums s on s.document_id = r.id
            where r.tenant_id = $1
              and (r.earned_points, r.redeemed_points) is distinct from
                  (coalesce(s.earned, 0), coalesce(s.redeemed, 0))
        """,
        "return_equals_journal": """
            with sums as (
                select document_id,
                       coalesce(sum(points) filter (where kind = 'restore'), 0) as back,
                       coalesce(sum(case kind when 'claw_back' then points when 'grant_back' then -points end), 0)
                           as clawed_back,
                       coalesce(sum(case kind when 'claw_back' then points when 'grant_back' then -points end)
                                filter (where lot_id is null), 0) as owed
                from postings where tenant_id = $1 and kind in ('restore', 'claw_back', 'grant_back')
                group by document_id
            )
            select r.id as return, r.points_back, r.points_clawed_back, r.points_owed, s.back, s.clawed_back, s.owed
            from returns r left join sums s on s.document_id = r.id
            where r.tenant_id = $1
              and (r.points_back, r.points_clawed_back, r.points_owed) is distinct from
                  (coalesce(s.back, 0), coalesce(s.clawed_back, 0), coalesce(s.owed, 0))
        """,
        "returns_give_back_what_they_took": """
            select r.receipt_id as receipt, p.lot_id as lot,
                   sum(p.points) filter (where p.kind = 'claw_back') as taken,
                   sum(p.points) filter (where p.kind = 'grant_back') as given_back
            from postings p
            join returns r on r.tenant_id = $1 and r.id = p.document_id
            where p.tenant_id = $1 and p.kind in ('claw_back', 'grant_back')
            group by r.receipt_id, p.lot_id
            having sum(case p.kind when 'claw_back' then p.points else -p.points end) < 0
        """,
        "returns_take_what_is_no_longer_earned": """
            select r.id as receipt, r.earned_points, sum(b.points_clawed_back) as clawed_back,
                   sum(b.points_burned) as burned
            from receipts r join returns b on b.tenant_id = r.tenant_id and b.receipt_id = r.id
            where r.tenant_id = $1
            group by r.id, r.earned_points
            having sum(b.points_clawed_back + b.points_burned) not between 0 and r.earned_points
                or sum(b.points_burned) < 0
        """,
        "refund_equals_returns": """
            select r.id as receipt, r.refunded_minor, sum(b.refund_minor) as returns_minor
            from receipts r left join returns b on b.tenant_id = r.tenant_id and b.receipt_id = r.id
            where r.tenant_id = $1
            group by r.id, r.refunded_minor
            having r.refunded_minor <> coalesce(sum(b.refund_minor), 0)
        """,
        "counter_equals_its_uses": """
            with uses as (
                select u.program_id, u.promotion_id, u.business_date, u.left_minor,
                       split_part(place, ':', 2) as span,
                       case split_part(place, ':', 1) when 'branch' then u.branch_id
                            else '00000000-0000-0000-0000-000000000000'::uuid end as branch_id
                from promotion_uses u cross join lateral unnest(u.counted_in) as place
                where u.tenant_id = $1
            ), sums as (
                select program_id, promotion_id, branch_id, span,
                       case span when 'always' then '1970-01-01'::date
                            else date_trunc(span, business_date)::date end as since,
                       count(*) filter (where left_minor > 0) as uses, sum(left_minor) as amount_minor
                from uses group by 1, 2, 3, 4, 5
            )
            select promotion_id as promotion, span, since::text, c.uses, c.amount_minor, s.uses as receipts,
                   s.amount_minor as receipts_minor
            from (select * from promotion_counters where tenant_id = $1) as c
            full join sums s using (program_id, promotion_id, branch_id, span, since)
            where (coalesce(c.uses, 0), coalesce(c.amount_minor, 0)) is distinct from
                  (coalesce(s.uses, 0), coalesce(s.amount_minor, 0))
        """,
        "code_counts_its_uses": """
            select c.code, c.uses, count(u.receipt_id) as receipts
            from coupon_codes c
            left join coupon_uses u on u.tenant_id = $1 and u.key = c.key and u.undone_at is null
            where c.tenant_id = $1 and c.uses_max is not null
            group by c.key, c.code, c.uses
            having c.uses <> count(u.receipt_id)
        """,
        "coupon_counts_its_uses": """
            with counted as (
                select k.id as coupon_id, span, u.business_date
                from coupons k
                cross join lateral (
                    values ('always', k.uses_max), ('day', k.uses_max_a_day), ('month', k.uses_max_a_month)
                ) as bound (span, most)
                join coupon_uses u on u.tenant_id = $1 and u.coupon_id = k.id and u.undone_at is null
                where k.tenant_id = $1 and bound.most is not null
            ), sums as (
                select coupon_id, span,
                       case span when 'always' then '1970-01-01'::date when 'day' then business_date
                            else date_trunc('month', business_date)::date end as since,
                       count(*) as uses
                from counted group by 1, 2, 3
            )
            select coupon_id as coupon, span, since::text, c.uses, s.uses as receipts
            from (select * from coupon_counters where tenant_id = $1) as c
            full join sums s using (coupon_id, span, since)
            where coalesce(c.uses, 0) <> coalesce(s.uses, 0)
        """,
        "stamps_equal_their_receipt": """
            select s.receipt_id as receipt, s.card_id as card, s.count, s.count_left, told.count as receipt_count
            from stamps s
            join receipts r on r.tenant_id = $1 and r.id = s.receipt_id
            left join lateral (
                select (card ->> 1)::bigint as count, (card ->> 6)::integer as rewards
                from json_array_elements(r.outcome -> 'cards') as card
                where card ->> 0 = s.card_id
            ) as told on true
            where s.tenant_id = $1
              and (
                  (s.count, s.rewards) is distinct from (told.count, told.rewards)
                  or s.member_id is distinct from r.member_id
                  or s.count_left > 0 and exists (
                      select from returns b where b.tenant_id = $1 and b.receipt_id = r.id and b.is_full
                  )
              )
        """,
        "gifts_equal_full_cards": """
            select s.receipt_id as receipt, s.card_id as card, s.rewards_left as rewards, won.gifts
            from stamps s
            join (
                select receipt_id, card_id, count(*) filter (where is_given) as gifts
                from (
                    select receipt_id, card_id, state <> 'withdrawn' as is_given
                    from rewards where tenant_id = $1 and card_id is not null
                    union all
                    select r.receipt_id, r.card_id, c.uses_max > 0
                    from reward_codes r join coupon_codes c on c.tenant_id = $1 and c.key = r.key
                    where r.tenant_id = $1
                ) as each
                group by receipt_id, card_id
            ) as won using (receipt_id, card_id)
            where s.tenant_id = $1 and s.rewards_left <> won.gifts
        """,
        "gift_equals_its_acts": """
            select r.id as reward, r.state, coalesce(acts.taken, 0) as taken
            from rewards r
            left join (
                select reward_id, sum(case act when 'take' then 1 when 'give_back' then -1 else 0 end) as taken
                from reward_acts where tenant_id = $1 group by reward_id
            ) as acts on acts.reward_id = r.id
            where r.tenant_id = $1 and coalesce(acts.taken, 0) <> case r.state when 'taken' then 1 else 0 end
        """,
        "reward_equals_journal": """
            with sums as (
                select document_id,
                       sum(case kind when 'redeem' then points when 'restore' then -points else 0 end) as spent
                from postings where tenant_id = $1 and kind in ('redeem', 'restore')
                group by document_id
            )
            select r.id as reward, r.state, r.price_points, s.spent
            from rewards r left join sums s on s.document_id = r.id
            where r.tenant_id = $1 and r.offer_id is not null
              and coalesce(s.spent, 0) <> case
                when r.state = 'cancelled' or r.state = 'expired' and r.returns_points then 0 else r.price_points end
        """,
        "stock_equals_its_rewards": """
            with supplied as (
                select offer_id, sum(change) as total from reward_supplies where tenant_id = $1 group by offer_id
            ), living as (
                select offer_id, count(*) as out from rewards
                where tenant_id = $1 and offer_id is not null and state in ('open', 'taken')
                group by offer_id
            )
            select o.id as offer, o.stock_total, o.stock_left, s.total as supplied, l.out
            from reward_offers o
            left join supplied s on s.offer_id = o.id
            left join living l on l.offer_id = o.id
            where o.tenant_id = $1 and o.stock_total is not null
              and (o.stock_total, o.stock_left) is distinct from
                  (coalesce(s.total, 0), coalesce(s.total, 0) - coalesce(l.out, 0))
        """,
        "posting_has_its_document": """
            select p.id as posting, p.kind, p.document_id::text as document
            from postings p
            where p.tenant_id = $1
              and not exists (select from receipts d where d.tenant_id = $1 and d.id = p.document_id)
              and not exists (select from returns d where d.tenant_id = $1 and d.id = p.document_id)
              and not exists (select from adjustments d where d.tenant_id = $1 and d.id = p.document_id)
              and not exists (select from holds d where d.tenant_id = $1 and d.id = p.document_id)
              and not exists (select from merges d where d.tenant_id = $1 and d.id = p.document_id)
              and not exists (select from rewards d where d.tenant_id = $1 and d.id = p.document_id)
              and not exists (select from erasure_acts d where d.tenant_id = $1 and d.id = p.document_id)
              and not exists (select from occasion_gifts d where d.tenant_id = $1 and d.id = p.document_id)
              and not exists (select from referral_rewards d where d.tenant_id = $1 and d.id = p.document_id)
        """,
        "receipt_moves_points_of_its_programme": """
            select p.id as posting, d.id as document, v.program_id as program, w.program_id as wallet_program
            from postings p
            join wallets w on w.tenant_id = $1 and w.id = p.wallet_id
            join (
                select id, version_id from receipts where tenant_id = $1
                union all
                select b.id, r.version_id
                from returns b join receipts r on r.tenant_id = $1 and r.id = b.receipt_id
                where b.tenant_id = $1
                union all
                select id, version_id from referral_rewards where tenant_id = $1
            ) as d on d.id = p.document_id
            join program_versions v on v.tenant_id = $1 and v.id = d.version_id
            where p.tenant_id = $1 and w.program_id <> v.program_id
        """,
        "standing_equals_receipts": """
            with sums as (
                select r.member_id, v.program_id, count(*) as purchases
                from receipts r
                join program_versions v on v.tenant_id = r.tenant_id and v.id = r.version_id
                where r.tenant_id = $1 and r.member_id is not null
                  and not exists (select from returns b where b.tenant_id = $1 and b.receipt_id = r.id and b.is_full)
                group by r.member_id, v.program_id
            )
            select s.member_id as member, s.purchases, r.purchases as receipts
            from standings s left join sums r using (member_id, program_id)
            where s.tenant_id = $1 and s.purchases <> coalesce(r.purchases, 0)
        """,
        "standing_equals_its_days": """
            with sums as (
                select member_id, program_id, sum(purchases) as purchases, sum(spend_minor) as spend_minor,
                       sum(points_earned) as points_earned
                from standing_days where tenant_id = $1
                group by member_id, program_id
            )
            select s.member_id as member, s.purchases, s.spend_minor, s.points_earned, d.purchases as days_purchases,
                   d.spend_minor as days_spend_minor, d.points_earned as days_points_earned
            from standings s left join sums d using (member_id, program_id)
            where s.tenant_id = $1
              and (s.purchases, s.spend_minor, s.points_earned) is distinct from
                  (coalesce(d.purchases, 0), coalesce(d.spend_minor, 0), coalesce(d.points_earned, 0))
        """,
    }
)
