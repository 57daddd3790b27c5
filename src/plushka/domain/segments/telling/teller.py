"""What an audience is told with: the words of the business behind the codes of conditions."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from plushka.domain.businesses.queries import get_business
from plushka.domain.members.links import list_links
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import find_version_in_force, list_programs
from plushka.domain.programs.telling.voice import Names
from plushka.engine.audience import Audience, Bought, Campaign
from plushka.engine.audience_check import walk
from plushka.engine.program import Program, StampCard
from plushka.platform import i18n
from plushka.platform.database import Tx
from plushka.platform.i18n import Language, Translator

NAMES_MAX = 3
"""So many names are told of a long list."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Formats what conditions speak of. ``programs`` are those with rules in force, the business's first one first.

    ``journeys`` are those of the ``campaigns`` that are journeys.
    """

    language: Language
    currency: str
    names: Names
    programs: Mapping[UUID, Program]
    program_names: Mapping[UUID, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    campaigns: Mapping[str, str] = field(default_factory=dict)
    journeys: Collection[str] = ()

    @property
    def words(self) -> Translator:
        return i18n.translator(self.language)

    def program(self, program_id: UUID | None) -> Program | None:
        if program_id is None:
            return next(iter(self.programs.values()), None)
        return self.programs.get(program_id)

    def money(self, minor: int) -> str:
        return i18n.format_money(minor, self.currency, self.language, trim=True)

    def points(self, points: int, program_id: UUID | None) -> str:
        """Return points as they follow “from” and “up to”."""
        program = self.program(program_id)
        return i18n.format_points_bound(points, program.point.scale if program else 0, self.language)

    def number(self, number: int) -> str:
        return i18n.format_number(number, self.language)

    def percent(self, percent: int) -> str:
        return i18n.format_percent(percent * 100, self.language)

    def day(self, day: date) -> str:
        return i18n.format_date(day, self.language)

    def tier(self, tier_id: str, program_id: UUID | None) -> str:
        program = self.program(program_id)
        tiers = program.tiers.tiers if program and program.tiers else ()
        return {tier.id: tier.name for tier in tiers}.get(tier_id, tier_id)

    def card(self, card_id: str, program_id: UUID | None) -> StampCard | None:
        program = self.program(program_id)
        return next((card for card in program.cards if card.id == card_id), None) if program else None

    def chosen(self, words: Mapping[Any, str], ids: Sequence[str]) -> str:
        """Return the translated words of some options: «а, б или в»."""
        told = [self.words.gettext(words[one]) if one in words else one for one in ids]
        return i18n.join(told, self.language, either=True)

    def quoted(self, ids: Sequence[str], names: Mapping[str, str]) -> str:
        """Return names in quotation marks: any of them; of many the first few."""
        quoted = [self.words.gettext("“{name}”", name=names.get(one, one)) for one in ids]
        if len(quoted) <= NAMES_MAX + 1:
            return i18n.join(quoted, self.language, either=True)
        return self.words.gettext(
            "{names} and {count} more", names=", ".join(quoted[:NAMES_MAX]), count=len(quoted) - NAMES_MAX
        )

    def bounds(self, least: int | None, most: int | None, tell: Callable[[int], str]) -> str:
        words = self.words
        if least is not None and least == most:
            return words.gettext("exactly {value}", value=tell(least))
        if least is not None and most is not None:
            return words.gettext("from {least} to {most}", least=tell(least), most=tell(most))
        if least is not None:
            return words.gettext("from {least}", least=tell(least))
        return words.gettext("up to {most}", most=tell(most)) if most is not None else words.gettext("any")


async def load_teller(tx: Tx, language: Language, *audiences: Audience) -> Teller:
    """Return what these audiences can be told with."""
    business = await get_business(tx)
    programs, program_names = {}, {}
    for card in await list_programs(tx):
        program_names[card.id] = card.name
        if version := await find_version_in_force(tx, card.id):
            programs[card.id] = version.program
    nodes = [node for audience in audiences for _, node, _ in walk(audience)]
    goods = {sku for node in nodes if isinstance(node, Bought) for sku in node.products}
    campaigns = await _list_campaigns(
        tx, {one for node in nodes if isinstance(node, Campaign) for one in node.ids}
    )
    return Teller(
        language=language,
        currency=business.currency,
        names=await load_names(tx, products=goods),
        programs=programs,
        program_names=program_names,
        links={str(link.id): link.name for link in await list_links(tx)},
        campaigns={str(row["id"]): row["name"] for row in campaigns},
        journeys=frozenset(str(row["id"]) for row in campaigns if row["kind"] == "journey"),
    )


async def _list_campaigns(tx: Tx, named: Collection[UUID]) -> list[asyncpg.Record]:
    """Return the latest campaigns and those that are ``named``, with their kinds, the latest first."""
    # Their slice stands above; a condition may ask what came of one.
    return await tx.fetch(
        """
        -- segments.list_campaigns
        select id, name, kind from campaigns
        where tenant_id = $1 and (id = any($2::uuid[]) or id in (
            select id from campaigns where tenant_id = $1 order by id desc limit 200
        ))
        order by id desc
        """,
        tx.tenant_id,
        list(named),
    )
