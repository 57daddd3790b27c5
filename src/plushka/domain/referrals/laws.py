"""What must hold of friends' rewards; checked by ``ledger.verify`` with its own laws."""

from collections.abc import Mapping
from types import MappingProxyType

LAWS: Mapping[str, str] = MappingProxyType(
    {
        "referral_equals_journal": """
            with sums as (
                select document_id,
                       coalesce(sum(points) filter (where kind = 'accrue'), 0) as granted,
                       coalesce(sum(case kind when 'claw_back' then points when 'grant_back' then -points end), 0)
                           as taken_back
                from postings where tenant_id = $1 and kind in ('accrue', 'claw_back', 'grant_back')
                group by document_id
            )
            select r.id as reward, r.granted, r.taken_back, s.granted as journal_granted,
                   s.taken_back as journal_taken_back
            from referral_rewards r left join sums s on s.document_id = r.id
            where r.tenant_id = $1
              and (r.granted, r.taken_back) is distinct from (coalesce(s.granted, 0), coalesce(s.taken_back, 0))
        """,
        "referral_is_what_its_receipt_is_worth": """
            select r.id as reward, r.receipt_id as receipt, r.level, r.points,
                   (x.outcome -> 'referred' -> 1 ->> (r.level - 1))::bigint as receipt_points
            from referral_rewards r join receipts x on x.tenant_id = $1 and x.id = r.receipt_id
            where r.tenant_id = $1
              and (
                  r.points is distinct from (x.outcome -> 'referred' -> 1 ->> (r.level - 1))::bigint
                  or r.points_left > 0 and exists (
                      select from returns b where b.tenant_id = $1 and b.receipt_id = r.receipt_id and b.is_full
                  )
              )
        """,
        "referral_is_due_if_it_counts": """
            with counted as (
                select receipt_id, is_left and (
                    purchases_max is null
                    or count(*) filter (where is_left)
                       over (partition by friend_id, program_id order by receipt_id) <= purchases_max
                ) as counts
                from referral_purchases where tenant_id = $1
            )
            select r.id as reward, r.points_due, r.points_left, c.counts::text
            from referral_rewards r join counted c on c.receipt_id = r.receipt_id
            where r.tenant_id = $1 and r.points_due <> case when c.counts then r.points_left else 0 end
        """,
        "member_is_bound_by_their_try": """
            select m.id as member, m.invited_by::text, t.referrer_id::text as named
            from (select * from referral_tries where tenant_id = $1 and reason is null) as t
            join members m on m.tenant_id = $1 and m.id = t.friend_id
            where m.invited_by is distinct from t.referrer_id
        """,
    }
)
