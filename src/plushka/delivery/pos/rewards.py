"""Gifts: won, or got for points from the catalogue; found by their code, given once, taken back if by mistake."""

from plushka.delivery.pos.answers import OfferOut, OffersOut, RewardOut
from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.requests import OffersQuery, Query, RewardIn, RewardQuery
from plushka.domain.ledger.model import WalletMoved
from plushka.domain.members.model import PhoneInvalid, UnknownMember
from plushka.domain.members.permits import PermitRequired, PermitUnusable
from plushka.domain.members.queries import get_member
from plushka.domain.programs.spending import RedemptionRefused
from plushka.domain.purchases.buying import buy_at_till, cancel_at_till
from plushka.domain.purchases.model import KeyReused, UnknownBranch
from plushka.domain.purchases.places import find_branch, serving_of
from plushka.domain.purchases.taking import give_back_reward, take_reward
from plushka.domain.rewards.buying import list_chances
from plushka.domain.rewards.model import RewardUnusable, UnknownReward
from plushka.domain.rewards.offers import OfferUnavailable, UnknownOffer
from plushka.domain.rewards.queries import find_by_code


@endpoint("GET /v1/rewards/offers", scope="members", refusals=(UnknownMember, UnknownBranch))
async def show_offers(call: Call[None, OffersQuery]) -> Answer[OffersOut]:
    """Show the rewards that the catalogue has now for a member, with what they cost and why one cannot be had."""
    async with call.transaction(read_only=True) as tx:
        member = await get_member(tx, call.query.member)
        reference = call.services.reference
        serving = await serving_of(tx, reference, call.caller, call.query.branch)
        branch = await find_branch(tx, reference, call.caller, call.query.branch)
        chances = await list_chances(
            tx,
            member.id,
            program_id=serving.id,
            versions=reference.versions,
            branch_id=branch.id if branch else None,
        )
    return Answer(OffersOut(tuple([OfferOut.of(chance) for chance in chances])))


@endpoint(
    "POST /v1/rewards",
    scope="purchases",
    statuses=(201, 200),
    refusals=(
        UnknownOffer,
        OfferUnavailable,
        UnknownMember,
        PhoneInvalid,
        UnknownBranch,
        RedemptionRefused,
        PermitRequired,
        PermitUnusable,
        KeyReused,
        WalletMoved,
    ),
    example={
        "offer": "019cd7a2-4f00-7000-8000-000000000009",
        "member": {"phone": "+79161234567"},
        "price_points": 200,
    },
    takes_key=True,
)
async def buy_reward(call: Call[RewardIn, Query]) -> Answer[RewardOut]:
    """Get a reward of the catalogue for a member's points: a gift, which the till may give at once.

    Spending needs the member's permit where the business asks for one. Safe to repeat with the same key.
    """
    wish = call.body.to_domain(country=call.holder.country)
    async with call.transaction() as tx:
        reward, is_new = await buy_at_till(
            tx, call.services.reference, call.caller, wish, idempotency_key=call.idempotency_key
        )
    return Answer(RewardOut.of(reward, call.at), 201 if is_new else 200)


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


@endpoint(
    "POST /v1/rewards/{id}/cancel",
    scope="purchases",
    refusals=(UnknownReward, RewardUnusable, KeyReused, WalletMoved),
    takes_key=True,
)
async def cancel_reward(call: Call[None, Query]) -> Answer[RewardOut]:
    """Undo that this till got a reward for points, while nobody has taken it: points and stock are back.

    Safe to repeat with the same key.
    """
    async with call.transaction() as tx:
        reward = await cancel_at_till(tx, call.caller, call.id, idempotency_key=call.idempotency_key)
    return Answer(RewardOut.of(reward, call.at))
