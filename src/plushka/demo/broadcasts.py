"""Broadcasts of both businesses of the demo: members and purchases are the demo's, their sending is only pretended.

Nobody was written to, so what came of them is what members bought anyway: a good thing to try the proof on. Only where
a name says so visits were invented for those who were told (``cafe/answers.py``), and there is something to prove.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from plushka.demo.business import ACTOR
from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.audiences import Who, composed
from plushka.domain.campaigns.listing import CampaignFilter, sum_broadcasts
from plushka.domain.campaigns.model import (
    CONTROL_BP,
    CodeOffered,
    LetterPlan,
    Nothing,
    Offer,
    Plan,
    PointsOffered,
    Variant,
)
from plushka.domain.campaigns.operations import create_broadcast, launch
from plushka.domain.campaigns.running import advance
from plushka.domain.coupons.operations import create_coupon
from plushka.domain.messages.model import CHANNELS, Channel
from plushka.domain.messages.rules import ChannelRule, Rules, change_rules, get_rules
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import create_template
from plushka.domain.programs.queries import get_current_version
from plushka.engine.audience import Audience, Enrolled, Purchases
from plushka.platform.database import Database, Tx

PRETENDED = "имитация отправки"
AGREED_PERCENT, FAILED_PERCENT, UNREPORTED_PERCENT = 70, 3, 8
COSTS_MINOR: Mapping[str, Mapping[Channel, int]] = {
    "RUB": {"sms": 350, "email": 5},
    "USD": {"sms": 4, "email": 1},
}
"""What a message costs, by the currency of the business."""
MONTH_AGO, FORTNIGHT_AGO, WEEK_AGO = timedelta(days=28), timedelta(days=17), timedelta(days=9)
HOUR = 12


class Past(Struct, frozen=True):
    """A broadcast that is over: ``ago`` it went out, by one or several ``texts``; its name has what is ``invented``."""

    name: str
    ago: timedelta
    texts: tuple[str, ...]
    audience: tuple[Audience, ...]
    has_coupon: bool = False
    control_bp: int = CONTROL_BP
    invented: str = PRETENDED

    @property
    def full_name(self) -> str:
        return f"{self.name} ({self.invented})"


PAST = (
    Past(
        "Новинки месяца",
        MONTH_AGO,
        ("{first_name|Здравствуйте}, у нас новинки: загляните на этой неделе.",),
        (Purchases(count_min=1),),
    ),
    Past(
        "Два текста: коротко и с балансом",
        FORTNIGHT_AGO,
        (
            "Ждём вас на этой неделе!",
            "{first_name|Здравствуйте}, на вашей карте {balance}. Ждём вас на этой неделе!",
        ),
        (Purchases(count_min=3),),
    ),
    Past(
        "Личный код постоянным",
        WEEK_AGO,
        ("{first_name|Здравствуйте}, ваш личный код: {coupon}. Назовите его на кассе.",),
        (Purchases(count_min=5),),
        has_coupon=True,
    ),
)


async def make_broadcasts(
    database: Database, tenant_id: UUID, now: datetime, past: Sequence[Past] = PAST
) -> None:
    """Make what went out, what waits for its day, and a draft, unless there are broadcasts already."""
    async with database.transaction(tenant_id, actor=ACTOR, at=now) as tx:
        if (await sum_broadcasts(tx, CampaignFilter()))[0]:
            return
        await _write_what_is_to_come(tx)
    for each in past:
        at = (now - each.ago).replace(hour=HOUR, minute=0, second=0, microsecond=0)
        async with database.transaction(tenant_id, actor=ACTOR, at=at) as tx:
            campaign_id = await _begin(tx, each)
        while await _go_on(database, tenant_id, campaign_id, at):
            pass


async def price_channels(tx: Tx) -> None:
    """Write down what a message costs by each channel."""
    costs = COSTS_MINOR.get((await get_business(tx)).currency, {})
    rules = tuple(ChannelRule(channel, costs.get(channel, 0)) for channel in CHANNELS)
    await change_rules(tx, Rules(channels=rules))


async def agree(tx: Tx) -> None:
    """Let most members have agreed to advertising when they enrolled; those who did are passed over."""
    await tx.execute(
        """
        -- demo.agree
        insert into consents (tenant_id, id, member_id, kind, is_given, source, actor, at)
        select $1, gen_random_uuid(), m.id, 'marketing', true, 'till', $2, m.enrolled_at
        from members m
        where m.tenant_id = $1 and m.merged_into is null and m.erased_at is null
          and abs(hashtext(m.id::text)) % 100 < $3
          and not exists (
              select from consents c where c.tenant_id = $1 and c.member_id = m.id and c.kind = 'marketing'
          )
        """,
        tx.tenant_id,
        ACTOR,
        AGREED_PERCENT,
    )


async def _write_what_is_to_come(tx: Tx) -> None:
    version = await get_current_version(tx)
    if version is None:
        return
    points = 100 * 10**version.program.point.scale
    offer = PointsOffered(version.program_id, points, life_days=14)
    text = "{first_name|Здравствуйте}, дарим {points} на две недели. Заходите!"
    coming = await create_broadcast(
        tx,
        Plan(
            name="Подарок к выходным",
            audience=composed(Who(others=(Purchases(count_min=2),))),
            offer=offer,
            letter=await _letter(tx, "Подарок к выходным", (text,)),
            starts_at=tx.at + timedelta(days=3),
        ),
    )
    await launch(tx, coming)
    await create_broadcast(
        tx,
        Plan(
            name="Черновик: давно не виделись",
            audience=composed(Who(others=(Purchases(count_max=1),))),
            letter=await _letter(tx, "Давно не виделись", ("{first_name|Здравствуйте}, давно не виделись!",)),
        ),
    )


async def _begin(tx: Tx, past: Past) -> UUID:
    offer: Offer = Nothing()
    if past.has_coupon:
        offer = CodeOffered((await create_coupon(tx, name=past.name, source="Рассылка")).id)
    plan = Plan(
        name=past.full_name,
        # Who enrolled later was not there to be told.
        audience=composed(Who(others=(*past.audience, Enrolled(days_min=1)))),
        offer=offer,
        letter=await _letter(tx, past.name, past.texts),
        control_bp=past.control_bp,
    )
    campaign_id = await create_broadcast(tx, plan)
    await launch(tx, campaign_id)
    return campaign_id


async def _letter(tx: Tx, name: str, texts: tuple[str, ...]) -> LetterPlan:
    variants = []
    for letter, text in zip("ABC", texts, strict=False):
        named = name if len(texts) == 1 else f"{name}, {letter}"
        draft = Draft(named, "marketing", Body({"ru": Words(text)}))
        template_id = await create_template(tx, draft, template_id=uuid5(tx.tenant_id, named))
        variants.append(Variant(letter, template_id, 1))
    return LetterPlan(tuple(variants))


async def _go_on(database: Database, tenant_id: UUID, campaign_id: UUID, at: datetime) -> bool:
    async with database.transaction(tenant_id, actor=ACTOR, at=at) as tx:
        more = await advance(tx, campaign_id)
        return await _pretend_to_send(tx, campaign_id) or more


async def _pretend_to_send(tx: Tx, campaign_id: UUID) -> bool:
    """Write of letters that wait what a sender would have written of them; tell whether any waited."""
    costs = {rule.channel: rule.cost_minor for rule in (await get_rules(tx)).channels}
    waiting = await tx.fetch(
        """
        -- demo.list_waiting
        select id from outgoing where tenant_id = $1 and campaign_id = $2 and state = 'waiting' order by id
        """,
        tx.tenant_id,
        campaign_id,
    )
    await tx.execute(
        """
        -- demo.pretend_to_send
        update outgoing o
        set state = case when luck < $3 then 'failed' when luck < $3 + $4 then 'sent' else 'delivered' end,
            failure = case when luck < $3 then 'address_closed' else '' end,
            attempts = 1, parts = 1, cost_minor = ($5::jsonb ->> channel)::bigint,
            taken_at = $6::timestamptz + place * interval '50 milliseconds',
            finished_at = $6::timestamptz + place * interval '50 milliseconds',
            delivered_at = case when luck >= $3 + $4 then $6::timestamptz + place * interval '50 milliseconds' end
        from (
            select id, place, abs(hashtext(id::text)) % 100 as luck
            from unnest($2::uuid[]) with ordinality as waiting (id, place)
        ) as waiting
        where o.tenant_id = $1 and o.id = waiting.id
        """,
        tx.tenant_id,
        [row["id"] for row in waiting],
        FAILED_PERCENT,
        UNREPORTED_PERCENT,
        msgspec.json.encode(costs).decode(),
        tx.at,
    )
    return bool(waiting)
