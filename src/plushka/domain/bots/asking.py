"""A till asks a member in their messenger whether their points may be spent, and a button answers: yes or no."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.members.channels import list_reachable
from plushka.domain.members.permits import Permit, list_permits, permit_by_button
from plushka.domain.messages.contents import SpendAnswer, SpendAsked
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.domain.staff.tills import lock_till
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
    """What a member was asked; a ``permit`` is their yes, ``is_declined`` their no, and neither: no answer yet."""

    id: UUID
    expires_at: datetime
    permit: Permit | None = None
    is_declined: bool = False
    is_new: bool = False


async def can_ask(tx: Tx, *, member_id: UUID, branch_id: UUID) -> bool:
    """Tell whether ``ask`` would reach the member: the branch lets them agree so, and they can be written to."""
    return branch_id in await list_confirming(tx) and member_id in await list_reachable(tx, [member_id])


async def ask(
    tx: Tx,
    *,
    member_id: UUID,
    till_id: UUID,
    branch_id: UUID,
    branch_name: str,
    again_after: UUID | None = None,
) -> Question:
    """Ask a member whether this till may spend their points; asked again meanwhile, it is the same question.

    One that was declined stays so until its time is over, unless it is the one ``again_after`` which they are asked
    once more.

    :raises ButtonNotUsed: the branch does not let them agree so
    :raises MemberUnreachable: they cannot be written to
    """
    if branch_id not in await list_confirming(tx):
        raise ButtonNotUsed
    # Two that ask at once wait for each other, so that the member is asked once.
    await lock_till(tx, till_id)
    asked = await _find_open(tx, member_id, till_id)
    if asked is not None and not (asked.is_declined and asked.id == again_after):
        return asked
    question = Question(id=new_id(), expires_at=tx.at + QUESTION_TTL, is_new=True)
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


async def answer(tx: Tx, *, member_id: UUID, question_id: UUID, is_yes: bool) -> SpendAnswer:
    """Take a member's answer to a till's question, and return what it came to. The first answer stays.

    Agreed, the till that asked may spend their points once.
    """
    row = await tx.fetchrow(
        """
        -- bots.lock_question
        select till_id, expires_at, permit_id, declined_at from spend_questions
        where tenant_id = $1 and id = $2 and member_id = $3
        for no key update
        """,
        tx.tenant_id,
        question_id,
        member_id,
    )
    if row is not None and row["permit_id"] is not None:
        return "agreed_before"
    if row is not None and row["declined_at"] is not None:
        return "declined_before"
    if row is None or row["expires_at"] <= tx.at:
        return "ran_out"
    permit = await permit_by_button(tx, member_id=member_id, till_id=row["till_id"]) if is_yes else None
    await tx.execute(
        """
        -- bots.note_answer
        update spend_questions set permit_id = $3, declined_at = $4 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        question_id,
        permit.id if permit else None,
        None if permit else tx.at,
    )
    return "agreed" if is_yes else "declined"


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
    """Return what this till asked of the member last, if it still lives or its permit was not used yet."""
    row = await tx.fetchrow(
        """
        -- bots.find_open_question
        select id, expires_at, permit_id, declined_at is not null as is_declined from spend_questions
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
        lives = row["expires_at"] > tx.at
        return Question(row["id"], row["expires_at"], is_declined=row["is_declined"]) if lives else None
    permit = (await list_permits(tx, [row["permit_id"]]))[row["permit_id"]]
    is_good = permit.used_by is None and permit.expires_at > tx.at
    return Question(row["id"], permit.expires_at, permit) if is_good else None
