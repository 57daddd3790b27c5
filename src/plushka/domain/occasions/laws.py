"""What must hold between gifts of occasions, events and the journal; checked by ``ledger.verify`` with its own laws."""

from collections.abc import Mapping
from types import MappingProxyType

LAWS: Mapping[str, str] = MappingProxyType(
    {
        "occasion_gift_equals_journal": """
            with sums as (
                select document_id,
                       coalesce(sum(points) filter (where kind = 'accrue'), 0) as given,
                       coalesce(sum(points) filter (where kind = 'claw_back'), 0) as taken,
                       coalesce(sum(points) filter (where kind = 'claw_back' and lot_id is null), 0) as owed
                from postings where tenant_id = $1 and kind in ('accrue', 'claw_back')
                group by document_id
            )
            select g.id as gift, g.points, g.taken, g.owed, s.given as journal_given, s.taken as journal_taken,
                   s.owed as journal_owed
            from occasion_gifts g left join sums s on s.document_id = g.id
            where g.tenant_id = $1
              and (g.points, g.taken, g.owed) is distinct from (s.given, s.taken, s.owed)
        """,
        "cancelled_event_keeps_no_gift": """
            select g.id as gift, e.id as event
            from occasion_gifts g
            join member_events e on e.tenant_id = $1 and e.id = g.event_id
            where g.tenant_id = $1 and (g.cancelled_at is null) <> (e.cancelled_at is null)
        """,
    }
)
