"""What the selects and check boxes of the editor offer, in the reader's language."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.delivery.office.engagement.draft.life import ROUNDINGS
from plushka.delivery.office.engagement.draft.new_cards import CARD_NAMES, CARDS_DO
from plushka.delivery.office.engagement.draft.new_friends import FRIENDS_DO, FRIENDS_NAMES
from plushka.delivery.office.engagement.draft.new_occasions import OCCASION_NAMES, OCCASIONS_DO
from plushka.delivery.office.engagement.draft.new_promotions import PROMOTION_NAMES, PROMOTIONS_DO
from plushka.delivery.office.engagement.draft.new_rules import RULE_NAMES, RULES_DO
from plushka.delivery.office.engagement.draft.occasion import kind_of
from plushka.delivery.office.engagement.period import SPAN_WORDS
from plushka.domain.events.model import EventKind
from plushka.domain.programs.telling.conditions import tell_lines, tell_receipt
from plushka.domain.programs.telling.occasions import CLOSE_DATES, MESSENGERS, PROFILE_FIELDS
from plushka.domain.programs.telling.voice import Voice, as_sentence
from plushka.engine.conditions import Condition
from plushka.platform.i18n import WEEKDAYS_SHORT, Translator, currency_sign, marked

Pairs = list[tuple[str, str]]
Beginnings = list[tuple[str, str, str]]
"""What something new can begin with: kind, name, and what it does."""

_KINDS = {"product": marked("product"), "category": marked("category"), "brand": marked("brand")}
_CHANNELS = {"till": marked("At the till"), "online": marked("Online shop"), "app": marked("App")}
_PER = {
    "receipt": marked("for the receipt"),
    "line": marked("for each line"),
    "unit": marked("for each unit"),
}
_METRICS = {
    "spend": marked("Purchases for"),
    "visits": marked("Visits"),
    "points_earned": marked("Points earned"),
    "active_friends": marked("Active friends"),
}
_WINDOWS = {
    "lifetime": marked("since joining"),
    "rolling": marked("within the last days"),
    "day": marked("within a day"),
    "month": marked("within a calendar month"),
    "quarter": marked("within a calendar quarter"),
    "half_year": marked("within a calendar half-year"),
    "year": marked("within a calendar year"),
}
_CYCLES = {
    "never": marked("Never: a tier once reached stays"),
    "month": marked("Every month"),
    "quarter": marked("Every quarter"),
    "half_year": marked("Every half-year"),
    "year": marked("Every year"),
    "anniversary": marked("A year after it was reached"),
}
_DOWNGRADES = {
    "one_down": marked("one tier down"),
    "to_fit": marked("to the tier that fits"),
}
_ROUNDING = {
    "floor": marked("down"),
    "half_up": marked("to the nearest"),
    "ceil": marked("up"),
}
_PRICE_EFFECTS = {
    "percent_off": marked("A share of the price"),
    "amount_off": marked("A sum of money"),
    "unit_price": marked("Down to a price"),
    "sets": marked("Some of several: 2+1"),
    "combo": marked("Bought together"),
    "raised_share": marked("More of it by points"),
    "gift": marked("A gift to take later"),
}
_PERCENT_OF = {
    "lines": marked("on all these goods"),
    "cheapest": marked("on the cheapest unit"),
    "dearest": marked("on the dearest unit"),
}
_AMOUNT_PER = {"receipt": marked("on all these goods together"), "unit": marked("on each unit")}
_BUDGET_OF = {"uses": marked("receipts"), "amount": marked("of money")}
_BUDGET_PER = {
    "promotion": marked("for all together"),
    "member": marked("for each member"),
    "branch": marked("for each branch"),
}
_RULE_KINDS = {
    "percent": marked("A share of the purchase"),
    "fixed": marked("A number of points"),
    "ladder": marked("A ladder by amount"),
    "multiplied": marked("Times what other rules give"),
}
_COUNTS = {"visits": marked("Visits"), "units": marked("Units of goods"), "spend": marked("Money: a goal")}
_LASTS = {
    "always": marked("As long as it takes"),
    "from_first": marked("Some days after the first stamp"),
    "from_last": marked("Some days after the last stamp"),
    "within": marked("To the end of the period"),
}
_PERIODS = {
    "month": marked("a calendar month"),
    "quarter": marked("a calendar quarter"),
    "half_year": marked("a calendar half-year"),
    "year": marked("a calendar year"),
}
_TRIGGERS = {
    "birthday": marked("The member's birthday"),
    "close_date": marked("A day of somebody close"),
    "bot_joined": marked("Joining the bot"),
    "profile_filled": marked("A filled profile"),
    "event": marked("An event: a review, a survey, your own"),
}
_LIMITS = {
    "": marked("As often as it happens"),
    "ever": marked("So many times in all"),
    "year": marked("So many times a calendar year"),
    "month": marked("So many times a calendar month"),
    "days": marked("So many times within some days"),
}
_OCCASION_BUDGETS = {"uses": marked("times"), "points": marked("points")}
_OCCASION_WINDOWS = {"month": marked("a calendar month"), "always": marked("for all time")}
_LEVELS = {"percent": marked("A percent of the purchase"), "fixed": marked("So many points")}
_ACTIVATIONS = {
    "at_once": marked("From the next purchase"),
    "after_days": marked("After some days"),
}
_EXPIRIES = {
    "never": marked("Never"),
    "fixed": marked("Some time after they come alive"),
    "sliding": marked("Some days after the last purchase"),
    "calendar": marked("On a day of the year"),
}
_MONTHS = (
    marked("January"),
    marked("February"),
    marked("March"),
    marked("April"),
    marked("May"),
    marked("June"),
    marked("July"),
    marked("August"),
    marked("September"),
    marked("October"),
    marked("November"),
    marked("December"),
)


_decode = msgspec.json.Decoder(Condition).decode


class Options:
    """The choices of one desk; each method gives pairs of value and text."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._words = desk.words

    @staticmethod
    def kinds(words: Translator) -> dict[str, str]:
        """Return what kinds of goods are called."""
        return {kind: words.gettext(name) for kind, name in _KINDS.items()}

    @property
    def currency(self) -> str:
        """The sign to stand in a field of money."""
        return currency_sign(self._desk.program.currency, self._words.language)

    @property
    def points_word(self) -> str:
        """The word to stand in a field of points."""
        return self._words.gettext("points")

    def unit_of(self, metric: str) -> str:
        """Return what stands in the field of a tier's bar."""
        return {"spend": self.currency, "points_earned": self.points_word}.get(metric, "")

    def tell_when(self, kept: str) -> str:
        """Return a condition of the receipt that no field can show."""
        return self._tell(kept, tell_receipt)

    def tell_goods(self, kept: str) -> str:
        """Return a choice of goods that no field can show."""
        return self._tell(kept, tell_lines)

    def _tell(self, kept: str, tell: Callable[[Condition, Voice], str]) -> str:
        try:
            return as_sentence(tell(_decode(kept), self._desk.voice(self._desk.program)))
        except ValueError:
            # Neither JSON nor a condition of its kind; what is wrong stands beside it.
            return kept

    @property
    def goods_kinds(self) -> dict[str, str]:
        return self.kinds(self._words)

    def branches(self, chosen: Sequence[str]) -> Pairs:
        """Return the branches, and the codes that were ``chosen`` and are none (any more)."""
        known = [(branch.code, branch.name) for branch in self._desk.branches]
        return self._with_strangers(known, chosen)

    def tiers(self, chosen: Sequence[str]) -> Pairs:
        """Return the tiers, and the ids that were ``chosen`` and are none (any more)."""
        return self._with_strangers([(tier.id, tier.name) for tier in self._desk.tiers], chosen)

    def coupons(self, chosen: Sequence[str]) -> Pairs:
        """Return the coupons, and the ids that were ``chosen`` and are none."""
        return self._with_strangers(list(self._desk.names.coupons.items()), chosen)

    def segments(self, chosen: Sequence[str]) -> Pairs:
        """Return the segments that are not archived, and the ids that were ``chosen`` and are none of them."""
        return self._with_strangers(list(self._desk.segments.items()), chosen)

    def given_coupons(self, chosen: str) -> Pairs:
        """Return the coupons that a full card may give, and the one that was ``chosen`` whatever it is."""
        known = [
            (coupon.key, coupon.name)
            for coupon in self._desk.coupons
            if not coupon.is_stopped or coupon.key == chosen
        ]
        return [
            ("", self._words.gettext("Choose a coupon")),
            *self._with_strangers(known, [chosen] if chosen else []),
        ]

    @property
    def days(self) -> Pairs:
        return [
            (str(number), self._words.gettext(name)) for number, name in enumerate(WEEKDAYS_SHORT, start=1)
        ]

    @property
    def channels(self) -> Pairs:
        return self._told(_CHANNELS)

    @property
    def per(self) -> Pairs:
        return self._told(_PER)

    @property
    def price_effects(self) -> Pairs:
        return self._told(_PRICE_EFFECTS)

    @property
    def percent_of(self) -> Pairs:
        return self._told(_PERCENT_OF)

    @property
    def amount_per(self) -> Pairs:
        return self._told(_AMOUNT_PER)

    @property
    def budget_of(self) -> Pairs:
        return self._told(_BUDGET_OF)

    @property
    def budget_per(self) -> Pairs:
        return self._told(_BUDGET_PER)

    @property
    def budget_windows(self) -> Pairs:
        return [(span, self._words.gettext(text)) for span, text in SPAN_WORDS.items()]

    @property
    def rule_kinds(self) -> Pairs:
        return self._told(_RULE_KINDS)

    @property
    def new_rules(self) -> Beginnings:
        """Return what a new rule can begin with."""
        return self._beginnings(RULE_NAMES, RULES_DO)

    @property
    def new_promotions(self) -> Beginnings:
        """Return what a new promotion can begin with."""
        return self._beginnings(PROMOTION_NAMES, PROMOTIONS_DO)

    @property
    def counts(self) -> Pairs:
        return self._told(_COUNTS)

    @property
    def lasts(self) -> Pairs:
        return self._told(_LASTS)

    @property
    def periods(self) -> Pairs:
        return self._told(_PERIODS)

    @property
    def new_cards(self) -> Beginnings:
        """Return what a new stamp card can begin with."""
        return self._beginnings(CARD_NAMES, CARDS_DO)

    @property
    def new_friends(self) -> Beginnings:
        """Return what the section of friends can begin with."""
        return self._beginnings(FRIENDS_NAMES, FRIENDS_DO)

    @property
    def new_occasions(self) -> Beginnings:
        """Return what a new occasion can begin with."""
        return self._beginnings(OCCASION_NAMES, OCCASIONS_DO)

    @property
    def triggers(self) -> Pairs:
        return self._told(_TRIGGERS)

    @property
    def messengers(self) -> Pairs:
        return list(MESSENGERS.items())

    @property
    def profile_fields(self) -> Pairs:
        return self._told(PROFILE_FIELDS)

    @property
    def close_dates(self) -> Pairs:
        return self._told(CLOSE_DATES)

    def event_kinds(self, chosen: str) -> Pairs:
        """Return the kinds of events, and the one that is ``chosen`` and is none any more."""
        known = [(kind.name, kind.title) for kind in self._desk.event_kinds]
        return self._with_strangers(known, [chosen] if chosen else [])

    def event_kind(self, chosen: str) -> EventKind | None:
        """Return the kind of events that is ``chosen``, with its fields."""
        return kind_of(chosen, self._desk.event_kinds)

    @property
    def limits(self) -> Pairs:
        return self._told(_LIMITS)

    @property
    def occasion_budgets(self) -> Pairs:
        return self._told(_OCCASION_BUDGETS)

    @property
    def occasion_windows(self) -> Pairs:
        return self._told(_OCCASION_WINDOWS)

    @property
    def first_levels(self) -> Pairs:
        """What who brought a friend may get."""
        return self._told(_LEVELS)

    @property
    def next_levels(self) -> Pairs:
        """What those above may get."""
        return [("", self._words.gettext("Nothing")), *self.first_levels]

    @property
    def metrics(self) -> Pairs:
        return self._told(_METRICS)

    @property
    def windows(self) -> Pairs:
        return self._told(_WINDOWS)

    @property
    def cycles(self) -> Pairs:
        return self._told(_CYCLES)

    @property
    def downgrades(self) -> Pairs:
        return self._told(_DOWNGRADES)

    @property
    def rounding(self) -> Pairs:
        return self._told(_ROUNDING)

    @property
    def months(self) -> Pairs:
        return [(str(number), self._words.gettext(name)) for number, name in enumerate(_MONTHS, start=1)]

    @property
    def round_to(self) -> Pairs:
        return self._told(ROUNDINGS)

    def activations(self, inherited: str = "") -> Pairs:
        """Return the activations; ``inherited`` is what none of its own is called, if that can be."""
        return [*([("", inherited)] if inherited else []), *self._told(_ACTIVATIONS)]

    def expiries(self, inherited: str = "") -> Pairs:
        """Return the expiries; ``inherited`` is what none of its own is called, if that can be."""
        return [*([("", inherited)] if inherited else []), *self._told(_EXPIRIES)]

    def _beginnings(self, names: Mapping[str, str], does: Mapping[str, str]) -> Beginnings:
        gettext = self._words.gettext
        return [(kind, gettext(names[kind]), gettext(text)) for kind, text in does.items()]

    def _told(self, names: Mapping[str, str]) -> Pairs:
        return [(value, self._words.gettext(name)) for value, name in names.items()]

    @staticmethod
    def _with_strangers(known: Pairs, chosen: Sequence[str]) -> Pairs:
        values = {value for value, _ in known}
        return [*known, *((value, value) for value in chosen if value not in values)]
