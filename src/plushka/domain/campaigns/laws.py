"""What must hold between campaigns, their letters and the journal; checked by ``ledger.verify`` with its own laws."""

from collections.abc import Mapping
from types import MappingProxyType

LAWS: Mapping[str, str] = MappingProxyType(
    {
        "campaign_points_equal_journal": """
            select r.campaign_id as campaign, r.member_id as member, r.points, a.points as journal_points
            from campaign_recipients r
            left join adjustments a on a.tenant_id = $1 and a.id = r.adjustment_id
            where r.tenant_id = $1 and r.adjustment_id is not null and r.points is distinct from a.points
        """,
        "control_group_has_no_letter": """
            select r.campaign_id as campaign, r.member_id as member, o.id as letter
            from campaign_recipients r
            join campaigns c on c.tenant_id = $1 and c.id = r.campaign_id and c.kind = 'broadcast'
            join outgoing o on o.tenant_id = $1 and o.key = 'campaign:' || r.campaign_id || ':' || r.member_id
            where r.tenant_id = $1 and r.is_control
        """,
        "campaign_code_is_the_recipients": """
            select r.campaign_id as campaign, r.member_id as member, r.coupon_key as code
            from campaign_recipients r
            left join coupon_codes k on k.tenant_id = $1 and k.key = r.coupon_key
            where r.tenant_id = $1 and r.coupon_key is not null
              and (k.key is null or k.member_id is null or r.untold_at is not null and k.uses_max > 0 and k.uses = 0)
        """,
    }
)
