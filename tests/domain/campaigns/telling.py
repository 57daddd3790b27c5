"""A coffee shop whose members can be written to, and a sender of which nobody needs to know which messenger it is."""

from uuid import UUID

from tests.domain.messages.recipients import connect_bots
from tests.domain.shop import Shop

from plushka.delivery.jobs.campaigning import go_on
from plushka.domain.campaigns.audiences import Who, composed
from plushka.domain.campaigns.model import Campaign, LetterPlan, Plan, Variant
from plushka.domain.campaigns.operations import create_broadcast, launch
from plushka.domain.campaigns.progress import Progress, get_progress
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.campaigns.recipients import Recipient, RecipientFilter, list_recipients
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.members.consents import note_consent
from plushka.domain.members.model import Identity
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.model import Outgoing, Result, Sent
from plushka.domain.messages.taking import take
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import create_template
from plushka.domain.programs.operations import enroll
from plushka.platform.ids import new_id

TEXT = Variant("A", new_id(), 1)
DRAFT = Draft("Март", "marketing", Body({"ru": Words("{name|Привет}, заходите!")}))


async def tellable(shop: Shop, count: int, *, first: int = 1, agreed: bool = True) -> list[UUID]:
    """Enrol members who can be written to in Telegram; whether they agreed to advertising is said."""
    member_ids = []
    async with shop.tx() as tx:
        await connect_bots(tx)
        for number in range(first, first + count):
            member = await enroll(
                tx, name=f"Гость {number}", identities=[Identity("phone", f"+7999{number:07}")]
            )
            await bind_address(tx, member.id, Address("telegram", str(number)), language="ru")
            if agreed:
                await note_consent(tx, member.id, "marketing", is_given=True, source="office")
            member_ids.append(member.id)
    return member_ids


async def begun(shop: Shop, **plan: object) -> UUID:
    """Write a broadcast to everybody, without a control group unless it is said, and begin it."""
    given = {
        "name": "Март",
        "audience": composed(Who()),
        "letter": LetterPlan((TEXT,)),
        "control_bp": 0,
        **plan,
    }
    written = Plan(**given)  # type: ignore[arg-type]
    async with shop.tx() as tx:
        for variant in written.letter.variants:
            await create_template(tx, DRAFT, template_id=variant.template_id)
        campaign_id = await create_broadcast(tx, written)
        await launch(tx, campaign_id)
    return campaign_id


async def worked(shop: Shop, campaign_id: UUID) -> None:
    """Let the clock's job do what it can now."""
    await go_on(shop.database, shop.clock, shop.caller.tenant_id, campaign_id)


async def deliver(shop: Shop, *, result: Result | None = None, count: int | None = None) -> list[Outgoing]:
    """Send what waits for a sender now, one by one; return what was."""
    sent: list[Outgoing] = []
    while count is None or len(sent) < count:
        async with shop.tx() as tx:
            taken = await take(tx, "telegram", "marketing", 1)
            for message in taken:
                await finish(tx, message, result or Sent())
        if not taken:
            break
        sent += taken
    return sent


async def progress(shop: Shop, campaign_id: UUID) -> Progress:
    async with shop.tx() as tx:
        return await get_progress(tx, campaign_id)


async def campaign(shop: Shop, campaign_id: UUID) -> Campaign:
    async with shop.tx() as tx:
        return await get_campaign(tx, campaign_id)


async def recipients(shop: Shop, campaign_id: UUID) -> dict[UUID, Recipient]:
    async with shop.tx() as tx:
        return {one.member_id: one for one in await list_recipients(tx, campaign_id, RecipientFilter())}
