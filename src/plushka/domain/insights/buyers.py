"""A clause that statements about members share."""

HAS_BOUGHT = """exists (
    select from standings s
    where s.tenant_id = $1 and s.member_id =
        case when m.merged_into is null then m.id else m.merged_into end and s.purchases > 0
)"""
"""Whether the member ``m`` of a statement has bought; who was merged into another, as that one."""
