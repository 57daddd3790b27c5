"""What stands in the calendar: promotions of programmes as they are in force, planned and drafted, and coupons."""

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.engagement.period import STATES, State, stage
from plushka.delivery.office.visit import Visit
from plushka.domain.coupons.model import Coupon
from plushka.domain.programs.drafts import get_draft
from plushka.domain.programs.model import Draft, ProgramCard, PublishedVersion
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import find_latest_version, find_version_in_force, list_programs
from plushka.domain.programs.telling.promotions import tell_promotion
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.program import Promotion
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

_IN_DRAFT = {"changed": marked("changed in the draft"), "gone": marked("removed in the draft")}


class Entry(Struct, frozen=True):
    """A promotion or a coupon from ``first_on`` through ``last_on`` (None: without a bound).

    ``part`` is the promotion's id where it can be paused, copied or ended from here; ``draft_note`` says what the draft
    makes of one that is published.
    """

    id: str
    name: str
    about: str
    state: State
    first_on: date | None
    last_on: date | None
    href: str
    part: str = ""
    draft_note: str = ""


class Group(Struct, frozen=True):
    """A programme's promotions, or the coupons; ``program_id`` None: those."""

    title: str
    entries: tuple[Entry, ...]
    program_id: UUID | None = None


async def gather_programs(tx: Tx, visit: Visit) -> list[Group]:
    """Return the promotions of each programme, also of one that has none."""
    groups = []
    for card in await list_programs(tx):
        in_force, latest = await find_version_in_force(tx, card.id), await find_latest_version(tx, card.id)
        draft = await get_draft(tx, card.id)
        programs = [version.program for version in (in_force, latest) if version] + [draft.program]
        voice = Voice(
            draft.program,
            visit.look.language,
            await load_names(tx, programs=programs),
            visit.business.time_zone,
        )
        entries = _of_program(card, in_force, latest, draft, visit, voice)
        groups.append(Group(card.name, in_order(entries), card.id))
    return groups


def _of_program(  # noqa: PLR0917 - called once, above
    card: ProgramCard,
    in_force: PublishedVersion | None,
    latest: PublishedVersion | None,
    draft: Draft,
    visit: Visit,
    voice: Voice,
) -> Iterator[Entry]:
    url, may_edit = f"/engagement/programs/{card.id}", visit.may("programs.edit")
    published = {each.id: each for each in _promotions(in_force)}
    planned = {each.id: each for each in _promotions(latest) if each.id not in published}
    drafted = {each.id: each for each in draft.program.promotions} if draft.revision else None
    for promotion in (*published.values(), *planned.values()):
        kept = promotion if drafted is None else drafted.get(promotion.id)
        note = "gone" if kept is None else "changed" if kept != promotion else ""
        yield _entry(
            promotion,
            "planned" if promotion.id in planned else _stage(promotion, visit),
            _href(url, kept, may_edit=may_edit),
            voice,
            part=promotion.id if may_edit and kept else "",
            note=voice.words.gettext(_IN_DRAFT[note]) if note and may_edit else "",
        )
    for promotion in drafted.values() if drafted and may_edit else ():
        if promotion.id not in published and promotion.id not in planned:
            yield _entry(promotion, "draft", _href(url, promotion, may_edit=True), voice, part=promotion.id)


def _promotions(version: PublishedVersion | None) -> tuple[Promotion, ...]:
    return version.program.promotions if version else ()


def _stage(promotion: Promotion, visit: Visit) -> State:
    return stage(promotion.first_on, promotion.last_on, visit.today, is_paused=promotion.is_paused)


def _href(url: str, kept: Promotion | None, *, may_edit: bool) -> str:
    """Return where a promotion is edited; the list it was taken out of, or the programme for who only looks."""
    if not may_edit:
        return url
    return f"{url}/draft/promotion?{urlencode({'id': kept.id})}" if kept else f"{url}/draft/promotions"


def _entry(
    promotion: Promotion, state: State, href: str, voice: Voice, *, part: str = "", note: str = ""
) -> Entry:
    return Entry(
        id=promotion.id,
        name=promotion.name,
        about=tell_promotion(promotion, voice),
        state=state,
        first_on=promotion.first_on,
        last_on=promotion.last_on,
        href=href,
        part=part,
        draft_note=note,
    )


def of_coupons(coupons: Sequence[Coupon], visit: Visit) -> Group:
    """Return the periods in which codes are good."""
    entries = [
        Entry(
            id=str(coupon.id),
            name=coupon.name,
            about=coupon.source,
            state=stage(coupon.first_on, coupon.last_on, visit.today, is_paused=coupon.is_stopped),
            first_on=coupon.first_on,
            last_on=coupon.last_on,
            href=f"/engagement/coupons/{coupon.id}",
        )
        for coupon in coupons
    ]
    return Group(visit.words.gettext("Coupons"), in_order(entries))


def in_order(entries: Iterator[Entry] | Sequence[Entry]) -> tuple[Entry, ...]:
    """Return what is on first, what is over last, each by its first day."""
    order = list(STATES)
    return tuple(
        sorted(entries, key=lambda each: (order.index(each.state), each.first_on or date.min, each.name))
    )
