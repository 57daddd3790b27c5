"""Two members become one, and two again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.booked import booked
from tests.domain.shop import Shop, open_shop

from plushka.domain.ledger.model import Balance
from plushka.domain.ledger.operations import settle_due
from plushka.domain.members.blocking import block
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.members.codes import issue_code, use_up
from plushka.domain.members.consents import list_consents, note_consent
from plushka.domain.members.model import (
    Identity,
    MergeNotUndone,
    MergeWithSelf,
    Profile,
    ReasonMissing,
    UnknownMember,
)
from plushka.domain.members.naming import remove_identity
from plushka.domain.members.notes import list_notes, write_note
from plushka.domain.members.profile import add_tag, edit_profile
from plushka.domain.members.queries import count_members, find_member, get_member
from plushka.domain.members.sessions import find_session, open_session
from plushka.domain.programs.adjusting import adjust
from plushka.domain.programs.operations import set_tier
from plushka.domain.programs.queries import get_standing
from plushka.domain.programs.standings import count_by_tier
from plushka.domain.purchases.merging import merge_members, preview_merge, undo_merge
from plushka.domain.purchases.model import HoldRequest, ReturnRequest
from plushka.domain.purchases.operations import hold, return_purchase
from plushka.engine.program import (
    EarningRule,
    ExpiryFixed,
    Percent,
    Program,
    Redemption,
    Requirement,
    TierRule,
    Tiers,
    Welcome,
)
from plushka.platform.database import Database, Tx

PROGRAM = Program(
    name="Плюшки",
    currency="RUB",
    earning=(EarningRule(id="all", name="10 %", effect=Percent(rate_bp=10_00)),),
    redemption=Redemption(),
    expiry=ExpiryFixed(days=90),
    welcome=Welcome(points=20),
    tiers=Tiers(
        tiers=(
            TierRule(id="bun", name="Булочка"),
            TierRule(id="pie", name="Пирог", requirements=(Requirement(metric="spend", at_least=1_000_00),)),
        )
    ),
)
OLD_PHONE, NEW_PHONE = Identity("phone", "+79990000001"), Identity("phone", "+79990000002")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, PROGRAM) as shop:
        yield shop


@pytest.fixture
async def kept(shop: Shop) -> UUID:
    """Who comes with a new phone: 20 points of welcome and 30 of a receipt."""
    member_id = await shop.enroll(NEW_PHONE.value)
    await shop.buy("kept-1", 300_00, member=member_id)
    return member_id


@pytest.fixture
async def merged(shop: Shop, clock: SetClock) -> UUID:
    """The same person of before: 20 of welcome and 120 of a receipt, of which 40 are spent."""
    member_id = await shop.enroll(OLD_PHONE.value)
    await shop.buy("merged-1", 1_200_00, member=member_id)
    clock.advance(timedelta(days=1))
    await shop.buy("merged-2", 100_00, member=member_id, redeem=40)
    return member_id


async def merge(shop: Shop, kept: UUID, merged: UUID) -> UUID:
    async with shop.tx() as tx:
        return await merge_members(tx, kept_id=kept, merged_id=merged, reason="Сменил телефон")


async def undo(shop: Shop, merge_id: UUID) -> None:
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)


async def state(tx: Tx) -> dict[str, Any]:
    """Return all that a member has, but the journal, which only grows."""
    books = await booked(tx)
    people = await tx.fetch("select * from members where tenant_id = $1 order by id", tx.tenant_id)
    identities = await tx.fetch(
        "select * from identities where tenant_id = $1 order by kind, value", tx.tenant_id
    )
    receipts = await tx.fetch(
        "select id, member_id from receipts where tenant_id = $1 order by id", tx.tenant_id
    )
    holds = await tx.fetch(
        "select id, wallet_id, state from holds where tenant_id = $1 order by id", tx.tenant_id
    )
    kept_parts = ("lots", "wallets", "standings", "standing_days", "rule_days")
    return {name: books[name] for name in kept_parts} | {
        "people": [tuple(row) for row in people],
        "identities": [tuple(row) for row in identities],
        "receipts": [tuple(row) for row in receipts],
        "holds": [tuple(row) for row in holds],
    }


async def test_the_points_dates_and_receipts_of_both_are_one_members(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    lots = {lot.id: lot for member_id in (kept, merged) for lot in (await shop.wallet(member_id)).lots}

    await merge(shop, kept, merged)

    wallet = await shop.wallet(kept)
    assert wallet.balance == Balance(available=20 + 30 + 20 + 120 - 40 + 6)
    assert {lot.id: lot for lot in wallet.lots} == lots
    async with shop.tx() as tx:
        assert (
            await find_member(tx, OLD_PHONE)
            == await find_member(tx, NEW_PHONE)
            == await get_member(tx, merged)
        )
        assert await count_members(tx) == 1
        standing = await get_standing(tx, kept, versions=shop.reference.versions)
    assert standing.tier == "pie"
    assert await shop.differences() == ()


async def test_who_was_merged_is_counted_in_no_tier_and_the_undo_counts_them_again(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    async def counts() -> dict[str | None, int]:
        async with shop.tx() as tx:
            return await count_by_tier(tx, program_id=shop.program_id)

    merge_id = await merge(shop, kept, merged)
    assert await counts() == {"pie": 1}
    await undo(shop, merge_id)
    assert await counts() == {"bun": 1, "pie": 1}


async def test_the_preview_says_what_the_merge_then_does(shop: Shop, kept: UUID, merged: UUID) -> None:
    async with shop.tx() as tx:
        preview = await preview_merge(tx, program_id=shop.program_id, kept_id=kept, merged_id=merged)
    await merge(shop, kept, merged)

    assert (preview.kept.balance.available, preview.merged.balance.available) == (50, 106)
    assert preview.result.balance == (await shop.wallet(kept)).balance
    assert (
        preview.result.lots == len((await shop.wallet(kept)).lots) == preview.kept.lots + preview.merged.lots
    )
    assert (preview.result.standing.tier, preview.result.standing.sums.purchases) == ("pie", 3)
    assert set(preview.result.identities) == {OLD_PHONE, NEW_PHONE}


async def test_an_undone_merge_leaves_both_as_they_were(shop: Shop, kept: UUID, merged: UUID) -> None:
    async with shop.tx() as tx:
        await hold(tx, shop.reference, shop.caller, HoldRequest("order", merged, 15))
        await add_tag(tx, merged, "Кофе")
        await note_consent(tx, merged, "marketing", is_given=True, source="till")
        await write_note(tx, merged, "Любит с корицей")
        before = await state(tx)

    merge_id = await merge(shop, kept, merged)
    async with shop.tx() as tx:
        assert (await get_member(tx, kept)).tags == ("Кофе",)
        assert len(await list_consents(tx, kept)) == len(await list_notes(tx, kept)) == 1
    await undo(shop, merge_id)

    async with shop.tx() as tx:
        assert await state(tx) == before
        assert len(await list_consents(tx, merged)) == len(await list_notes(tx, merged)) == 1
    assert await shop.differences() == ()


async def test_a_purchase_of_before_the_merge_is_taken_back_after_it(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    await merge(shop, kept, merged)
    async with shop.tx() as tx:
        returned = await return_purchase(tx, shop.reference, shop.caller, ReturnRequest("r-1", "merged-2"))

    assert (returned.points_back, returned.points_clawed_back) == (40, 6)
    assert (await shop.wallet(kept)).balance.available == 20 + 30 + 20 + 120
    assert await shop.differences() == ()


async def test_a_hold_of_the_one_is_captured_by_the_other(shop: Shop, kept: UUID, merged: UUID) -> None:
    async with shop.tx() as tx:
        placed = await hold(tx, shop.reference, shop.caller, HoldRequest("order", merged, 15))
    await merge(shop, kept, merged)

    bought = await shop.buy("order", 100_00, member=OLD_PHONE, hold_id=placed.id)

    assert (bought.receipt.member_id, bought.receipt.outcome.redeemed_minor) == (kept, 15_00)
    assert await shop.differences() == ()


async def test_points_of_the_one_repay_the_debt_of_the_other_and_the_undo_owes_again(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    await shop.buy("kept-2", 50_00, member=kept, redeem=50)
    async with shop.tx() as tx:
        await return_purchase(tx, shop.reference, shop.caller, ReturnRequest("r-1", "kept-1"))
        before = await state(tx)
    assert (await shop.wallet(kept)).balance == Balance(debt=30)

    merge_id = await merge(shop, kept, merged)
    assert (await shop.wallet(kept)).balance == Balance(available=106 - 30)
    await undo(shop, merge_id)

    assert (await shop.wallet(kept)).balance == Balance(debt=30)
    async with shop.tx() as tx:
        assert await state(tx) == before
    assert await shop.differences() == ()


async def test_what_time_does_meanwhile_it_does_to_the_one_it_belongs_to(
    shop: Shop, kept: UUID, merged: UUID, clock: SetClock
) -> None:
    async with shop.tx() as tx:
        await adjust(tx, kept, points=5, reason="подарок")
    first_burns_at = (await shop.wallet(merged)).lots[0].expires_at
    assert first_burns_at is not None
    clock.at = first_burns_at - timedelta(hours=2)
    merge_id = await merge(shop, kept, merged)
    clock.advance(timedelta(hours=3))
    async with shop.tx() as tx:
        await settle_due(tx)
    await undo(shop, merge_id)

    assert (await shop.wallet(merged)).balance.available == 106 - 100
    assert (await shop.wallet(kept)).balance.available == 5
    assert await shop.differences() == ()


async def _adjusted(tx: Tx, kept: UUID) -> None:
    await adjust(tx, kept, points=1, reason="x")


async def _renamed(tx: Tx, kept: UUID) -> None:
    await edit_profile(tx, kept, Profile("Иначе", None, date(1990, 1, 1), 0))


async def _unnamed(tx: Tx, kept: UUID) -> None:
    await remove_identity(tx, kept, NEW_PHONE)


async def _disagreed(tx: Tx, kept: UUID) -> None:
    await note_consent(tx, kept, "marketing", is_given=True, source="office")


async def _reached(tx: Tx, kept: UUID) -> None:
    await bind_address(tx, kept, Address("telegram", "7"), language="ru")


async def _raised(tx: Tx, kept: UUID) -> None:
    await set_tier(tx, kept, "bun", until=None, reason="x")


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        (_adjusted, "points"),
        (_renamed, "profile"),
        (_unnamed, "identities"),
        (_disagreed, "consents"),
        (_reached, "channels"),
        (_raised, "standing"),
    ],
)
async def test_what_happened_since_keeps_them_together_and_is_told(
    shop: Shop, kept: UUID, merged: UUID, happened: Any, reason: str
) -> None:
    merge_id = await merge(shop, kept, merged)
    async with shop.tx() as tx:
        await happened(tx, kept)
        before = await state(tx)

    with pytest.raises(MergeNotUndone) as refused:
        await undo(shop, merge_id)

    assert refused.value.facts == {"reason": reason}
    async with shop.tx() as tx:
        assert await state(tx) == before


async def test_a_merge_is_undone_within_a_day_once_and_the_latest_first(
    shop: Shop, kept: UUID, merged: UUID, clock: SetClock
) -> None:
    third = await shop.enroll("+79990000003")
    first = await merge(shop, kept, merged)
    second = await merge(shop, third, kept)

    assert await _reason(shop, first) == "merged_again"
    await undo(shop, second)
    assert await _reason(shop, second) == "undone"
    async with shop.tx() as tx:
        assert (await get_member(tx, merged)).id == kept
    clock.advance(timedelta(hours=24, seconds=1))
    assert await _reason(shop, first) == "late"


async def test_an_account_in_a_messenger_that_became_a_third_ones_is_not_taken_from_them(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    address = Address("telegram", "7")
    third = await shop.enroll("+79990000003")
    async with shop.tx() as tx:
        await bind_address(tx, merged, address, language="ru")
    merge_id = await merge(shop, kept, merged)
    async with shop.tx() as tx:
        await bind_address(tx, third, address, language="ru")

    assert await _reason(shop, merge_id) == "channels"


async def test_who_signed_in_by_the_others_phone_is_out_when_they_are_two_again(
    shop: Shop, kept: UUID, merged: UUID, clock: SetClock
) -> None:
    async with shop.tx() as tx:
        own = await open_session(tx, kept, host="browser")
        others = await open_session(tx, merged, host="browser")
    clock.advance(timedelta(minutes=1))
    merge_id = await merge(shop, kept, merged)
    clock.advance(timedelta(minutes=1))
    async with shop.tx() as tx:
        doubtful = await open_session(tx, kept, host="browser")
        code = await issue_code(tx, kept)
    await undo(shop, merge_id)

    async with shop.tx() as tx:
        seen = [await find_session(tx, token) for token in (own, others, doubtful)]
        assert [session and session.member_id for session in seen] == [kept, merged, None]
        assert await use_up(tx, code.digits) is None


async def _reason(shop: Shop, merge_id: UUID) -> object:
    with pytest.raises(MergeNotUndone) as refused:
        await undo(shop, merge_id)
    return refused.value.facts["reason"]


async def test_a_purchase_that_waits_for_the_merge_is_booked_for_the_one_who_stays(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=kept, merged_id=merged, reason="Сменил телефон")
        waiting = [
            asyncio.create_task(shop.buy(f"race-{place}", 100_00, member=named))
            for place, named in enumerate((OLD_PHONE, merged, NEW_PHONE))
        ]
        await asyncio.sleep(0.3)
        assert not any(task.done() for task in waiting)
    bought = await asyncio.gather(*waiting)

    assert {committed.receipt.member_id for committed in bought} == {kept}
    assert await shop.differences() == ()


async def test_a_block_of_either_holds_for_both(shop: Shop, kept: UUID, merged: UUID) -> None:
    async with shop.tx() as tx:
        await block(tx, merged, reason="Чужая карта")
    await merge(shop, kept, merged)

    assert (await shop.buy("blocked", 100_00, member=NEW_PHONE)).receipt.member_id is None


async def test_nobody_is_merged_with_themselves_or_a_stranger_or_twice(
    shop: Shop, kept: UUID, merged: UUID
) -> None:
    async with shop.tx() as tx:
        with pytest.raises(MergeWithSelf):
            await merge_members(tx, kept_id=kept, merged_id=kept, reason="x")
        with pytest.raises(ReasonMissing):
            await merge_members(tx, kept_id=kept, merged_id=merged, reason="")
        with pytest.raises(UnknownMember):
            await merge_members(tx, kept_id=kept, merged_id=shop.program_id, reason="x")
    await merge(shop, kept, merged)
    async with shop.tx() as tx:
        with pytest.raises(UnknownMember):
            await merge_members(tx, kept_id=kept, merged_id=merged, reason="x")
