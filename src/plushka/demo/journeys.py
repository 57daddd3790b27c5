"""Journeys of both businesses of the demo: ready ones, and what their owners have made of ready ones."""

from uuid import uuid5

from msgspec import structs

from plushka.demo.living import Journeys
from plushka.domain.campaigns.journeys.chains import Key, begin_chain, new_step_id
from plushka.domain.campaigns.journeys.model import JourneyCard
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.writing import save_draft
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import create_template
from plushka.engine.audience import Enrolled
from plushka.engine.journeys.parts import AfterDays, Choice, Journey, Message, OnAbsence, Wait
from plushka.platform.database import Tx

FORTNIGHT_DAYS, WEEK_DAYS = 14, 7
_GREETING = Draft(
    "Поздравление: бонусы уже на карте",
    "marketing",
    Body(
        {
            "ru": Words(
                "{first_name|Здравствуйте}, скоро ваш день рождения! Наш подарок уже на карте: теперь на ней "
                "{balance}. Порадуйте себя.",
                subject="Подарок ко дню рождения",
            ),
            "en": Words(
                "{first_name|Hello}, your birthday is near! Our gift is on your card already, with {balance} "
                "on it now. Treat yourself.",
                subject="A gift for your birthday",
            ),
        }
    ),
)
_AWAY = Draft(
    "Две недели без покупок",
    "marketing",
    Body(
        {
            "ru": Words(
                "{first_name|Здравствуйте}, две недели без вас. Дарим {points} на следующую покупку.",
                subject="Бонусы на следующую покупку",
            ),
            "en": Words(
                "{first_name|Hello}, two weeks without you. {points} for your next purchase are a gift from us.",
                subject="Points for your next purchase",
            ),
        }
    ),
)


async def _begin_of_cafe(tx: Tx) -> None:
    """Publish the journeys of the coffee shop, whose coupons there are."""
    for key in ("win_back", "welcome", "abandoned_cart", "second_purchase", "thanks"):
        await _begin(tx, key)
    await _greet(tx)


async def _begin_of_chain(tx: Tx) -> None:
    """Publish the journeys of the grocery chain that have a past: its members buy every few days, and none is new."""
    await _win_back_soon(tx)
    for key in ("burn_reminder", "thanks"):
        await _begin(tx, key)
    await _greet(tx)


async def _end_of_chain(tx: Tx) -> None:
    """Publish the journey of those who are to come: nobody is known to have come new before."""
    await _begin(tx, "welcome")


async def _begin(tx: Tx, key: Key) -> None:
    card = await begin_chain(tx, key)
    await publish(tx, card.id, revision=card.revision)


async def _greet(tx: Tx) -> None:
    """Greet members before their birthday: the points are given by the programme, the best have a gift besides."""
    card = await begin_chain(tx, "birthday")
    (choice,) = card.draft.steps
    if isinstance(choice, Choice):
        choice = structs.replace(choice, no=(Message(new_step_id(), await _template(tx, _GREETING)),))
    # The chain's members are all enrolled at once, each at a moment of their own: some after what is now.
    await _publish_as(tx, card, structs.replace(card.draft, steps=(choice,), audience=Enrolled(days_min=1)))


async def _win_back_soon(tx: Tx) -> None:
    """Call members after two weeks, with points and a week later with a code, instead of after months."""
    card = await begin_chain(tx, "win_back")
    points, letter, wait, code, told, *_ = card.draft.steps
    if isinstance(letter, Message) and isinstance(wait, Wait):
        letter = structs.replace(letter, template=await _template(tx, _AWAY))
        wait = structs.replace(wait, days=WEEK_DAYS)
    journey = structs.replace(
        card.draft,
        name=_AWAY.name,
        trigger=OnAbsence(FORTNIGHT_DAYS, days_most=2 * FORTNIGHT_DAYS),
        steps=(points, letter, wait, code, told),
        again=AfterDays(60),
    )
    await _publish_as(tx, card, journey)


async def _template(tx: Tx, draft: Draft) -> str:
    return str(await create_template(tx, draft, template_id=uuid5(tx.tenant_id, draft.name)))


async def _publish_as(tx: Tx, card: JourneyCard, journey: Journey) -> None:
    saved = await save_draft(tx, card.id, journey, revision=card.revision)
    await publish(tx, card.id, revision=saved.revision)


CAFE_JOURNEYS = Journeys(_begin_of_cafe)
CHAIN_JOURNEYS = Journeys(_begin_of_chain, _end_of_chain)
