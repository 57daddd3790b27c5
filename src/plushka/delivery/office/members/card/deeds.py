"""What was changed about a member by hand: when, by whom, and what it was before."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from plushka.delivery.office.members.card.head import head_of
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.domain.audit.model import Entry, EntryFilter
from plushka.domain.audit.queries import list_entries
from plushka.domain.insights.trail.objects import find_objects
from plushka.domain.insights.trail.sentences import changes, sentence
from plushka.domain.ledger.queries import list_wallet_ids
from plushka.domain.members.merges import list_merges
from plushka.domain.members.model import Merge
from plushka.domain.members.queries import get_member
from plushka.domain.purchases.merging import UNDO_HOURS
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

ENTRIES_SHOWN = 100


class Deed(Struct, frozen=True):
    """One change told; ``changes`` say what was before and what is after."""

    what: str
    changes: tuple[str, ...]
    who: str
    at: str


class MergeLine(Struct, frozen=True):
    """A card that was joined with this one. ``undo`` is empty where it is too late or done."""

    what: str
    when: str
    undo: str


@get("/members/{member_id:uuid}/deeds", opt={"action": "members.read"})
async def show_deeds(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        wallets = [f"wallet:{wallet_id}" for wallet_id in await list_wallet_ids(tx, member.id)]
        entries = await _list_entries(tx, [f"member:{member.id}", *wallets])
        objects = await find_objects(tx, entries)
        actors = await load_actors(tx)
        merges = await list_merges(tx, member.id)
    return visit.page(
        "members/card/deeds.html",
        section="members",
        page="list",
        head=head_of(member, visit, tab="/deeds"),
        deeds=[_deed(entry, objects.scale(entry), visit, actors) for entry in entries],
        merges=[_merge(merge, visit, actors) for merge in merges],
    )


async def _list_entries(tx: Tx, subjects: Sequence[str]) -> list[Entry]:
    found = [
        entry
        for subject in subjects
        for entry in await list_entries(tx, EntryFilter(subject=subject), limit=ENTRIES_SHOWN)
    ]
    return sorted(found, key=lambda entry: entry.id, reverse=True)[:ENTRIES_SHOWN]


def _deed(entry: Entry, scale: int, visit: Visit, actors: Mapping[str, str]) -> Deed:
    words = visit.words
    return Deed(
        what=sentence(entry, words, scale=scale),
        changes=tuple(
            words.gettext(
                "{field}: {before} → {after}", field=field, before=before or NOTHING, after=after or NOTHING
            )
            for field, before, after in changes(entry, words, scale=scale)
        ),
        who=told_actor(entry.actor, visit, actors),
        at=visit.figures.moment(entry.at),
    )


def _merge(merge: Merge, visit: Visit, actors: Mapping[str, str]) -> MergeLine:
    words = visit.words
    can_undo = (
        merge.undone_at is None
        and visit.may("members.merge")
        and visit.at - merge.at <= timedelta(hours=UNDO_HOURS)
    )
    told = (
        marked("Joined with the card of {name}")
        if merge.undone_at is None
        else marked("Was joined with {name}")
    )
    return MergeLine(
        what=words.gettext(told, name=merge.merged_name or words.gettext("a member without a name")),
        when=f"{visit.figures.moment(merge.at)}, {told_actor(merge.actor, visit, actors)}",
        undo=f"/members/{merge.kept_id}/merges/{merge.id}/undo" if can_undo else "",
    )
