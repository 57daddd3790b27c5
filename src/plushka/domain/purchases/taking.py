"""A gift is given at a till, once; what was given by mistake is taken back."""

from uuid import UUID

from plushka.domain.businesses.queries import list_branches
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.model import WalletMoved
from plushka.domain.members.queries import find_people
from plushka.domain.purchases.model import Caller, KeyReused
from plushka.domain.rewards.acts import Act, find_act, note_act
from plushka.domain.rewards.model import Reward, RewardUnusable, Unusable
from plushka.domain.rewards.offers import get_offer
from plushka.domain.rewards.queries import get_reward
from plushka.domain.rewards.returning import reconcile, reconcile_promotion
from plushka.platform.database import Tx


async def take_reward(tx: Tx, caller: Caller, reward_id: UUID, *, idempotency_key: str | None) -> Reward:
    """Let a member have their gift. Of many tills that ask at once one gives it; safe to repeat with the same key.

    :raises UnknownReward: the business has none of this id
    :raises RewardUnusable: it is not open, has expired, is given in other branches, or the member is blocked
    :raises KeyReused: the key came with another request
    :raises WalletMoved: its member was merged into another at this moment: try again
    """
    reward = await _lock(tx, reward_id)
    if await check_key(tx, caller, reward_id, "take", idempotency_key):
        return reward
    person = (await find_people(tx, {reward.member_id})).get(reward.member_id)
    if person is not None and person.is_blocked:
        raise RewardUnusable(field="id", reason="member_blocked")
    if not reward.is_open(tx.at):
        raise RewardUnusable(field="id", reason=_why_not(reward))
    if not await _is_given_here(tx, caller, reward):
        raise RewardUnusable(field="id", reason="other_branch")
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
    await note(tx, caller, reward_id, "take", idempotency_key)
    return await get_reward(tx, reward_id)


async def give_back_reward(tx: Tx, caller: Caller, reward_id: UUID, *, idempotency_key: str | None) -> Reward:
    """Undo that this till gave a gift; it is open again, or withdrawn if what won it was returned meanwhile.

    :raises UnknownReward: the business has none of this id
    :raises RewardUnusable: nobody has taken it, or at another till
    :raises KeyReused: the key came with another request
    :raises WalletMoved: its member was merged into another at this moment: try again
    """
    reward = await _lock(tx, reward_id)
    if await check_key(tx, caller, reward_id, "give_back", idempotency_key):
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
    await note(tx, caller, reward_id, "give_back", idempotency_key)
    if reward.card is not None:
        await reconcile(tx, reward.card, member_id=reward.member_id, program_id=reward.program_id)
    elif reward.promotion is not None:
        await reconcile_promotion(tx, reward)
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


async def check_key(tx: Tx, caller: Caller, reward_id: UUID | None, act: Act, key: str | None) -> UUID | None:
    """Return the gift with which the till has done this by this key; None: nothing yet.

    :raises KeyReused: the key came with another act or gift
    """
    known = None if key is None else await find_act(tx, till_id=caller.till_id, key=key)
    if known is None:
        return None
    if known[1] != act or reward_id not in {None, known[0]}:
        raise KeyReused(field="Idempotency-Key")
    return known[0]


async def note(tx: Tx, caller: Caller, reward_id: UUID, act: Act, key: str | None) -> None:
    """Write down what a till has done with a gift.

    :raises KeyReused: something else, done at this moment under another lock, has the key
    """
    if not await note_act(tx, reward_id, act, till_id=caller.till_id, key=key):
        raise KeyReused(field="Idempotency-Key")


async def _is_given_here(tx: Tx, caller: Caller, reward: Reward) -> bool:
    """Tell whether the till's branch gives what was bought; what was won is given everywhere."""
    if reward.offer_id is None or caller.branch is None:
        return True
    branches = (await get_offer(tx, reward.offer_id)).terms.branch_ids
    if not branches:
        return True
    return any(branch.code == caller.branch and branch.id in branches for branch in await list_branches(tx))


def _why_not(reward: Reward) -> Unusable:
    return "expired" if reward.state == "open" else reward.state
