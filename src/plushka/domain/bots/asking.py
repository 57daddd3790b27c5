"""A till asks a member in their messenger whether their points may be spent, and a button answers."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.members.channels import list_reachable
from plushka.domain.members.permits import Permit, list_permits, permit_by_button
from plushka.domain.messages.contents import SpendAsked
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict, Denied
from plushka.platform.ids import new_id

QUESTION_TTL = timedelta(minutes=2)


class ButtonNotUsed(Denied):
    """The branch does not let members agree by a button."""

    code = "button_not_used"


class MemberUnreachable(Conflict):
    """The member cannot be asked: they are in no messenger of the business, or have stopped its bot."""

    code = "member_unreachable"


class Question(Struct, frozen=True):
    """What a member was asked; ``permit`` is their answer, None while they have not given one."""

    id: UUID
    expires_at: datetime
    permit: Permit | None
    is_new: bool = False


async def can_ask(tx: Tx, *, member_id: UUID, branch_id: UUID) -> bool:
    """Tell whether ``ask`` would reach the member: the branch lets them agree so, and they can be written to."""
    return branch_id in await list_confirming(tx) and member_id in await list_reachable(tx, [member_id])


async def ask(tx: Tx, *, member_id: UUID, till_id: UUID, branch_id: UUID, branch_name: str) -> Question:
    """Ask a member whether this till may spend their points; asked again meanwhile, it is the same question.

    :raises ButtonNotUsed: the branch does not let them agree so
    :raises MemberUnreachable: they cannot be written to
    """
    if branch_id not in await list_confirming(tx):
        raise ButtonNotUsed
    asked = await _find_open(tx, member_id, till_id)
    if asked is not None:
        return asked
    question = Question(id=new_id(), expires_at=tx.at + QUESTION_TTL, permit=None, is_new=True)
    content = SpendAsked(question_id=question.id, branch=branch_name)
    if not await tell_members(tx, [Notice(member_id, f"ask:{question.id}", content)]):
        raise MemberUnreachable(field="member")
    await tx.execute(
        """
        -- bots.ask
        insert into spend_questions (tenant_id, id, member_id, till_id, expires_at) values ($1, $2, $3, $4, $5)
        """,
        tx.tenant_id,
        question.id,
        member_id,
        till_id,
        question.expires_at,
    )
    return question


async def agree(tx: Tx, *, member_id: UUID, question_id: UUID) -> bool:
    """Let the till that asked spend the member's points once; False: nobody asks any more. Safe to repeat."""
    row = await tx.fetchrow(
        """
        -- bots.lock_question
        select till_id, expires_at, permit_id from spend_questions
        where tenant_id = $1 and id = $2 and member_id = $3
        for no key update
        """,
        tx.tenant_id,
        question_id,
        member_id,
    )
    if row is None or (row["permit_id"] is None and row["expires_at"] <= tx.at):
        return False
    if row["permit_id"] is None:
        permit = await permit_by_button(tx, member_id=member_id, till_id=row["till_id"])
        await tx.execute(
            """
            -- bots.note_permit
            update spend_questions set permit_id = $3 where tenant_id = $1 and id = $2
            """,
            tx.tenant_id,
            question_id,
            permit.id,
        )
    return True


async def list_confirming(tx: Tx) -> frozenset[UUID]:
    """Return the branches that let members agree by a button."""
    rows = await tx.fetch(
        """
        -- bots.list_confirming
        select branch_id from confirming_branches where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return frozenset(row["branch_id"] for row in rows)


async def set_confirming(tx: Tx, branch_ids: Collection[UUID]) -> None:
    """Let members agree by a button in these branches and in no others."""
    before = await list_confirming(tx)
    after = frozenset(branch_ids)
    if before == after:
        return
    await tx.execute(
        """
        -- bots.clear_confirming
        delete from confirming_branches where tenant_id = $1
        """,
        tx.tenant_id,
    )
    await tx.execute(
        """
        -- bots.set_confirming
        insert into confirming_branches (tenant_id, branch_id) select $1, unnest($2::uuid[])
        """,
        tx.tenant_id,
        sorted(after),
    )
    await audit.record(
        tx,
        action="bot.confirming",
        subject=f"business:{tx.tenant_id}",
        changes={"branches": (len(before), len(after))},
    )


async def _find_open(tx: Tx, member_id: UUID, till_id: UUID) -> Question | None:
    """Return what this till asked of the member last, if it still waits or its permit was not used yet."""
    row = await tx.fetchrow(
        """
        -- bots.find_open_question
        select id, expires_at, permit_id from spend_questions
        where tenant_id = $1 and member_id = $2 and till_id = $3
        order by id desc
        limit 1
        """,
        tx.tenant_id,
        member_id,
        till_id,
    )
    if row is None:
        return None
    if row["permit_id"] is None:
        return Question(row["id"], row["expires_at"], None) if row["expires_at"] > tx.at else None
    permit = (await list_permits(tx, [row["permit_id"]]))[row["permit_id"]]
    is_good = permit.used_by is None and permit.expires_at > tx.at
    return Question(row["id"], permit.expires_at, permit) if is_good else None
