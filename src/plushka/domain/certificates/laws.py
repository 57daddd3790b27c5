"""What must hold between certificates, their journal and the receipts they paid; checked by ``ledger.verify``."""

from collections.abc import Mapping
from types import MappingProxyType

LAWS: Mapping[str, str] = MappingProxyType(
    {
        "certificate_equals_its_movements": """
            with sums as (
                select certificate_id, sum(amount_minor) as amount_minor from certificate_movements
                where tenant_id = $1 group by certificate_id
            )
            select coalesce(c.id, s.certificate_id) as certificate, c.balance_minor, s.amount_minor as journal_minor
            from (select * from certificates where tenant_id = $1) c
            full join sums s on s.certificate_id = c.id
            where c.id is null or c.balance_minor <> coalesce(s.amount_minor, 0)
        """,
        "certificate_holds_what_was_sold": """
            with sums as (
                select certificate_id, count(*) as sales, sum(amount_minor) as sold_minor from certificate_movements
                where tenant_id = $1 and kind = 'sell' group by certificate_id
            )
            select c.id as certificate, c.nominal_minor, s.sales, s.sold_minor
            from certificates c left join sums s on s.certificate_id = c.id
            where c.tenant_id = $1
              and (case when c.sold_at is null then 0 else 1 end <> coalesce(s.sales, 0)
                   or (c.sold_at is not null and c.nominal_minor is distinct from s.sold_minor))
        """,
        "receipt_equals_certificates": """
            with told as (
                select r.id, (paid ->> 'certificate_id')::uuid as certificate_id,
                       (paid ->> 'amount_minor')::bigint as amount_minor,
                       coalesce((paid ->> 'forfeited_minor')::bigint, 0) as forfeited_minor
                from receipts r cross join lateral json_array_elements(r.basket -> 'tendered') as paid
                where r.tenant_id = $1 and r.basket -> 'tendered' is not null
            ), booked as (
                select document_id as id, certificate_id,
                       coalesce(-sum(amount_minor) filter (where kind = 'spend'), 0) as amount_minor,
                       coalesce(-sum(amount_minor) filter (where kind = 'forfeit'), 0) as forfeited_minor
                from certificate_movements where tenant_id = $1 and kind in ('spend', 'forfeit')
                group by document_id, certificate_id
            )
            select id as receipt, certificate_id as certificate, t.amount_minor, b.amount_minor as journal_minor,
                   t.forfeited_minor, b.forfeited_minor as journal_forfeited_minor
            from told t full join booked b using (id, certificate_id)
            where (t.amount_minor, t.forfeited_minor) is distinct from (b.amount_minor, b.forfeited_minor)
        """,
        "return_equals_certificates": """
            with told as (
                select r.id, (credit ->> 'certificate_id')::uuid as certificate_id,
                       (credit ->> 'amount_minor')::bigint + coalesce((credit ->> 'unforfeited_minor')::bigint, 0)
                           as amount_minor
                from returns r cross join lateral jsonb_array_elements(r.certificates) as credit
                where r.tenant_id = $1
            ), booked as (
                select document_id as id, certificate_id, sum(amount_minor) as amount_minor
                from certificate_movements where tenant_id = $1 and kind = 'refund'
                group by document_id, certificate_id
            )
            select id as return, certificate_id as certificate, t.amount_minor, b.amount_minor as journal_minor
            from told t full join booked b using (id, certificate_id)
            where t.amount_minor is distinct from b.amount_minor
        """,
    }
)
