"""The code by which a member is named as who brought somebody: to be told at a till, or typed in the app."""

from secrets import randbelow
from uuid import UUID

from plushka.platform.database import Tx

LENGTH = 8
_DRAWS_MAX = 20


async def code_of(tx: Tx, member_id: UUID) -> str:
    """Return the member's code; it is drawn when it is first asked for, and stays."""
    for _ in range(_DRAWS_MAX):
        code: str | None = await tx.fetchval(
            """
            -- referrals.code_of
            with drawn as (
                insert into referral_codes (tenant_id, member_id, code, created_at) values ($1, $2, $3, $4)
                on conflict do nothing
                returning code
            )
            select code from drawn
            union all
            select code from referral_codes where tenant_id = $1 and member_id = $2
            """,
            tx.tenant_id,
            member_id,
            f"{randbelow(10**LENGTH):0{LENGTH}}",
            tx.at,
        )
        if code is not None:
            return code
    raise RuntimeError("no code is free")


async def find_code(tx: Tx, member_id: UUID) -> str | None:
    """Return the member's code, None if nobody has asked for it yet."""
    code: str | None = await tx.fetchval(
        """
        -- referrals.find_code
        select code from referral_codes where tenant_id = $1 and member_id = $2
        """,
        tx.tenant_id,
        member_id,
    )
    return code


async def find_code_owner(tx: Tx, typed: str) -> UUID | None:
    """Return whose code was typed, spaces and hyphens aside; for who was merged into another, that other."""
    owner: UUID | None = await tx.fetchval(
        """
        -- referrals.find_code_owner
        select coalesce(m.merged_into, m.id)
        from referral_codes c join members m on m.tenant_id = $1 and m.id = c.member_id
        where c.tenant_id = $1 and c.code = $2
        """,
        tx.tenant_id,
        typed.replace(" ", "").replace("-", "").replace("\N{NO-BREAK SPACE}", ""),
    )
    return owner


def shown(code: str) -> str:
    """Return a code as people read it: ``4821 7735``."""
    return f"{code[:4]} {code[4:]}"


async def forget_code(tx: Tx, member_id: UUID) -> None:
    """Delete the codes of a member, and of those who were merged into them: their data are destroyed."""
    await tx.execute(
        """
        -- referrals.forget_code
        delete from referral_codes
        where tenant_id = $1 and member_id in (select id from members where tenant_id = $1 and $2 in (id, merged_into))
        """,
        tx.tenant_id,
        member_id,
    )
