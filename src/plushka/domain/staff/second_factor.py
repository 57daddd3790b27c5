"""The second step of signing in: codes of an app (TOTP, RFC 6238) and the recovery codes for who lost it."""

import secrets
from datetime import datetime
from uuid import UUID

import pyotp
from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.staff.model import CodeWrong, SecondFactorOff, SecondFactorOn
from plushka.domain.staff.tokens import digest
from plushka.platform.database import GlobalTx, Tx

ISSUER = "Plushka"
STEP_SECONDS = 30
STEPS_APART = 1
"""How many steps a phone's clock may be ahead or behind."""
RECOVERY_CODES = 10
RECOVERY_GROUP = 5
_RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what looks alike: ten of these are 49 bits, so that a plain hash is a safe thing to store."""


class SecondFactor(Struct, frozen=True):
    """``confirmed_at`` is None until a first code has proved that the app has the secret."""

    secret: str
    confirmed_at: datetime | None
    recovery_codes_left: int


async def find_second_factor(tx: GlobalTx, account_id: UUID) -> SecondFactor | None:
    """Return the second factor of an account, confirmed or being set up."""
    row = await tx.fetchrow(
        """
        -- second_factor.find_second_factor
        select secret, confirmed_at, (
            select count(*) from recovery_codes c where c.account_id = $1 and used_at is null
        ) as recovery_codes_left
        from second_factors
        where account_id = $1
        """,
        account_id,
    )
    return None if row is None else SecondFactor(**row)


async def has_second_factor(tx: GlobalTx, account_id: UUID) -> bool:
    """Tell whether the account is asked for a code after its password."""
    factor = await find_second_factor(tx, account_id)
    return factor is not None and factor.confirmed_at is not None


async def begin_second_factor(tx: GlobalTx, account_id: UUID) -> SecondFactor:
    """Return the secret for the app; nothing is asked for until a code confirms it. Asked again, it is the same.

    :raises SecondFactorOn: when one is confirmed
    """
    await tx.execute(
        """
        -- second_factor.begin_second_factor
        insert into second_factors (account_id, secret, created_at) values ($1, $2, $3) on conflict do nothing
        """,
        account_id,
        pyotp.random_base32(),
        tx.at,
    )
    factor = await find_second_factor(tx, account_id)
    if factor is None or factor.confirmed_at is not None:
        raise SecondFactorOn
    return factor


def app_uri(secret: str, email: str) -> str:
    """Return what the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


async def confirm_second_factor(tx: Tx, account_id: UUID, *, secret: str, code: str) -> tuple[str, ...]:
    """Switch the second step on and return the recovery codes, which can never be shown again.

    ``secret`` is what ``begin_second_factor`` has returned: whoever has not seen it does not go on from there.

    :raises SecondFactorOff: when it was not begun, or with another secret
    :raises SecondFactorOn: when it is on already
    :raises CodeWrong: when the app shows another code
    """
    factor = await find_second_factor(tx, account_id)
    if factor is None:
        raise SecondFactorOff
    if factor.confirmed_at is not None:
        raise SecondFactorOn
    if not secrets.compare_digest(factor.secret.encode(), secret.encode()):
        raise SecondFactorOff
    await _take_app_code(tx, account_id, code)
    await tx.execute(
        """
        -- second_factor.confirm_second_factor
        update second_factors set confirmed_at = $2 where account_id = $1
        """,
        account_id,
        tx.at,
    )
    await record(tx, action="second_factor.on", subject=f"account:{account_id}")
    return await _new_recovery_codes(tx, account_id)


async def renew_recovery_codes(tx: Tx, account_id: UUID) -> tuple[str, ...]:
    """Return new recovery codes; the old ones open nothing any more.

    :raises SecondFactorOff: when there is no second step to recover
    """
    if not await has_second_factor(tx, account_id):
        raise SecondFactorOff
    codes = await _new_recovery_codes(tx, account_id)
    await record(tx, action="second_factor.renew_codes", subject=f"account:{account_id}")
    return codes


async def remove_second_factor(tx: Tx, account_id: UUID) -> None:
    """Switch the second step off.

    :raises SecondFactorOff: when it is off
    """
    if not await delete_second_factor(tx, account_id):
        raise SecondFactorOff
    await record(tx, action="second_factor.off", subject=f"account:{account_id}")


async def delete_second_factor(tx: GlobalTx, account_id: UUID) -> bool:
    """Delete the second factor and its recovery codes; tell whether there was one."""
    await tx.execute(
        """
        -- second_factor.delete_second_factor
        delete from recovery_codes where account_id = $1
        """,
        account_id,
    )
    deleted = await tx.fetchval(
        """
        -- second_factor.delete_second_factor
        delete from second_factors where account_id = $1 returning true
        """,
        account_id,
    )
    return bool(deleted)


async def take_code(tx: GlobalTx, account_id: UUID, code: str) -> None:
    """Accept a code of the app or a recovery code, each once.

    :raises CodeWrong: when it is neither, or was taken before
    """
    plain = "".join(code.split()).replace("-", "").lower()
    if plain.isdigit():
        await _take_app_code(tx, account_id, plain)
        return
    taken = await tx.fetchval(
        """
        -- second_factor.take_code
        update recovery_codes set used_at = $3
        where account_id = $1 and code_hash = $2 and used_at is null
        returning true
        """,
        account_id,
        digest(plain),
        tx.at,
    )
    if not taken:
        raise CodeWrong(field="code")


async def _take_app_code(tx: GlobalTx, account_id: UUID, code: str) -> None:
    secret = await tx.fetchval(
        """
        -- second_factor.take_app_code
        select secret from second_factors where account_id = $1
        """,
        account_id,
    )
    step = None if secret is None else _step_of(secret, "".join(code.split()), tx.at)
    taken = step is not None and await tx.fetchval(
        """
        -- second_factor.take_app_code
        update second_factors set last_step = $2 where account_id = $1 and last_step < $2 returning true
        """,
        account_id,
        step,
    )
    if not taken:
        raise CodeWrong(field="code")


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step whose code this is, of those near ``at``."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    near = range(now - STEPS_APART, now + STEPS_APART + 1)
    fitting = [
        step for step in near if secrets.compare_digest(totp.generate_otp(step).encode(), code.encode())
    ]
    return max(fitting, default=None)


async def _new_recovery_codes(tx: GlobalTx, account_id: UUID) -> tuple[str, ...]:
    codes = [
        "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(2 * RECOVERY_GROUP))
        for _ in range(RECOVERY_CODES)
    ]
    await tx.execute(
        """
        -- second_factor.new_recovery_codes
        delete from recovery_codes where account_id = $1
        """,
        account_id,
    )
    await tx.execute(
        """
        -- second_factor.new_recovery_codes
        insert into recovery_codes (account_id, code_hash, created_at) select $1, unnest($2::bytea[]), $3
        """,
        account_id,
        [digest(code) for code in codes],
        tx.at,
    )
    return tuple(f"{code[:RECOVERY_GROUP]}-{code[RECOVERY_GROUP:]}" for code in codes)
