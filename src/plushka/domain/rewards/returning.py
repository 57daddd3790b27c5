"""What a return takes from stamp cards (S9): stamps, cards that were full, gifts that nobody has taken."""

from collections.abc import Collection, Mapping
from itertools import groupby
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from plushka.domain.rewards.codes import list_unused, withdraw_codes
from plushka.domain.rewards.issuing import list_untaken, withdraw
from plushka.domain.rewards.model import Reward, StampRow
from plushka.domain.rewards.stamps import Lowered, due_of, list_stamps, lower_stamps
from plushka.engine.purchase import CardRemainder
from plushka.platform.database import Tx


class CardsBack(Struct, frozen=True):
    """What a return does to cards; ``owed`` more rewards than before were given for cards that are not full."""

    lowered: tuple[Lowered, ...] = ()
    withdrawn: tuple[UUID, ...] = ()
    owed: int = 0
    codes: tuple[str, ...] = ()

    @property
    def rewards_withdrawn(self) -> int:
        """Gifts and codes of coupons that are taken back before anybody had them."""
        return len(self.withdrawn) + len(self.codes)


NOTHING_BACK = CardsBack()


async def work_out(
    tx: Tx, receipt_id: UUID, rest: Mapping[str, CardRemainder], *, member_id: UUID, program_id: UUID
) -> CardsBack:
    """Return what it does to the member's cards that ``rest`` is left of a receipt; nothing is written."""
    rows = await list_stamps(tx, [member_id], program_id=program_id)
    if not any(row.receipt_id == receipt_id for row in rows):
        return NOTHING_BACK
    untaken = await list_untaken(tx, member_id, program_id=program_id)
    unused = await list_unused(tx, member_id, program_id=program_id)
    stamps_left: list[Lowered] = []
    withdrawn: list[UUID] = []
    void: list[str] = []
    owed = 0
    for card, group in groupby(rows, key=lambda row: row.card):
        of_card = list(group)
        own = next((row for row in of_card if row.receipt_id == receipt_id), None)
        if own is None:
            continue
        gifts = [reward_id for reward_id, won_on in untaken if won_on == card]
        less = lowered(own, rest.get(card), of_gifts=await _gives_gifts(tx, receipt_id, card))
        after = [_apply(row, less) if row is own else row for row in of_card]
        too_many = max(0, -due_of(after))
        codes = [code.key for code in unused if code.card == card]
        codes = codes[: max(0, too_many - len(gifts))]
        withdrawn += gifts[:too_many]
        void += codes
        owed += too_many - len(gifts[:too_many]) - len(codes) - max(0, -due_of(of_card))
        stamps_left.append(less)
    return CardsBack(tuple(stamps_left), tuple(withdrawn), owed, tuple(void))


def lowered(own: StampRow, rest: CardRemainder | None, *, of_gifts: bool) -> Lowered:
    """Return what a return leaves of a receipt's stamps, where ``rest`` is left of the receipt.

    Points are the receipt's own and go with it; gifts are withdrawn by what cards are still full.
    """
    stamps = rest.stamps if rest else 0
    rewards = own.rewards_left if of_gifts else min(own.rewards_left, rest.rewards if rest else 0)
    return Lowered(own.card, stamps, rewards)


async def find_lost(tx: Tx, receipt_id: UUID, promotions: Collection[str]) -> CardsBack:
    """Return what it does to a receipt's gifts that these ``promotions`` give them no longer; nothing is written."""
    if not promotions:
        return NOTHING_BACK
    rows = await tx.fetch(
        """
        -- rewards.find_lost
        select id, state from rewards
        where tenant_id = $1 and receipt_id = $2 and promotion_id = any($3::text[])
        order by id
        """,
        tx.tenant_id,
        receipt_id,
        list(promotions),
    )
    return CardsBack(
        withdrawn=tuple([row["id"] for row in rows if row["state"] == "open"]),
        owed=sum(row["state"] == "taken" for row in rows),
    )


def together(one: CardsBack, other: CardsBack) -> CardsBack:
    """Return what both do."""
    return CardsBack(
        (*one.lowered, *other.lowered),
        (*one.withdrawn, *other.withdrawn),
        one.owed + other.owed,
        (*one.codes, *other.codes),
    )


async def take_back(tx: Tx, receipt_id: UUID, back: CardsBack) -> None:
    """Write what a return does to cards."""
    if back.lowered:
        await lower_stamps(tx, receipt_id, back.lowered)
    if back.withdrawn:
        await withdraw(tx, back.withdrawn)
    if back.codes:
        await withdraw_codes(tx, back.codes)


async def reconcile_promotion(tx: Tx, reward: Reward) -> None:
    """Withdraw a gift that was taken and given back if its promotion gives it no longer."""
    is_lost: bool = await tx.fetchval(
        """
        -- rewards.is_lost
        select exists (
            select from promotion_uses
            where tenant_id = $1 and receipt_id = $2 and promotion_id = $3 and left_minor = 0
        )
        """,
        tx.tenant_id,
        reward.receipt_id,
        reward.promotion,
    )
    if is_lost:
        await withdraw(tx, [reward.id])


async def reconcile(tx: Tx, card: str, *, member_id: UUID, program_id: UUID) -> None:
    """Withdraw what is open of a card and one too many: a gift that was taken and given back."""
    rows = [row for row in await list_stamps(tx, [member_id], program_id=program_id) if row.card == card]
    too_many = max(0, -due_of(rows))
    if too_many:
        untaken = await list_untaken(tx, member_id, program_id=program_id)
        await withdraw(tx, [reward_id for reward_id, won_on in untaken if won_on == card][:too_many])


async def reconcile_codes(tx: Tx, *, member_id: UUID, program_id: UUID) -> None:
    """Void codes that are one too many: a return has just let them be used again, and their cards are not full."""
    unused = await list_unused(tx, member_id, program_id=program_id)
    rows = await list_stamps(tx, [member_id], program_id=program_id) if unused else []
    void: list[str] = []
    for card in {code.card for code in unused}:
        too_many = max(0, -due_of([row for row in rows if row.card == card]))
        void += [code.key for code in unused if code.card == card][:too_many]
    if void:
        await withdraw_codes(tx, void)


def _apply(row: StampRow, less: Lowered) -> StampRow:
    return replace(row, left=less.left, rewards_left=less.rewards_left)


async def _gives_gifts(tx: Tx, receipt_id: UUID, card: str) -> bool:
    gives: bool = await tx.fetchval(
        """
        -- rewards.gives_gifts
        select exists (select from rewards where tenant_id = $1 and receipt_id = $2 and card_id = $3)
            or exists (select from reward_codes where tenant_id = $1 and receipt_id = $2 and card_id = $3)
        """,
        tx.tenant_id,
        receipt_id,
        card,
    )
    return gives
