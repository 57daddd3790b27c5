"""Members of a file brought into a programme: created or updated, each with wallet, tier and opening balance.

What a row says is booked once: who is known by one of its identities is updated, and a balance has an id made of
its source and its member. So a file may be sent again, and an import that broke off is simply repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.domain.businesses.model import Business
from plushka.domain.ledger.bookkeeping import insert_wallets
from plushka.domain.ledger.bulk import BulkChange, find_adjusted
from plushka.domain.members.importing import MemberChange, save_consents, save_members, with_tags
from plushka.domain.members.imports.model import CONSENT_COLUMNS, Column, ImportRow, Problem
from plushka.domain.members.imports.rows import Facts
from plushka.domain.members.model import ConsentKind, Member
from plushka.domain.members.queries import find_member_ids, list_members_of_ids
from plushka.domain.members.suppressions import list_suppressed
from plushka.domain.programs import standings
from plushka.domain.programs.giving import give_many
from plushka.domain.programs.model import PublishedVersion
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

TIER_REASON = "import"

Status = Literal["created", "updated", "unchanged", "skipped"]


class Outcome(Struct, frozen=True):
    """What became of a row: ``booked`` of its balance now, ``known`` of it before; of whom, where it was taken."""

    number: int
    status: Status
    booked: int = 0
    known: int = 0
    problems: tuple[Problem, ...] = ()
    member_id: UUID | None = None


@dataclass(slots=True)
class _Turn:
    """A row on its way: ``member`` is whom it means as they are now, None for somebody new."""

    row: ImportRow
    member: Member | None
    change: MemberChange
    problems: list[Problem]
    is_changed: bool
    booked: int = 0
    known: int = 0

    def outcome(self) -> Outcome:
        status: Status = "created" if self.member is None else "updated" if self.is_changed else "unchanged"
        return Outcome(self.row.number, status, self.booked, self.known, tuple(self.problems), self.change.id)


async def import_members(
    tx: Tx, rows: Sequence[ImportRow], *, business: Business, version: PublishedVersion, source: str
) -> list[Outcome]:
    """Bring some hundreds of rows in and return what became of each, in their order.

    No welcome points: these people are members already, elsewhere. Values of the file replace ours, tags are added,
    and what it does not say stays as it is. Two rows that mean one member are taken one after the other.

    :raises TemporaryFailure: a till enrolled one of them meanwhile; nothing is booked: try again
    """
    outcomes: dict[int, Outcome] = {
        row.number: Outcome(row.number, "skipped", problems=row.problems) for row in rows if row.is_fatal
    }
    waiting = [row for row in rows if not row.is_fatal]
    while waiting:
        turns, waiting = await _take_turns(tx, waiting, business, outcomes)
        await save_members(tx, [turn.change for turn in turns if turn.member is None or turn.is_changed])
        by_member = {turn.change.id: turn for turn in turns}
        said = {member_id: turn.row.consents for member_id, turn in by_member.items()}
        for member_id in await list_suppressed(
            tx, [one for one, consents in said.items() if any(consents.values())]
        ):
            said[member_id] = _without_offers(by_member[member_id])
        for member_id in await save_consents(tx, said):
            by_member[member_id].is_changed = True
        await _join(tx, turns, version)
        await _book_balances(tx, turns, business, version, source)
        outcomes.update((turn.row.number, turn.outcome()) for turn in turns)
    return [outcomes[row.number] for row in rows]


async def _take_turns(
    tx: Tx, rows: Sequence[ImportRow], business: Business, outcomes: dict[int, Outcome]
) -> tuple[list[_Turn], list[ImportRow]]:
    """Return the rows that mean different members, and those that must wait for them; refuse what means two."""
    owners = await find_member_ids(tx, [identity for row in rows for identity in row.identities])
    members = {member.id: member for member in await list_members_of_ids(tx, list(set(owners.values())))}
    turns: list[_Turn] = []
    waiting: list[ImportRow] = []
    taken: set[UUID] = set()
    for row in rows:
        meant = {owners[identity] for identity in row.identities if identity in owners}
        if len(meant) > 1:
            second = next(identity for identity in reversed(row.identities) if identity in owners)
            problem = Problem("identity_taken", Column(second.kind), second.value, is_fatal=True)
            outcomes[row.number] = Outcome(row.number, "skipped", problems=(*row.problems, problem))
        elif meant & taken:
            waiting.append(row)
        else:
            taken |= meant
            turns.append(_turn(row, members[meant.pop()] if meant else None, tx.at, business))
    return turns, waiting


def _without_offers(turn: _Turn) -> dict[ConsentKind, bool]:
    """Return what a row says of the consents of somebody who asked to be deleted, but for what only they can give."""
    refused = {
        column
        for column, kind in CONSENT_COLUMNS.items()
        if kind != "personal_data" and turn.row.consents.get(kind)
    }
    turn.problems += [Problem("consent_suppressed", column) for column in refused]
    return {
        kind: is_given
        for kind, is_given in turn.row.consents.items()
        if not is_given or kind == "personal_data"
    }


def _turn(row: ImportRow, member: Member | None, at: datetime, business: Business) -> _Turn:
    if member is None:
        enrolled_at = at
        if row.enrolled_on is not None:
            zone = ZoneInfo(business.time_zone)
            enrolled_at = min(datetime.combine(row.enrolled_on, time.min, zone).astimezone(UTC), at)
        change = MemberChange(
            id=new_id(),
            is_new=True,
            name=row.name,
            birthday=row.birthday,
            tags=with_tags((), row.tags),
            personal_discount_bp=row.discount_bp or 0,
            enrolled_at=enrolled_at,
            identities=row.identities,
        )
        return _Turn(row, None, change, list(row.problems), is_changed=True)
    change = MemberChange(
        id=member.id,
        is_new=False,
        name=row.name or member.name,
        birthday=row.birthday or member.birthday,
        tags=with_tags(member.tags, row.tags) if row.tags else member.tags,
        personal_discount_bp=member.personal_discount_bp if row.discount_bp is None else row.discount_bp,
        enrolled_at=member.enrolled_at,
        identities=tuple(identity for identity in row.identities if identity not in member.identities),
    )
    is_changed = bool(change.identities) or (
        (change.name, change.birthday, change.tags, change.personal_discount_bp)
        != (member.name, member.birthday, member.tags, member.personal_discount_bp)
    )
    return _Turn(row, member, change, list(row.problems), is_changed)


async def _join(tx: Tx, turns: Sequence[_Turn], version: PublishedVersion) -> None:
    """Open wallets and standings where there are none, and move those to their tier who stand in another one."""
    program_id = version.program_id
    member_ids = [turn.change.id for turn in turns]
    await insert_wallets(tx, [(new_id(), member_id) for member_id in member_ids], program_id=program_id)
    tiers = version.program.tiers
    first = tiers.tiers[0].id if tiers else None
    await standings.open_standings(tx, member_ids, program_id=program_id, tier=first)
    wanted = {turn.change.id: turn for turn in turns if turn.row.tier is not None}
    now = await standings.list_standings(tx, list(wanted), program_id=program_id)
    moved = [
        (now[member_id], turn.row.tier)
        for member_id, turn in wanted.items()
        if now[member_id].tier != turn.row.tier
    ]
    await standings.change_tiers(tx, moved, reason=TIER_REASON)
    for standing, _ in moved:
        wanted[standing.member_id].is_changed = True


async def _book_balances(
    tx: Tx, turns: Sequence[_Turn], business: Business, version: PublishedVersion, source: str
) -> None:
    with_balance = {turn.change.id: turn for turn in turns if turn.row.balance}
    changes = [
        BulkChange(member_id, balance_id(version.program_id, source, member_id), turn.row.balance or 0)
        for member_id, turn in with_balance.items()
    ]

    results = await give_many(tx, changes, business=business, version=version, kind="import", reason=source)
    before = await find_adjusted(
        tx, [change.adjustment_id for change in changes if results[change.member_id] == "known"]
    )
    for change in changes:
        turn = with_balance[change.member_id]
        if results[change.member_id] == "booked":
            turn.booked, turn.is_changed = change.points, True
        else:
            turn.known = before[change.adjustment_id]
            if turn.known != change.points:
                turn.problems.append(
                    Problem("import_balance_known", Column.BALANCE, str(change.points), points=turn.known)
                )


def balance_id(program_id: UUID, source: str, member_id: UUID) -> UUID:
    """Return the id under which a member's balance of ``source`` is booked in a programme, once."""
    return uuid5(program_id, f"import\0{source}\0{member_id}\0balance")


def facts_of(business: Business, version: PublishedVersion, at: datetime) -> Facts:
    """Return what a file of this business's members is read against."""
    tiers = version.program.tiers.tiers if version.program.tiers else ()
    return Facts(
        country=business.country,
        today=at.astimezone(ZoneInfo(business.time_zone)).date(),
        scale=version.program.point.scale,
        tiers={name.lower(): tier.id for tier in tiers for name in (tier.id, tier.name)},
    )
