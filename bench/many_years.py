"""The members of a business over again, with all that they have: a chain as many times as large."""

from collections.abc import Iterable
from uuid import UUID

import psycopg
from psycopg import sql

TABLES = (
    "members", "wallets", "adjustments", "receipts", "lots", "postings", "standings", "standing_days", "rule_days",
    "tier_changes", "member_groups",
)  # fmt: skip
"""What belongs to members, in the order in which rows refer to each other."""
_OF_MEMBERS = frozenset(
    {"id", "member_id", "wallet_id", "document_id", "lot_id", "invited_by", "merged_into", "moved_to"}
)
"""Columns that are named otherwise in a copy."""
_DIGIT = 15
"""Where an identifier tells its version: 7 in all that Plushka makes. That of a copy has another digit there."""
_COLUMNS = """
    select column_name from information_schema.columns
    where table_schema = 'public' and table_name = %s and is_generated = 'NEVER' order by ordinal_position
"""


def multiply(connection: psycopg.Connection, tenant_id: UUID, numbers: Iterable[int]) -> None:
    """Add copies of the business's members, each of a number from 1 to 8 that was not made before."""
    # Rows that are copied fit each other as those that they are copies of: nothing is looked up, or noted as changed.
    connection.execute("set session_replication_role = replica")
    for number in numbers:
        for table in TABLES:
            columns = [name for (name,) in connection.execute(_COLUMNS, [table])]
            key = "id" if "id" in columns else "member_id"
            copy = sql.SQL(
                "insert into {table} ({columns}) select {values} from {table}"
                " where tenant_id = %s and substr({key}::text, {digit}, 1) = '7'"
            ).format(
                table=sql.Identifier(table),
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                values=sql.SQL(", ").join([_copied(name, number) for name in columns]),
                key=sql.Identifier(key),
                digit=sql.Literal(_DIGIT),
            )
            connection.execute(copy, [tenant_id])
    connection.execute("vacuum analyze")


def _copied(column: str, number: int) -> sql.Composable:
    name = sql.Identifier(column)
    if column in _OF_MEMBERS:
        digit = sql.Literal(f"{7 + number:x}")
        return sql.SQL("overlay({name}::text placing {digit} from {place})::uuid").format(
            name=name, digit=digit, place=sql.Literal(_DIGIT)
        )
    if column == "external_id":
        return sql.SQL("{name} || {copy}").format(name=name, copy=sql.Literal(f"-{number}"))
    if column == "idempotency_key":
        return sql.SQL("null")
    return name
