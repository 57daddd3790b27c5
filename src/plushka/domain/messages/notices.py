"""What members are told of purchases and returns as they are booked."""

from collections.abc import Iterator, Sequence

from plushka.domain.members.channels import list_reachable
from plushka.domain.messages.contents import Bought, Content, FriendsPaid, GiftWaits, Returned, TierReached
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.domain.programs.versions import Versions
from plushka.domain.purchases.model import Receipt, Return
from plushka.domain.purchases.queries import get_receipt
from plushka.domain.referrals.model import Settled
from plushka.domain.rewards.model import Reward
from plushka.domain.rewards.queries import list_won
from plushka.engine.expiry import last_day
from plushka.engine.version import Version
from plushka.platform.database import Tx


async def tell_of_purchases(tx: Tx, versions: Versions, receipts: Sequence[Receipt]) -> int:
    """Leave notices of purchases that moved points or a tier, or won a gift; return how many were left.

    Who cannot be written to costs a look into an index and nothing else.
    """
    buyers = {receipt.member_id for receipt in receipts if receipt.member_id is not None}
    reachable = await list_reachable(tx, buyers) if buyers else frozenset()
    notices: list[Notice] = []
    for receipt in receipts:
        if receipt.member_id is not None and receipt.member_id in reachable:
            version = await versions.get(tx, receipt.version_id)
            for subject, content in of_purchase(receipt, version):
                notices.append(Notice(receipt.member_id, f"{subject}:{receipt.id}", content))
    told = {
        receipt.id: receipt
        for receipt in receipts
        if receipt.member_id in reachable and receipt.outcome.gifts
    }
    notices += (
        [
            _of_gift(reward, told[reward.receipt_id])
            for reward in await list_won(tx, told)
            if reward.receipt_id is not None
        ]
        if told
        else []
    )
    return await tell_members(tx, notices)


def _of_gift(reward: Reward, receipt: Receipt) -> Notice:
    last = last_day(reward.expires_at, receipt.time_zone) if reward.expires_at else None
    return Notice(reward.member_id, f"gift:{reward.id}", GiftWaits(reward.name, reward.shown_code, last))


async def tell_of_return(tx: Tx, versions: Versions, booked: Return) -> int:
    """Leave a notice of a return that moved points; return how many were left."""
    if booked.is_repeat or booked.balance is None or not (booked.points_back or booked.points_clawed_back):
        return 0
    receipt = await get_receipt(tx, booked.receipt_id)
    if receipt.member_id is None:
        return 0
    version = await versions.get(tx, receipt.version_id)
    content = Returned(
        refund_minor=booked.refund_minor,
        back=booked.points_back,
        taken=booked.points_clawed_back,
        available=booked.balance.available,
        scale=version.program.point.scale,
    )
    return await tell_members(tx, [Notice(receipt.member_id, f"return:{booked.id}", content)])


async def tell_of_friends(tx: Tx, settled: Sequence[Settled]) -> int:
    """Leave one notice of all points that a settlement has paid a member for friends; return how many were left."""
    paid = [one for one in settled if one.change > 0]
    if not paid:
        return 0
    content = FriendsPaid(points=sum(one.change for one in paid), scale=paid[0].scale)
    key = f"friends:{paid[0].reward_id}:{paid[0].paid}"
    return await tell_members(tx, [Notice(paid[0].member_id, key, content)])


def of_purchase(receipt: Receipt, version: Version) -> Iterator[tuple[str, Content]]:
    """Yield what a purchase gives to tell, with the word that begins its key."""
    outcome = receipt.outcome
    spent = outcome.redeemed.points if outcome.redeemed else 0
    if outcome.earned_points or spent:
        yield (
            "receipt",
            Bought(
                receipt_id=receipt.id,
                branch=receipt.branch_name,
                amount_minor=outcome.payable_minor,
                earned=outcome.earned_points,
                spent=spent,
                available=receipt.balance.available if receipt.balance else 0,
                scale=version.program.point.scale,
                pending=receipt.balance.pending if receipt.balance else 0,
            ),
        )
    if outcome.tier_after is not None and outcome.tier_after != outcome.tier_before:
        names = {tier.id: tier.name for tier in version.program.tiers.tiers} if version.program.tiers else {}
        yield "tier", TierReached(tier=names.get(outcome.tier_after, outcome.tier_after))
