"""Two cards of one person, in the chat: a shared contact finds the second one, and a button joins both."""

from tests.bots.conftest import VERA, Scene

from plushka.domain.members.channels import Address, find_address
from plushka.domain.members.model import Identity
from plushka.domain.members.naming import add_identity, remove_identity
from plushka.domain.members.queries import find_member

PHONE = Identity("phone", "+79990000101")


async def test_a_second_card_is_found_by_the_contact_and_joined_by_a_button(scene: Scene) -> None:
    async with scene.working():
        await scene.enrol()
        async with scene.shop.tx() as tx:
            address = await find_address(tx, Address("telegram", str(VERA.id)))
            assert address is not None
            # A till wrote her phone down anew: now it is another card's.
            await add_identity(tx, address.member_id, Identity("card", "100500"))
            await remove_identity(tx, address.member_id, PHONE)
        second = await scene.shop.enroll(PHONE.value)
        await scene.shop.buy("1", 100_00, member=second)

        await scene.fake.share_contact(scene.fake_bot, VERA)
        *_, offer = await scene.read(5)
        assert "50 + 60 = <b>110 бонусов</b>" in offer
        await scene.press("Объединить карты")
        *_, done = await scene.read(6)

    assert done == "Готово: карта теперь одна, все бонусы и покупки на ней."
    async with scene.shop.tx() as tx:
        member = await find_member(tx, PHONE)
    assert member is not None
    assert member.id == address.member_id
