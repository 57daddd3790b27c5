"""What a purchase would give."""

from msgspec import structs

from plushka.domain.coupons.using import reserve
from plushka.domain.purchases.budgets import read_budgets
from plushka.domain.purchases.coupons import note_used, read_shown, show_codes
from plushka.domain.purchases.decide import claim_hold
from plushka.domain.purchases.model import Caller, Purchase, Quote
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item, gather
from plushka.engine.evaluate import evaluate
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal


async def quote(
    tx: Tx, reference: Reference, caller: Caller, purchase: Purchase, *, is_reserving: bool = False
) -> Quote:
    """Decide a purchase without booking anything. A redemption beyond the maximum is quoted at the maximum.

    ``is_reserving``: good codes of coupons are kept for the till for some minutes.

    :raises Refusal: why it cannot be decided
    """
    (found,) = await gather(tx, reference, [Item(caller, purchase)], lock=False)
    if isinstance(found, Refusal):
        raise found
    budgets = await read_budgets(tx, [found], lock=False)
    if budgets is not None:
        found.basket = structs.replace(found.basket, budgets_used=budgets.used_by(found))
    codes = await read_shown(tx, [found], lock=False)
    if codes is not None:
        show_codes(found, codes)
    claim_hold(found)
    sight = found.version.see(found.basket, found.moment)
    outcome = evaluate(found.version, found.member, found.basket, found.at, sight=sight)
    note_used(found, outcome)
    if is_reserving:
        await reserve(tx, caller.till_id, found.codes)
    if found.book:
        found.book.check_room(outcome.earned_points, field="lines")
    return Quote(
        outcome=outcome,
        member_id=found.book.member_id if found.book else None,
        balance=found.book.balance() if found.book else None,
        version_id=found.version.id,
        codes=found.codes,
    )
