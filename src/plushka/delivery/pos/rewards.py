"""Gifts that members have won: found by their code, given once, taken back when that was a mistake."""

from plushka.delivery.pos.answers import RewardOut
from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.requests import Query, RewardQuery
from plushka.domain.ledger.model import WalletMoved
from plushka.domain.purchases.model import KeyReused
from plushka.domain.purchases.taking import give_back_reward, take_reward
from plushka.domain.rewards.model import RewardUnusable, UnknownReward
from plushka.domain.rewards.queries import find_by_code


@endpoint("GET /v1/rewards", scope="members", refusals=(UnknownReward,))
async def find_reward_by_code(call: Call[None, RewardQuery]) -> Answer[RewardOut]:
    """Find a gift by the code that the member shows, in any spelling."""
    async with call.transaction(read_only=True) as tx:
        reward = await find_by_code(tx, call.query.code)
    if reward is None:
        raise UnknownReward(field="code")
    return Answer(RewardOut.of(reward, call.at))


@endpoint(
    "POST /v1/rewards/{id}/redeem",
    scope="purchases",
    refusals=(UnknownReward, RewardUnusable, KeyReused, WalletMoved),
    takes_key=True,
)
async def redeem_reward(call: Call[None, Query]) -> Answer[RewardOut]:
    """Give the gift. Of many tills that ask at once one gives it, the others are refused with the `reason`.

    Safe to repeat with the same key.
    """
    async with call.transaction() as tx:
        reward = await take_reward(tx, call.caller, call.id, idempotency_key=call.idempotency_key)
    return Answer(RewardOut.of(reward, call.at))


@endpoint(
    "POST /v1/rewards/{id}/reverse",
    scope="purchases",
    refusals=(UnknownReward, RewardUnusable, KeyReused, WalletMoved),
    takes_key=True,
)
async def reverse_reward(call: Call[None, Query]) -> Answer[RewardOut]:
    """Undo that this till gave the gift: it is open again, or withdrawn if what won it was returned meanwhile.

    Safe to repeat with the same key.
    """
    async with call.transaction() as tx:
        reward = await give_back_reward(tx, call.caller, call.id, idempotency_key=call.idempotency_key)
    return Answer(RewardOut.of(reward, call.at))
