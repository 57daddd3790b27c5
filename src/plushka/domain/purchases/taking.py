"""A gift is given at a till, once; what was given by mistake is taken back."""

from typing import Literal
from uuid import UUID

from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.model import WalletMoved
from plushka.domain.members.queries import find_people
from plushka.domain.purchases.model import Caller, KeyReused
from plushka.domain.rewards.model import Reward, RewardUnusable, Unusable
from plushka.domain.rewards.queries import get_reward
from plushka.domain.rewards.returning import reconcile
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

Act = Literal["take", "give_back"]


async def take_reward(tx: Tx, caller: Caller, reward_id: UUID, *, idempotency_key: str | None) -> Reward:
    """Let a member have their gift. Of many tills that ask at once one gives it; safe to repeat with the same key.

    :raises UnknownReward: the business has none of this id
    :raises RewardUnusable: it was taken or withdrawn, has expired, or the member is blocked
    :raises KeyReused: the key came with another request
    :raises WalletMoved: its member was merged into another at this moment: try again
    """
    reward = await _lock(tx, reward_id)
    if await _is_repeat(tx, caller, reward_id, "take", idempotency_key):
        return reward
    person = (await find_people(tx, {reward.member_id})).get(reward.member_id)
    if person is not None and person.is_blocked:
        raise RewardUnusable(field="id", reason="member_blocked")
    if not reward.is_open(tx.at):
        raise RewardUnusable(field="id", reason=_why_not(reward))
    await tx.execute(
        """
        -- purchases.take_reward
        update rewards set state = 'taken', taken_at = $3, taken_till_id = $4
        where tenant_id = $1 and id = $2 and state = 'open'
        """,
        tx.tenant_id,
        reward_id,
        tx.at,
        caller.till_id,
    )
    await _note(tx, caller, reward_id, "take", idempotency_key)
    return await get_reward(tx, reward_id)


async def give_back_reward(tx: Tx, caller: Caller, reward_id: UUID, *, idempotency_key: str | None) -> Reward:
    """Undo that this till gave a gift; it is open again, or withdrawn if what won it was returned meanwhile.

    :raises UnknownReward: the business has none of this id
    :raises RewardUnusable: nobody has taken it, or at another till
    :raises KeyReused: the key came with another request
    :raises WalletMoved: its member was merged into another at this moment: try again
    """
    reward = await _lock(tx, reward_id)
    if await _is_repeat(tx, caller, reward_id, "give_back", idempotency_key):
        return reward
    if reward.state != "taken" or reward.taken_till_id != caller.till_id:
        raise RewardUnusable(field="id", reason="other_till" if reward.state == "taken" else "not_taken")
    await tx.execute(
        """
        -- purchases.give_back_reward
        update rewards set state = 'open', taken_at = null, taken_till_id = null
        where tenant_id = $1 and id = $2 and state = 'taken'
        """,
        tx.tenant_id,
        reward_id,
    )
    await _note(tx, caller, reward_id, "give_back", idempotency_key)
    await reconcile(tx, reward.card, member_id=reward.member_id, program_id=reward.program_id)
    return await get_reward(tx, reward_id)


async def _lock(tx: Tx, reward_id: UUID) -> Reward:
    """Lock the member's wallet, as purchases and returns do, and return the gift as it is under the lock."""
    before = await get_reward(tx, reward_id)
    key = WalletKey(before.member_id, before.program_id)
    book = (await bookkeeping.lock_books(tx, [key])).get(key)
    reward = await get_reward(tx, reward_id)
    if book is None or reward.member_id != before.member_id:
        raise WalletMoved(field="id")
    return reward


async def _is_repeat(tx: Tx, caller: Caller, reward_id: UUID, act: Act, key: str | None) -> bool:
    if key is None:
        return False
    row = await tx.fetchrow(
        """
        -- purchases.find_reward_act
        select reward_id, act from reward_acts where tenant_id = $1 and till_id = $2 and idempotency_key = $3
        """,
        tx.tenant_id,
        caller.till_id,
        key,
    )
    if row is not None and (row["reward_id"], row["act"]) != (reward_id, act):
        raise KeyReused(field="Idempotency-Key")
    return row is not None


async def _note(tx: Tx, caller: Caller, reward_id: UUID, act: Act, key: str | None) -> None:
    inserted = await tx.fetchval(
        """
        -- purchases.insert_reward_act
        insert into reward_acts (tenant_id, id, reward_id, act, till_id, idempotency_key, at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict do nothing
        returning true
        """,
        tx.tenant_id,
        new_id(),
        reward_id,
        act,
        caller.till_id,
        key,
        tx.at,
    )
    if not inserted:
        # Another gift, given at this moment under another lock, has the key.
        raise KeyReused(field="Idempotency-Key")


def _why_not(reward: Reward) -> Unusable:
    return "expired" if reward.state == "open" else reward.state
