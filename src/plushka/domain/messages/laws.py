"""What must hold of letters and of the channels that were tried; checked by ``ledger.verify`` with its own laws."""

from collections.abc import Mapping
from types import MappingProxyType

LAWS: Mapping[str, str] = MappingProxyType(
    {
        "letter_costs_at_least_its_tries": """
            select o.id as letter, o.cost_minor, sum(t.cost_minor) as tries_cost_minor
            from outgoing_tries t join outgoing o on o.tenant_id = $1 and o.id = t.outgoing_id
            where t.tenant_id = $1
            group by o.id, o.cost_minor
            having sum(t.cost_minor) > o.cost_minor
        """,
        "skipped_letter_was_not_sent": """
            select id as letter, failure from outgoing
            where tenant_id = $1 and state = 'skipped' and (provider_id is not null or delivered_at is not null)
        """,
    }
)
