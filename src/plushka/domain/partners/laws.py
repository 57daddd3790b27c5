"""What must hold of offers; checked by ``ledger.verify`` with its own laws."""

from collections.abc import Mapping
from types import MappingProxyType

LAWS: Mapping[str, str] = MappingProxyType(
    {
        "offer_stops_with_its_coupon": """
            select o.id as offer, o.is_stopped as offer_is_stopped, k.is_stopped as coupon_is_stopped
            from partner_offers o
            left join coupons k on k.tenant_id = $1 and k.id = o.coupon_id
            where o.issuer_id = $1 and o.is_stopped is distinct from k.is_stopped
        """,
        "offer_counts_what_was_handed": """
            select o.id as offer, o.handed, taken.count as taken, printed.count as printed
            from partner_offers o
            cross join lateral (
                select coalesce(sum(count), 0) as count from printed_codes where tenant_id = $1 and offer_id = o.id
            ) as printed
            cross join lateral (
                select count(*) as count from handed_codes where tenant_id = $1 and offer_id = o.id
            ) as taken
            where o.holder_id = $1 and o.handed < taken.count + printed.count
        """,
    }
)
