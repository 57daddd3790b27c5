"""Publishing programmes, and enrolling members into them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import msgspec

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business
from plushka.domain.coupons.queries import list_coupons
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger import operations as ledger
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.model import WalletMoved
from plushka.domain.members import operations as members
from plushka.domain.members.channels import Address
from plushka.domain.members.model import Identity, Member, Source, UnknownMember
from plushka.domain.members.store import keep_apart
from plushka.domain.members.suppressions import was_welcomed_lately
from plushka.domain.programs import standings
from plushka.domain.programs.coupon_rewards import coupon_problems, gives_coupons
from plushka.domain.programs.model import (
    DESCRIPTION_LENGTH_MAX,
    NAME_LENGTH_MAX,
    PROGRAMS_MAX,
    CurrencyOfProgram,
    ProgramNameMissing,
    ProgramTextTooLong,
    ProgramUnsound,
    PublishedVersion,
    ScaleOfProgram,
    Standing,
    TierNotManual,
    TooManyPrograms,
    UnknownTier,
)
from plushka.domain.programs.queries import (
    find_scales,
    find_version_in_force,
    get_program,
    get_program_id,
    list_programs,
)
from plushka.domain.programs.segments import list_segment_names, segment_problems
from plushka.domain.programs.versions import forget_in_force
from plushka.engine.check import problems
from plushka.engine.named_segments import named_segments
from plushka.engine.program import Program
from plushka.engine.purchase import Place
from plushka.engine.welcome import welcome_grant
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def create_program(tx: Tx, *, name: str, description: str = "") -> UUID:
    """Create a programme that has no rules yet; ``publish`` gives it some.

    :raises ProgramNameMissing: the name is blank
    :raises ProgramTextTooLong: the name or the description is
    :raises TooManyPrograms: the business has ``PROGRAMS_MAX``
    """
    name, description = _checked_texts(name, description)
    if len(await list_programs(tx)) >= PROGRAMS_MAX:
        raise TooManyPrograms(programs_max=PROGRAMS_MAX)
    program_id = new_id()
    await tx.execute(
        """
        -- programs.create_program
        insert into programs (tenant_id, id, name, description, created_at) values ($1, $2, $3, $4, $5)
        """,
        tx.tenant_id,
        program_id,
        name,
        description,
        tx.at,
    )
    await audit.record(tx, action="program.create", subject=f"program:{program_id}", name=name)
    return program_id


async def rename_program(tx: Tx, program_id: UUID, *, name: str, description: str) -> None:
    """Give a programme a name and a description, at once; a published version keeps the name it was published with.

    :raises UnknownProgram: the business has none of this id
    :raises ProgramNameMissing: the name is blank
    :raises ProgramTextTooLong: the name or the description is
    """
    name, description = _checked_texts(name, description)
    before = await get_program(tx, program_id)
    await tx.execute(
        """
        -- programs.rename_program
        update programs set name = $3, description = $4 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        program_id,
        name,
        description,
    )
    await audit.record(
        tx, action="program.rename", subject=f"program:{program_id}", name_before=before.name, name=name
    )


def _checked_texts(name: str, description: str) -> tuple[str, str]:
    name, description = name.strip(), description.strip()
    if not name:
        raise ProgramNameMissing(field="name")
    for field, text, length_max in (
        ("name", name, NAME_LENGTH_MAX),
        ("description", description, DESCRIPTION_LENGTH_MAX),
    ):
        if len(text) > length_max:
            raise ProgramTextTooLong(field=field, length_max=length_max)
    return name, description


async def publish(tx: Tx, *, program_id: UUID, program: Program, valid_from: datetime) -> PublishedVersion:
    """Make a new immutable version that is in force from ``valid_from`` on (S20).

    Of two at once the second waits for the first and gets the next number.

    :raises ProgramUnsound: it contradicts itself, gives a coupon that is not there or stopped, names no segment of ours
    :raises CurrencyOfProgram: it is written in another currency than the business trades in
    :raises ScaleOfProgram: its points are divided otherwise than those that members may have
    """
    if found := problems(program):
        raise ProgramUnsound(field=found[0].path, problem=found[0].code, **found[0].facts)
    if gives_coupons(program) and (missing := next(coupon_problems(program, await list_coupons(tx)), None)):
        raise ProgramUnsound(field=missing.path, problem=missing.code, **missing.facts)
    if any(named_segments(program)):
        known = await list_segment_names(tx, also_archived=False)
        if stranger := next(segment_problems(program, known), None):
            raise ProgramUnsound(field=stranger.path, problem=stranger.code)
    business = await get_business(tx)
    if program.currency != business.currency:
        raise CurrencyOfProgram(field="currency", currency=business.currency)
    await _lock_program(tx, program_id)
    scale = (await find_scales(tx)).get(program_id)
    if scale is not None and program.point.scale != scale:
        raise ScaleOfProgram(field="point.scale")
    version_id = new_id()
    number = await tx.fetchval(
        """
        -- programs.publish
        insert into program_versions
            (tenant_id, id, program_id, number, valid_from, body, published_at, published_by)
        select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7
        from program_versions where tenant_id = $1 and program_id = $3
        returning number
        """,
        tx.tenant_id,
        version_id,
        program_id,
        valid_from,
        msgspec.json.encode(program).decode(),
        tx.at,
        tx.actor,
    )
    forget_in_force(tx)
    await audit.record(tx, action="program.publish", subject=f"program:{program_id}", number=number)
    return PublishedVersion(
        id=version_id,
        program_id=program_id,
        number=number,
        valid_from=valid_from,
        published_at=tx.at,
        published_by=tx.actor,
        program=program,
    )


async def _lock_program(tx: Tx, program_id: UUID) -> None:
    # A statement of its own: the number is then counted over what was published while it waited.
    await tx.execute(
        """
        -- programs.lock_program
        select from programs where tenant_id = $1 and id = $2 for no key update
        """,
        tx.tenant_id,
        program_id,
    )


async def enroll(
    tx: Tx,
    *,
    name: str,
    identities: Sequence[Identity],
    birthday: date | None = None,
    source: Source = "till",
    link_id: UUID | None = None,
    program_id: UUID | None = None,
    accounts: Collection[Address] = (),
) -> Member:
    """Enroll a member: with a wallet, in the first tier, with the welcome points of a programme.

    Without ``program_id`` it is the business's first one. ``accounts`` are those in messengers that they come from.

    :raises IdentityTaken: another member has one of the identities
    """
    member = await members.enroll(
        tx,
        name=name,
        identities=identities,
        birthday=birthday,
        source=source,
        link_id=link_id,
    )
    await join(tx, member.id, program_id=program_id or await get_program_id(tx), accounts=accounts)
    return member


async def join(tx: Tx, member_id: UUID, *, program_id: UUID, accounts: Collection[Address] = ()) -> None:
    """Open the member's wallet and standing in a programme, and book its welcome points.

    Who is in it already, or joins at this moment elsewhere, is left alone: nobody is welcomed twice. Nor is who
    deleted themselves within the year and is known again by a phone, an e-mail or one of ``accounts``.
    """
    wallet_id = await ledger.open_wallet(tx, member_id, program_id=program_id)
    if wallet_id is None:
        return
    current = await find_version_in_force(tx, program_id)
    tiers = current.program.tiers if current else None
    await standings.open_standings(
        tx, [member_id], program_id=program_id, tier=tiers.tiers[0].id if tiers else None
    )
    if (
        current
        and current.program.welcome
        and not await was_welcomed_lately(tx, member_id, accounts=accounts)
    ):
        business = await get_business(tx)
        await ledger.grant(
            tx,
            wallet_id=wallet_id,
            grant=welcome_grant(
                current.program,
                current.program.welcome,
                Place(branch="", time_zone=business.time_zone),
                tx.at,
            ),
            kind="welcome",
            reason="welcome",
        )


async def lock_members(tx: Tx, joins_at: Mapping[WalletKey, datetime]) -> dict[WalletKey, Book]:
    """Lock the wallets of members and return their books; who is not in a programme joins it, at the moment given.

    Call it once, before anything else is locked: the order of locks that ``bookkeeping`` tells of begins here. The
    book of one who was merged into another before they could join is new and ``is_moved``.
    """
    books = await bookkeeping.lock_books(tx, joins_at)
    if len(books) == len(joins_at):
        return books
    strangers = joins_at.keys() - (await bookkeeping.read_books(tx, joins_at)).keys()
    stay = await keep_apart(tx, {key.member_id for key in strangers})
    joining = sorted(key for key in strangers if key.member_id in stay)
    for key in joining:
        await join(replace(tx, at=joins_at[key]), key.member_id, program_id=key.program_id)
    merged = strangers.difference(joining)
    books = await bookkeeping.lock_books(tx, joins_at.keys() - merged)
    for key in joining:
        books[key].is_doubtful = True
    return books | {key: Book(wallet_id=new_id(), member_id=key.member_id, is_moved=True) for key in merged}


async def free_tier(tx: Tx, member_id: UUID, *, program_id: UUID | None = None) -> None:
    """Leave a tier that was set by hand to the rules again, which may now lower it at its review.

    :raises TierNotManual: it is left to them already
    """
    standing = await _lock_standing(tx, member_id, program_id=program_id or await get_program_id(tx))
    if not standing.tier_is_manual:
        raise TierNotManual
    await standings.change_tier(tx, standing, standing.tier, reason="freed")
    await audit.record(tx, action="tier.free", subject=f"member:{member_id}", tier=standing.tier)


async def set_tier(
    tx: Tx,
    member_id: UUID,
    tier: str,
    *,
    until: datetime | None,
    reason: str,
    program_id: UUID | None = None,
) -> None:
    """Give a member a tier by hand, until a moment or for good; rules may lift it meanwhile but not lower it.

    :raises UnknownTier: the programme in force has no such tier
    :raises UnknownMember: nobody of this id is in the programme
    """
    current = await find_version_in_force(tx, program_id or await get_program_id(tx))
    tiers = current.program.tiers.tiers if current and current.program.tiers else ()
    if current is None or tier not in {rule.id for rule in tiers}:
        raise UnknownTier(field="tier")
    standing = await _lock_standing(tx, member_id, program_id=current.program_id)
    await standings.change_tier(tx, standing, tier, reason=reason, is_manual=True, until=until)
    await audit.record(tx, action="tier.set", subject=f"member:{member_id}", tier=tier, reason=reason)


async def _lock_standing(tx: Tx, member_id: UUID, *, program_id: UUID) -> Standing:
    books = await bookkeeping.lock_books(tx, [WalletKey(member_id, program_id)])
    if not books:
        raise UnknownMember(field="member")
    if any(book.is_moved for book in books.values()):
        raise WalletMoved
    return (await standings.list_standings(tx, [member_id], program_id=program_id))[member_id]
