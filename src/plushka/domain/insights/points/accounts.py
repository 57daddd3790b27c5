"""Which accounts of the business's books the ways of points are booked to: the owner's choice, or the example's."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.insights.points.ways import WAYS, Way
from plushka.platform.database import Tx

Entry = Way | Literal["revalued"]
"""What an entry is of: a way, or another price of what was there."""
ENTRIES: tuple[Entry, ...] = (*WAYS, "revalued")
ACCOUNT_LENGTH_MAX = 20


class Pair(Struct, frozen=True):
    """The accounts that an amount goes to (debit) and comes from (credit), as the books call them."""

    debit: str
    credit: str

    @property
    def turned(self) -> "Pair":
        return Pair(self.credit, self.debit)


_RESERVE, _SELLING, _BUYERS, _OTHER = "96", "44", "62", "91.01"
EXAMPLE: Mapping[Entry, Pair] = MappingProxyType(
    {
        "issued": Pair(_SELLING, _RESERVE),
        "granted_back": Pair(_SELLING, _RESERVE),
        "given": Pair(_SELLING, _RESERVE),
        "forgiven": Pair(_SELLING, _RESERVE),
        "restored": Pair(_BUYERS, _RESERVE),
        "spent": Pair(_RESERVE, _BUYERS),
        "burned": Pair(_RESERVE, _OTHER),
        "reversed": Pair(_RESERVE, _SELLING),
        "taken": Pair(_RESERVE, _SELLING),
        "forfeited": Pair(_RESERVE, _OTHER),
        "revalued": Pair(_SELLING, _RESERVE),
    }
)
"""A provision as PBU 8/2010 knows them: it is made from selling expenses, used by what buyers owe, and what is not
asked for is other income. An example: which accounts are right says the business's accounting policy."""


async def load_accounts(tx: Tx) -> dict[Entry, Pair]:
    """Return the accounts of every entry."""
    rows = await tx.fetch(
        """
        -- insights.load_points_accounts
        select way, debit, credit from points_accounts where tenant_id = $1
        """,
        tx.tenant_id,
    )
    own: dict[str, Pair] = {row["way"]: Pair(row["debit"], row["credit"]) for row in rows}
    return {entry: own.get(entry, EXAMPLE[entry]) for entry in ENTRIES}


async def save_accounts(tx: Tx, accounts: Mapping[Entry, Pair]) -> None:
    """Keep the accounts of these entries; what is as it was leaves no trace."""
    known = await load_accounts(tx)
    changed = {entry: pair for entry, pair in accounts.items() if known[entry] != pair}
    if not changed:
        return
    await tx.execute(
        """
        -- insights.save_points_accounts
        insert into points_accounts (tenant_id, way, debit, credit)
        select $1, new.* from unnest($2::text[], $3::text[], $4::text[]) as new
        on conflict (tenant_id, way) do update set debit = excluded.debit, credit = excluded.credit
        """,
        tx.tenant_id,
        list(changed),
        [pair.debit for pair in changed.values()],
        [pair.credit for pair in changed.values()],
    )
    await audit.record(tx, action="points_accounts.change", subject="points_accounts:all", count=len(changed))
