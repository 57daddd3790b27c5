"""How one programme speaks in one language: its currency, its points, the names behind its codes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from plushka.domain.events.model import EventKind
from plushka.engine.program import REFERRAL, Program
from plushka.platform import i18n
from plushka.platform.i18n import Language, Translator

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Names:
    """What people call the things a programme names by code; a code without a name is shown as it is."""

    products: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    branches: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    coupons: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, EventKind] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Voice:
    """Formats the values of ``program``; moments are told in ``zone``, of long lists ``names_max`` names, if given."""

    program: Program
    language: Language
    names: Names = field(default_factory=Names)
    zone: str = "UTC"
    names_max: int | None = None

    @property
    def words(self) -> Translator:
        return i18n.translator(self.language)

    def money(self, minor: int) -> str:
        return i18n.format_money(minor, self.program.currency, self.language, trim=True)

    def points(self, points: int) -> str:
        return i18n.format_points(points, self.program.point.scale, self.language)

    def points_bound(self, points: int) -> str:
        """Return the points as they follow “no more than” or “from”."""
        return i18n.format_points_bound(points, self.program.point.scale, self.language)

    def percent(self, bp: int) -> str:
        return i18n.format_percent(bp, self.language)

    def times(self, bp: int) -> str:
        """Return how many times as many: «×2», «×1,5»."""
        exact = Decimal(bp).scaleb(-4).normalize()
        decimals = max(0, -int(exact.as_tuple().exponent))
        return "×" + i18n.format_number(exact, self.language, decimals=decimals)

    def day(self, day: date | datetime) -> str:
        return i18n.format_date(day, self.language, zone=self.zone)

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def quantity(self, milli: int) -> str:
        return i18n.format_quantity(milli, self.language)

    def rule_name(self, rule_id: str) -> str:
        """Return the name of a rule, a promotion, a stamp card or an occasion, and what the referral is called."""
        if rule_id == REFERRAL:
            return self.words.gettext("Bring a friend")
        named = {rule.id: rule.name for rule in self.program.earning}
        named |= {promotion.id: promotion.name for promotion in self.program.promotions}
        named |= {card.id: card.name for card in self.program.cards}
        named |= {occasion.id: occasion.name for occasion in self.program.occasions}
        return named.get(rule_id, rule_id)

    def tier_name(self, tier_id: str) -> str:
        tiers = self.program.tiers.tiers if self.program.tiers else ()
        return {tier.id: tier.name for tier in tiers}.get(tier_id, tier_id)

    def in_tier_order(self, tiers: Iterable[str]) -> list[str]:
        """Return tiers from the lowest up, those the programme does not have last."""
        ranks = [tier.id for tier in self.program.tiers.tiers] if self.program.tiers else []
        return sorted(tiers, key=lambda tier: ranks.index(tier) if tier in ranks else len(ranks))

    def quoted(self, codes: Sequence[str], names: Mapping[str, str] = _NO_NAMES) -> str:
        """Return the names of ``codes`` in quotation marks, joined into «a», «b» и «c»."""
        words = self.words
        quoted = [words.gettext("“{name}”", name=names.get(code, code)) for code in codes]
        # One more than are told takes no more room than «and one more».
        if self.names_max is None or len(quoted) <= self.names_max + 1:
            return i18n.join(quoted, self.language)
        return words.gettext(
            "{names} and {count} more",
            names=", ".join(quoted[: self.names_max]),
            count=len(quoted) - self.names_max,
        )


def as_sentence(clauses: str) -> str:
    """Return the clauses as a sentence of their own."""
    return clauses[:1].upper() + clauses[1:] + "."
