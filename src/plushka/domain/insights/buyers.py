"""A clause that statements about members share."""

HAS_BOUGHT = """exists (
    select from standings s
    where s.tenant_id = $1 and s.member_id = coalesce(m.merged_into, m.id) and s.purchases > 0
)"""
"""Whether the member ``m`` of a statement has bought; who was merged into another, as that one."""
