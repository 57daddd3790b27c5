"""What lies before somebody who writes a programme: its draft, its versions, and the words of the business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from msgspec import structs

from plushka.delivery.office.engagement.draft.typist import Typist
from plushka.delivery.office.engagement.period import STATES, stage
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import Figures
from plushka.delivery.web.forms import Form
from plushka.domain.businesses.model import Branch
from plushka.domain.businesses.queries import list_branches
from plushka.domain.coupons.model import Coupon
from plushka.domain.coupons.queries import list_coupons
from plushka.domain.events.model import EventKind, translated
from plushka.domain.programs.drafts import get_draft
from plushka.domain.programs.model import Draft, ProgramCard, PublishedVersion
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import find_latest_version, find_version_in_force, get_program
from plushka.domain.programs.segments import list_segment_names
from plushka.domain.programs.telling.voice import Names, Voice
from plushka.engine.program import Program, Promotion, TierRule
from plushka.platform.database import Tx
from plushka.platform.i18n import Translator

_PRODUCT = "product:"


@dataclass(frozen=True, slots=True)
class Desk:
    """``latest`` is the version published last, ``in_force`` the one that decides now."""

    visit: Visit
    card: ProgramCard
    draft: Draft
    latest: PublishedVersion | None
    in_force: PublishedVersion | None
    names: Names
    branches: Sequence[Branch]
    event_kinds: Sequence[EventKind]
    coupons: Sequence[Coupon]
    segments: Mapping[str, str]
    actors: Mapping[str, str]

    @property
    def program(self) -> Program:
        return self.draft.program

    @property
    def words(self) -> Translator:
        return self.visit.words

    @property
    def url(self) -> str:
        return f"/engagement/programs/{self.card.id}/draft"

    @property
    def typist(self) -> Typist:
        return Typist(self.visit.look.language, self.program.currency, self.program.point.scale)

    @property
    def figures(self) -> Figures:
        return self.visit.figures_of(self.program.point.scale)

    @property
    def tiers(self) -> tuple[TierRule, ...]:
        return self.program.tiers.tiers if self.program.tiers else ()

    @property
    def saved(self) -> str:
        """Who saved the draft last, and when; nothing before the first time."""
        if self.draft.saved_at is None or self.draft.saved_by is None:
            return ""
        return self.words.gettext(
            "saved by {who}, {moment}",
            who=told_actor(self.draft.saved_by, self.visit, self.actors),
            moment=self.visit.figures.moment(self.draft.saved_at),
        )

    def stage(self, promotion: Promotion) -> str:
        """Return where a promotion stands today: on, paused, over or to come."""
        today, is_paused = self.visit.today, promotion.is_paused
        return self.words.gettext(
            STATES[stage(promotion.first_on, promotion.last_on, today, is_paused=is_paused)]
        )

    def voice(self, program: Program) -> Voice:
        return Voice(program, self.visit.look.language, self.names, self.visit.business.time_zone)

    def label(self, pick: str) -> str:
        """Return what a pick of goods is called: ``category:dairy`` is «Молочное»."""
        kind, _, code = pick.partition(":")
        named = {"product": self.names.products, "category": self.names.categories}.get(kind, {})
        return named.get(code, code)


async def load_desk(tx: Tx, program_id: UUID, visit: Visit, form: Form | None = None) -> Desk:
    """Gather what is needed to write a programme; ``form`` may name products that the draft does not.

    :raises UnknownProgram: the business has none of this id
    """
    draft, in_force = await get_draft(tx, program_id), await find_version_in_force(tx, program_id)
    taken_out = structs.replace(
        draft.program,
        earning=tuple(removed.rule for removed in draft.removed if removed.rule),
        promotions=tuple(removed.promotion for removed in draft.removed if removed.promotion),
        cards=tuple(removed.card for removed in draft.removed if removed.card),
        occasions=tuple(removed.occasion for removed in draft.removed if removed.occasion),
    )
    programs = [draft.program, taken_out, *([in_force.program] if in_force else [])]
    picked = [
        pick.removeprefix(_PRODUCT)
        for pick in (form.all_values() if form else ())
        if pick.startswith(_PRODUCT)
    ]
    names = await load_names(tx, programs=programs, products=picked)
    return Desk(
        visit=visit,
        card=await get_program(tx, program_id),
        draft=draft,
        latest=await find_latest_version(tx, program_id),
        in_force=in_force,
        names=names,
        branches=await list_branches(tx),
        coupons=await list_coupons(tx),
        segments=await list_segment_names(tx, also_archived=False),
        event_kinds=[
            translated(kind, visit.words) for kind in names.events.values() if kind.retired_at is None
        ],
        actors=await load_actors(tx),
    )
