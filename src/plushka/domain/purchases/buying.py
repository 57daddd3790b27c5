"""A cashier gets a reward of the catalogue for a member, for their points, and takes that back before it was taken."""

from uuid import UUID

from msgspec import Struct

from plushka.domain.members.model import Identity
from plushka.domain.members.permits import use_permits
from plushka.domain.members.queries import find_people
from plushka.domain.purchases.model import Caller, KeyReused
from plushka.domain.purchases.permits import require_permit
from plushka.domain.purchases.places import find_branch
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.taking import check_key, note
from plushka.domain.rewards.buying import Wish, begin, cancel, complete
from plushka.domain.rewards.model import Reward, RewardUnusable
from plushka.domain.rewards.queries import find_till_of, get_reward
from plushka.platform.database import Tx


class TillWish(Struct, frozen=True):
    """What a till asks for: an offer for a member, who agreed with a permit where the business asks for one."""

    offer_id: UUID
    member: UUID | Identity
    price_points: int | None = None
    branch: str | None = None
    permit_id: UUID | None = None


async def buy_at_till(
    tx: Tx, reference: Reference, caller: Caller, wish: TillWish, *, idempotency_key: str | None
) -> tuple[Reward, bool]:
    """Give the member what they wish for, and tell whether that was new; safe to repeat with the same key.

    :raises Refusal: as ``rewards.buying.begin`` and ``complete``
    :raises PermitRequired: the business wants to know that the member agreed to spend
    :raises PermitUnusable: the permit is not for this
    :raises KeyReused: the key came with another request
    """
    branch = await find_branch(tx, reference, caller, wish.branch)
    # Before whatever could refuse by now what was done then; and again once whoever has the key is done.
    if (known := await _find_known(tx, caller, wish, idempotency_key)) is not None:
        return known, False
    branch_id = branch.id if branch else None
    purse = await begin(tx, Wish(wish.offer_id, wish.member, branch_id, wish.price_points))
    if (known := await _find_known(tx, caller, wish, idempotency_key)) is not None:
        return known, False
    reward = await complete(tx, purse, versions=reference.versions)
    await require_permit(tx, reference, caller, wish.permit_id, member_id=reward.member_id)
    if wish.permit_id is not None:
        await use_permits(tx, {wish.permit_id: reward.id})
    await note(tx, caller, reward.id, "buy", idempotency_key)
    return reward, True


async def cancel_at_till(tx: Tx, caller: Caller, reward_id: UUID, *, idempotency_key: str | None) -> Reward:
    """Undo that this till got a reward: points and stock are back; safe to repeat with the same key.

    :raises UnknownReward: the business has none of this id
    :raises RewardUnusable: it is no longer open, was won, or was bought elsewhere
    :raises KeyReused: the key came with another request
    :raises WalletMoved: its member was merged into another at this moment: try again
    """
    if await check_key(tx, caller, reward_id, "cancel", idempotency_key):
        return await get_reward(tx, reward_id)
    reward = await get_reward(tx, reward_id)
    if reward.offer_id is not None and await find_till_of(tx, reward_id) != caller.till_id:
        raise RewardUnusable(field="id", reason="other_till")
    reward = await cancel(tx, reward_id)
    await note(tx, caller, reward_id, "cancel", idempotency_key)
    return reward


async def _find_known(tx: Tx, caller: Caller, wish: TillWish, key: str | None) -> Reward | None:
    """Return the gift that the till has got by this key before.

    :raises KeyReused: the key came with another request
    """
    known = await check_key(tx, caller, None, "buy", key)
    if known is None:
        return None
    reward = await get_reward(tx, known)
    person = (await find_people(tx, {wish.member})).get(wish.member)
    is_same = person is not None and (reward.offer_id, reward.member_id) == (wish.offer_id, person.id)
    if not is_same or wish.price_points not in {None, reward.price_points}:
        raise KeyReused(field="Idempotency-Key")
    return reward
