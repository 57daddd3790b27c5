"""Destroying all that is known of a person; movements of points and receipts stay, and are nobody's from then on.

What else holds personal data is deleted in the same transaction by who owns it.
"""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.merges import NO_RECORD
from plushka.domain.members.store import lock_member
from plushka.domain.members.suppressions import suppress
from plushka.platform.database import Tx
from plushka.platform.i18n import marked, translator

CATEGORIES = ("name", "identities", "birthday", "tags", "notes", "dates", "channels", "sessions")
"""What is destroyed, as the act names it. Consents stay to prove that processing was lawful: they name nobody.
Neither do the fingerprints by which who comes back is recognised (``suppressions``)."""
_CALLED = marked("Deleted")


async def erase(tx: Tx, member_id: UUID, *, act_id: UUID) -> None:
    """Destroy a member's personal data at their own request, as the act says that is drawn up. There is no way back.

    Their wallets are closed: nobody finds the member any more.

    :raises UnknownMember: the business has none of this id
    """
    member = await lock_member(tx, member_id)
    followers = await _followers(tx, member.id)
    all_ids = [member.id, *followers]
    called = translator((await get_business(tx)).language).gettext(_CALLED)
    await suppress(tx, all_ids)
    phones = [identity.value for identity in member.identities if identity.kind == "phone"]
    await tx.execute(
        """
        -- members.erase: codes by SMS
        delete from phone_codes where tenant_id = $1 and phone = any($2::text[])
        """,
        tx.tenant_id,
        phones,
    )
    await tx.execute(
        """
        -- members.erase: launches of the app
        delete from launches l using channel_addresses a
        where l.tenant_id = $1 and a.tenant_id = $1 and a.member_id = any($2::uuid[])
          and l.messenger = a.messenger and l.external_id = a.external_id
        """,
        tx.tenant_id,
        all_ids,
    )
    await tx.execute(
        """
        -- members.erase: offers to join cards
        delete from merge_offers
        where tenant_id = $1 and (member_id = any($2::uuid[]) or other_id = any($2::uuid[]))
        """,
        tx.tenant_id,
        all_ids,
    )
    for table in (
        "identities",
        "member_notes",
        "member_dates",
        "channel_addresses",
        "member_sessions",
        "member_codes",
        "kept_codes",
        "handed_codes",
        "certificate_orders",
        "segment_members",
        "segment_moves",
        "member_groups",
        "member_lifetimes",
        "auto_tagged",
        "member_goods",
    ):
        await tx.execute(
            f"""
            -- members.erase
            delete from {table} where tenant_id = $1 and member_id = any($2::uuid[])
            """,  # noqa: S608  one of the names above
            tx.tenant_id,
            all_ids,
        )
    await tx.execute(
        """
        -- members.erase: the person
        update members
        set name = $3, sex = null, birthday = null, birthday_changed_at = null, tags = '{}', language = null,
            preferred_channel = null, personal_discount_bp = 0, erased_at = $4
        where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        all_ids,
        called,
        tx.at,
    )
    await tx.execute(
        """
        -- members.erase: how they were before a merge
        update merges set record = $3 where tenant_id = $1 and kept_id = any($2::uuid[])
        """,
        tx.tenant_id,
        all_ids,
        NO_RECORD,
    )
    await tx.execute(
        """
        -- members.erase: what was changed of them
        update audit_entries set changes = '{}'
        where tenant_id = $1 and subject = any($2::text[]) and action in ('member.edit', 'member.prefer')
        """,
        tx.tenant_id,
        [f"member:{one}" for one in all_ids],
    )
    await _draw_up(tx, act_id, member.id, followers)


async def _draw_up(tx: Tx, act_id: UUID, member_id: UUID, followers: Sequence[UUID]) -> None:
    await tx.execute(
        """
        -- members.draw_up_act
        insert into erasure_acts (tenant_id, id, member_id, followers, categories, reason, actor, at)
        values ($1, $2, $3, $4, $5, 'own_request', $6, $7)
        """,
        tx.tenant_id,
        act_id,
        member_id,
        list(followers),
        list(CATEGORIES),
        tx.actor,
        tx.at,
    )
    await audit.record(tx, action="member.erase", subject=f"member:{member_id}", act=str(act_id))


async def _followers(tx: Tx, member_id: UUID) -> list[UUID]:
    rows = await tx.fetch(
        """
        -- members.followers
        select id from members where tenant_id = $1 and merged_into = $2
        """,
        tx.tenant_id,
        member_id,
    )
    return [row["id"] for row in rows]
