"""Questions that await their answer for some minutes: a code after the password, a signature of a passkey.

A challenge is a random token, of which a hash is stored. It is answered rightly once, wrongly a few times.
"""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.staff.model import CHALLENGE_MINUTES, CHALLENGE_TRIES_MAX, ChallengeOver
from plushka.domain.staff.tokens import digest, new_token
from plushka.platform.database import GlobalTx

ChallengeKind = Literal["second_factor", "passkey_sign_in", "passkey_registration"]


class Challenge(Struct, frozen=True):
    """A question put to ``account_id``, or to whoever answers it."""

    token: str
    kind: ChallengeKind
    account_id: UUID | None


async def put_challenge(tx: GlobalTx, kind: ChallengeKind, *, account_id: UUID | None) -> Challenge:
    """Put a question."""
    challenge = Challenge(token=new_token(), kind=kind, account_id=account_id)
    await tx.execute(
        """
        -- challenges.put_challenge
        insert into challenges (token_hash, kind, account_id, created_at, expires_at) values ($1, $2, $3, $4, $5)
        """,
        digest(challenge.token),
        kind,
        account_id,
        tx.at,
        tx.at + timedelta(minutes=CHALLENGE_MINUTES),
    )
    return challenge


async def take_try(tx: GlobalTx, token: str, kind: ChallengeKind) -> Challenge:
    """Return the question that ``token`` answers, and count the try whatever comes of it.

    The count stands only if the transaction commits: answer in another one.

    :raises ChallengeOver: when there is no such question, it has run out, or was answered wrongly too often
    """
    row = await tx.fetchrow(
        """
        -- challenges.take_try
        update challenges set tries = tries + 1
        where token_hash = $1 and kind = $2 and expires_at > $3 and tries < $4
        returning account_id
        """,
        digest(token),
        kind,
        tx.at,
        CHALLENGE_TRIES_MAX,
    )
    if row is None:
        raise ChallengeOver
    return Challenge(token=token, kind=kind, account_id=row["account_id"])


async def close_challenge(tx: GlobalTx, challenge: Challenge) -> None:
    """Take a question that was answered rightly from the table, so that it is not answered twice.

    :raises ChallengeOver: when somebody was quicker
    """
    closed = await tx.fetchval(
        """
        -- challenges.close_challenge
        delete from challenges where token_hash = $1 returning true
        """,
        digest(challenge.token),
    )
    if not closed:
        raise ChallengeOver
