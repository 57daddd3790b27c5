"""Strangers who enrol themselves: by a link, or in the app with a phone that they have proved."""

from collections.abc import Collection
from contextlib import suppress

from msgspec import Struct

from plushka.domain.members.channels import Address
from plushka.domain.members.consent_texts import TextKind, list_consent_texts
from plushka.domain.members.consents import note_consent
from plushka.domain.members.links import Link
from plushka.domain.members.model import ConsentMissing, ConsentSuppressed, Identity, Member, Source
from plushka.domain.members.queries import find_member
from plushka.domain.programs.model import ProgramCard, PublishedVersion
from plushka.domain.programs.operations import enroll
from plushka.domain.programs.queries import find_version_in_force, get_program
from plushka.domain.programs.serving import get_serving
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


class Offer(Struct, frozen=True):
    """The programme into which a link enrols; ``version`` is in force there now, None before the first one is."""

    program: ProgramCard
    version: PublishedVersion | None


async def get_offer(tx: Tx, link: Link) -> Offer:
    """Return what a link offers: the programme that serves its branch, the first one for a link of all branches.

    :raises UnknownProgram: the business has none yet
    """
    serving = await get_serving(tx, link.branch_id)
    return Offer(await get_program(tx, serving.id), await find_version_in_force(tx, serving.id))


async def join_by_link(
    tx: Tx, link: Link, *, phone: Identity, name: str, agrees: bool, wants_offers: bool
) -> None:
    """Enrol a stranger with what they agreed to; who has this phone already is left as they are.

    Nobody has proved whose the phone is, so the caller must not tell which of the two it was. How long it takes
    must not tell either: for a phone that is known somebody who does not exist is enrolled, and taken back.

    :raises ConsentMissing: they do not agree that their data are kept
    """
    if not agrees:
        raise ConsentMissing(field="personal_data")
    is_known = await find_member(tx, phone) is not None
    await tx.execute("savepoint joining")
    newcomer = Identity(phone.kind, str(new_id())) if is_known else phone
    serving = await get_serving(tx, link.branch_id)
    member = await enroll(
        tx, name=name, identities=[newcomer], source="link", link_id=link.id, program_id=serving.id
    )
    await _note_agreed(tx, member, wants_offers=wants_offers, source="link")
    await tx.execute("rollback to joining" if is_known else "release joining")


async def join_with_phone(
    tx: Tx,
    *,
    phone: Identity,
    name: str,
    agrees: bool,
    wants_offers: bool,
    accounts: Collection[Address] = (),
) -> Member:
    """Enrol a stranger who has proved that the phone is theirs, and comes from these ``accounts``.

    :raises ConsentMissing: they do not agree that their data are kept
    :raises IdentityTaken: a member has this phone since
    """
    if not agrees:
        raise ConsentMissing(field="personal_data")
    member = await enroll(tx, name=name, identities=[phone], source="app", accounts=accounts)
    await _note_agreed(tx, member, wants_offers=wants_offers, source="app")
    return member


async def _note_agreed(tx: Tx, member: Member, *, wants_offers: bool, source: Source) -> None:
    texts = await list_consent_texts(tx)
    agreed: tuple[TextKind, ...] = ("personal_data", "marketing") if wants_offers else ("personal_data",)
    for kind in agreed:
        # Whose phone was typed behind a link is not known, so nothing is told of it either.
        with suppress(ConsentSuppressed):
            await note_consent(
                tx, member.id, kind, is_given=True, source=source, text_version=texts.version(kind)
            )
