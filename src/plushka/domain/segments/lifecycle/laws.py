"""What must hold between months, their groups and the moves between them."""

from collections.abc import Mapping
from types import MappingProxyType

LAWS: Mapping[str, str] = MappingProxyType(
    {
        "moves_lead_to_the_month": """
            select s.month::text, s."group", s.members, coalesce(sum(m.members), 0) as moved_in
            from group_snapshots s
            left join group_moves m on m.tenant_id = $1 and m.month = s.month and m.group_after = s."group"
            where s.tenant_id = $1
              and s.month > (select min(month) from group_snapshots where tenant_id = $1)
            group by s.month, s."group", s.members
            having s.members <> coalesce(sum(m.members), 0)
        """,
        "moves_come_from_the_month_before": """
            select s.month::text, s."group", s.members, coalesce(sum(m.members), 0) as moved_out
            from group_snapshots s
            left join group_moves m
                on m.tenant_id = $1 and m.month = s.month + interval '1 month' and m.group_before = s."group"
            where s.tenant_id = $1
              and s.month < (select max(month) from group_snapshots where tenant_id = $1)
            group by s.month, s."group", s.members
            having s.members <> coalesce(sum(m.members), 0)
        """,
    }
)
