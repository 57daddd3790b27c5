"""What the check boxes and selects of conditions offer, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plushka.delivery.office.engagement.draft.typist import Typist
from plushka.delivery.office.visit import Visit
from plushka.domain.events.kinds import list_kinds
from plushka.domain.events.model import EventKind, translated
from plushka.domain.members.consent_texts import CONSENT_WORDS
from plushka.domain.members.links import list_links
from plushka.domain.members.words import SEX_WORDS, SOURCE_WORDS
from plushka.domain.programs.telling.occasions import CLOSE_DATES
from plushka.domain.segments.definitions import as_id
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.domain.segments.queries import list_segments
from plushka.domain.segments.telling.teller import Teller
from plushka.domain.segments.telling.words import (
    ANY_CHANNEL_WORDS,
    CHANNEL_WORDS,
    LANGUAGE_WORDS,
    REACTION_WORDS,
    SPAN_WORDS,
)
from plushka.engine.stamp_parts import Spend
from plushka.platform.database import Tx
from plushka.platform.i18n import currency_decimals, currency_sign, format_month, marked

Pairs = list[tuple[str, str]]
_GOODS = {"product": marked("product"), "category": marked("category"), "brand": marked("brand")}


@dataclass(frozen=True, slots=True)
class Choices:
    """``of``: choices by their name; ``scales``: of points by programme, "" for the first one.

    ``events``: kinds of events by name, with what can be asked of their fields.
    """

    of: Mapping[str, Pairs]
    scales: Mapping[str, int]
    currency: str
    sign: str
    goods_kinds: Mapping[str, str]
    teller: Teller
    events: Mapping[str, EventKind]

    def scale(self, program: str, card: str = "") -> int:
        """Return how many decimals numbers of a programme, or of its stamp card, have as they are typed."""
        if not card:
            return self.scales.get(program, 0)
        known = self.teller.card(card, as_id(program))
        return currency_decimals(self.currency) if known and isinstance(known.counts, Spend) else 0

    @property
    def typist(self) -> Typist:
        return Typist(self.teller.language, self.currency, self.scale(""))

    def label(self, pick: str) -> str:
        """Return what a pick of goods, as ``category:dairy``, is called."""
        kind, _, code = pick.partition(":")
        names = {"product": self.teller.names.products, "category": self.teller.names.categories}
        return names.get(kind, {}).get(code, code)


async def load_choices(tx: Tx, visit: Visit, teller: Teller, *, besides: str = "") -> Choices:
    """Return what there is to choose from; ``besides`` is the segment that is being edited."""
    words = visit.words

    def told(pairs: Mapping[Any, str]) -> Pairs:
        return [(value, words.gettext(text)) for value, text in pairs.items()]

    tiers = [tier for program in teller.programs.values() if program.tiers for tier in program.tiers.tiers][
        :200
    ]
    programs: Pairs = [("", words.gettext("the first one"))]
    if len(teller.program_names) > 1:
        programs += [(str(program_id), name) for program_id, name in teller.program_names.items()]
    events = {kind.name: translated(kind, words) for kind in await list_kinds(tx)}
    scales = {str(program_id): program.point.scale for program_id, program in teller.programs.items()}
    of: dict[str, Pairs] = {
        "sexes": told(SEX_WORDS),
        "months": [(str(month), format_month(month, visit.look.language)) for month in range(1, 13)],
        "dates": told(CLOSE_DATES),
        "languages": told(LANGUAGE_WORDS),
        "sources": told(SOURCE_WORDS),
        "channels": told(CHANNEL_WORDS),
        "any_channels": told(ANY_CHANNEL_WORDS),
        "consents": told(CONSENT_WORDS),
        "groups": told(GROUP_WORDS),
        "spans": told(SPAN_WORDS),
        "reactions": told(REACTION_WORDS),
        "scores": [(str(score), str(score)) for score in range(1, 6)],
        "branches": list(teller.names.branches.items()),
        "coupons": list(teller.names.coupons.items()),
        "campaigns": list(teller.campaigns.items()),
        "broadcasts": [each for each in teller.campaigns.items() if each[0] not in teller.journeys],
        "journeys": [each for each in teller.campaigns.items() if each[0] in teller.journeys],
        "links": [(str(link.id), link.name) for link in await list_links(tx)],
        "tiers": list(dict.fromkeys((tier.id, tier.name) for tier in tiers)),
        "cards": list(
            dict.fromkeys(
                (card.id, card.name) for program in teller.programs.values() for card in program.cards
            )
        ),
        "programs": programs if len(programs) > 1 else [],
        "events": [(name, kind.title) for name, kind in events.items()],
        "segments": [
            (str(segment.id), segment.name)
            for segment in await list_segments(tx)
            if str(segment.id) != besides
        ],
    }
    return Choices(
        of=of,
        scales={**scales, "": next(iter(scales.values()), 0)},
        currency=teller.currency,
        sign=currency_sign(teller.currency, visit.look.language),
        goods_kinds={kind: words.gettext(name) for kind, name in _GOODS.items()},
        teller=teller,
        events=events,
    )
