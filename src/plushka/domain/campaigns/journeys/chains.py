"""Journeys that are ready to be taken, changed and published: one click makes a draft with its templates."""

import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct, structs

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.journeys import offers
from plushka.domain.campaigns.journeys.model import JourneyCard
from plushka.domain.campaigns.journeys.offers import find_offers, make_offers
from plushka.domain.campaigns.journeys.writing import create_journey
from plushka.domain.messages.gateways.model import Kind
from plushka.domain.messages.gateways.queries import list_kinds
from plushka.domain.messages.templates import ready
from plushka.domain.messages.templates.store import create_template, list_templates
from plushka.domain.programs.queries import get_current_version
from plushka.engine.audience import Audience, Burning, Channel, Purchases, Reachable, Tier
from plushka.engine.journeys.parts import (
    AfterDays,
    Choice,
    EachTime,
    GiveCoupon,
    GivePoints,
    GiveReward,
    GoalEvent,
    GoalPurchase,
    Journey,
    Message,
    OnAbsence,
    OnBurn,
    OnCart,
    OnPurchase,
    OnRegistration,
    Step,
    Wait,
)
from plushka.engine.occasion_parts import OnBirthday, OnCloseDate
from plushka.engine.program import Program
from plushka.platform.database import Tx
from plushka.platform.i18n import Translator, marked, translator

Key = Literal[
    "win_back",
    "birthday",
    "close_dates",
    "welcome",
    "abandoned_cart",
    "burn_reminder",
    "second_purchase",
    "miss_you",
    "thanks",
]
ID_BYTES = 4
MORNING = "11:00"
VIP_PURCHASES = 10
GATEWAYS: frozenset[Kind] = frozenset(get_args(Kind))
"""Channels by which nothing goes before the business connects one."""


class Chain(Struct, frozen=True):
    """A ready journey by its name in our catalogue, and what it does in a sentence."""

    name: str
    about: str


CHAINS: Mapping[Key, Chain] = MappingProxyType(
    {
        "win_back": Chain(
            marked("Win-back 30 / 60 / 90"),
            marked(
                "Points after 30 days without a purchase, a discount after 60, after 90 something for the best."
            ),
        ),
        "birthday": Chain(
            marked("Birthday"),
            marked("A week before the birthday points for 15 days, for the highest tier a gift."),
        ),
        "close_dates": Chain(
            marked("Days of close people"),
            marked("Points for 8 days before a birthday of somebody close, as many of them as there are."),
        ),
        "welcome": Chain(
            marked("Welcome"),
            marked("A letter after joining, and a reminder to who has not bought in a week."),
        ),
        "abandoned_cart": Chain(
            marked("Abandoned cart"),
            marked(
                "An hour after a cart on the site was left a reminder, after a day another one with points."
            ),
        ),
        "burn_reminder": Chain(
            marked("Points burn soon"),
            marked("Reminders 7, 3 and 1 day before points burn, to who still has them."),
        ),
        "second_purchase": Chain(
            marked("Second purchase"), marked("Ten days after the first purchase a reason for the second.")
        ),
        "miss_you": Chain(
            marked("We miss you"), marked("A letter without a gift after 45 days without a purchase.")
        ),
        "thanks": Chain(
            marked("Thank you for a purchase"),
            marked("Two hours after a purchase thanks and a request to rate it."),
        ),
    }
)


def new_step_id() -> str:
    """Return an id for a step, never used before: counts of a step are told by it over all versions."""
    return f"s{secrets.token_hex(ID_BYTES)}"


async def begin_chain(tx: Tx, key: Key, *, makes_offers: bool = False) -> JourneyCard:
    """Make a draft of a ready journey, in the business's language, with those of its templates that there are not yet.

    ``makes_offers``: also with those of its coupons, and with promotions for them in the draft of the programme;
    else coupons that there are not have to be chosen.

    :raises TooManyJourneys: the business has as many as it can have
    :raises TooManyTemplates: or so many templates
    """
    business = await get_business(tx)
    version = await get_current_version(tx)
    words = translator(business.language)
    known = {template.name: (template.id, template.purpose) for template in await list_templates(tx)}

    async def letter_of(of: ready.Key) -> Message:
        draft = ready.draft_of(of, business.language)
        if draft.name not in known:
            known[draft.name] = (await create_template(tx, draft), draft.purpose)
        template_id, purpose = known[draft.name]
        return Message("", str(template_id), purpose)

    letters = {of: await letter_of(of) for of in _LETTERS[key]}
    program = version.program if version is not None else None
    gives_codes = key in _GIVING_CODES and version is not None
    coupons = await make_offers(tx) if makes_offers and gives_codes else await find_offers(tx)
    closed = GATEWAYS - await list_kinds(tx)
    channels = tuple(channel for channel in get_args(Channel) if channel not in closed)
    return await create_journey(tx, _WRITERS[key](Kit(words, letters, coupons, program, Reachable(channels))))


class Kit(Struct, frozen=True):
    """What a ready journey is made with: names, letters and coupons by their key, and the programme.

    ``told`` are those who can be told of what they are given: anybody else would find points that nobody spoke of.
    """

    words: Translator
    letters: Mapping[ready.Key, Message]
    coupons: Mapping[offers.Key, str]
    program: Program | None
    told: Reachable

    @property
    def points_unit(self) -> int:
        """How many units a point has."""
        return int(10 ** (self.program.point.scale if self.program else 0))

    @property
    def best(self) -> Audience:
        """The members of the highest tier; without tiers, those who buy often."""
        tiers = self.program.tiers.tiers if self.program and self.program.tiers else ()
        return Tier((tiers[-1].id,)) if len(tiers) > 1 else Purchases(count_min=VIP_PURCHASES)

    def name(self, key: Key) -> str:
        return self.words.gettext(CHAINS[key].name)

    def letter(self, of: ready.Key) -> Message:
        return structs.replace(self.letters[of], id=new_step_id())

    def code(self, of: offers.Key) -> GiveCoupon:
        return GiveCoupon(new_step_id(), self.coupons.get(of, ""))

    def points(self, points: int, life_days: int) -> GivePoints:
        return GivePoints(new_step_id(), points * self.points_unit, life_days)


def _win_back(kit: Kit) -> Journey:
    personal: tuple[Step, ...] = (kit.code("win_back_90"), kit.letter("win_back_90"))
    return Journey(
        kit.name("win_back"),
        OnAbsence(30, days_most=59),
        (
            kit.points(200, 14),
            kit.letter("win_back_30"),
            Wait(new_step_id(), days=30, until=MORNING),
            kit.code("win_back_60"),
            kit.letter("win_back_60"),
            Wait(new_step_id(), days=30, until=MORNING),
            Choice(new_step_id(), kit.best, yes=personal),
        ),
        audience=kit.told,
        again=AfterDays(90),
        goal=GoalPurchase(),
    )


def _birthday(kit: Kit) -> Journey:
    gift = GiveReward(new_step_id(), kit.words.gettext("A birthday gift with a purchase"), 15)
    return Journey(
        kit.name("birthday"),
        OnBirthday(7),
        (
            Choice(
                new_step_id(),
                kit.best,
                yes=(gift, kit.letter("birthday_gift")),
                no=(kit.points(500, 15), kit.letter("birthday")),
            ),
        ),
        audience=kit.told,
        again=AfterDays(300),
    )


def _close_dates(kit: Kit) -> Journey:
    return Journey(
        kit.name("close_dates"),
        OnCloseDate(7, ("birthday",)),
        (kit.points(300, 8), kit.letter("close_birthday")),
        audience=kit.told,
        again=EachTime(),
        at_once=5,
    )


def _welcome(kit: Kit) -> Journey:
    return Journey(
        kit.name("welcome"),
        OnRegistration(),
        (
            Wait(new_step_id(), hours=1),
            kit.letter("welcome"),
            Wait(new_step_id(), days=7, until=MORNING),
            Choice(new_step_id(), Purchases(count_max=0), yes=(kit.letter("miss_you"),)),
        ),
    )


def _abandoned_cart(kit: Kit) -> Journey:
    return Journey(
        kit.name("abandoned_cart"),
        OnCart(60),
        (
            kit.letter("abandoned_cart"),
            # A day after the cart was left, of which an hour is over.
            Wait(new_step_id(), hours=23),
            kit.points(100, 7),
            kit.letter("abandoned_cart_points"),
        ),
        audience=kit.told,
        again=AfterDays(7),
        goal=GoalPurchase(),
    )


def _burn_reminder(kit: Kit) -> Journey:
    def still(days: int) -> Choice:
        return Choice(new_step_id(), Burning(days), yes=(kit.letter("burn_reminder"),))

    return Journey(
        kit.name("burn_reminder"),
        OnBurn(7),
        (
            kit.letter("burn_reminder"),
            Wait(new_step_id(), days=4, until=MORNING),
            still(3),
            Wait(new_step_id(), days=2, until=MORNING),
            still(1),
        ),
        again=AfterDays(7),
        control_bp=0,
    )


def _second_purchase(kit: Kit) -> Journey:
    return Journey(
        kit.name("second_purchase"),
        OnPurchase(1),
        (
            Wait(new_step_id(), days=10, until=MORNING),
            kit.points(100, 14),
            kit.letter("second_purchase"),
        ),
        audience=kit.told,
        goal=GoalPurchase(),
    )


def _miss_you(kit: Kit) -> Journey:
    return Journey(
        kit.name("miss_you"),
        OnAbsence(45, days_most=60),
        (kit.letter("miss_you"), Wait(new_step_id(), days=14)),
        again=AfterDays(90),
        goal=GoalPurchase(),
    )


def _thanks(kit: Kit) -> Journey:
    return Journey(
        kit.name("thanks"),
        OnPurchase(),
        (Wait(new_step_id(), hours=2), kit.letter("thanks"), Wait(new_step_id(), days=3)),
        again=AfterDays(14),
        goal=GoalEvent("review"),
    )


_WRITERS: Mapping[Key, Callable[[Kit], Journey]] = MappingProxyType(
    {
        "win_back": _win_back,
        "birthday": _birthday,
        "close_dates": _close_dates,
        "welcome": _welcome,
        "abandoned_cart": _abandoned_cart,
        "burn_reminder": _burn_reminder,
        "second_purchase": _second_purchase,
        "miss_you": _miss_you,
        "thanks": _thanks,
    }
)
_GIVING_CODES: frozenset[Key] = frozenset({"win_back"})
_LETTERS: Mapping[Key, tuple[ready.Key, ...]] = MappingProxyType(
    {
        "win_back": ("win_back_30", "win_back_60", "win_back_90"),
        "birthday": ("birthday", "birthday_gift"),
        "close_dates": ("close_birthday",),
        "welcome": ("welcome", "miss_you"),
        "abandoned_cart": ("abandoned_cart", "abandoned_cart_points"),
        "burn_reminder": ("burn_reminder",),
        "second_purchase": ("second_purchase",),
        "miss_you": ("miss_you",),
        "thanks": ("thanks",),
    }
)
