"""Letters to many, left in one statement: each goes by the first channel of its route that reaches its member."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.messages.contents import Content, FromTemplate
from plushka.domain.messages.gate import QUIET, end_of_quiet
from plushka.domain.messages.model import PURPOSES, USEFUL_FOR, Channel, Purpose, Reason
from plushka.domain.messages.reaching import PURPOSE, REACHED, REFUSED, ROUTE
from plushka.domain.messages.rules import get_rules, route_of
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

MARKETING_USEFUL_FOR = timedelta(days=3)
"""Long enough to wait for a morning and for a hundred thousand others."""

_encode = msgspec.json.Encoder().encode


class Letter(Struct, frozen=True, kw_only=True):
    """Something to write to a member, once however often it is decided: ``key`` says what it is about.

    Either ``template_id`` with ``values`` of its variables that are not the member's own, or ``content``. ``route``:
    the channels to try, the first first; empty: the business's. Of the audience of a broadcast ``campaign_id`` the
    member must still be when it is sent. Not sent before ``not_before`` and after ``useful_until`` (None: a day; of
    marketing three, from then). ``purpose`` None: as the template says when it is posted. ``withheld``: it is not to be
    sent, for this reason, and has a row all the same.
    """

    member_id: UUID
    key: str
    purpose: Purpose | None
    template_id: UUID | None = None
    content: Content | None = None
    values: Mapping[str, str] = {}
    route: tuple[Channel, ...] = ()
    campaign_id: UUID | None = None
    variant: str = ""
    not_before: datetime | None = None
    useful_until: datetime | None = None
    withheld: Reason | None = None

    @property
    def said(self) -> Content:
        """What it says: words of a template, or facts that are worded when it is sent.

        :raises ValueError: it has neither
        """
        if self.content is not None:
            return self.content
        if self.template_id is None:
            raise ValueError("a letter says nothing")
        return FromTemplate(self.template_id, dict(self.values))


async def post(tx: Tx, letters: Sequence[Letter]) -> int:
    """Leave letters to be sent and return how many were new: one key is one letter, whoever posts it again.

    Who cannot be written to, or has not agreed to advertising, has a row too: skipped, with its reason. Nothing is
    left of members who are no more. What advertises and would wake somebody waits for the morning from the beginning,
    so that the gate is not asked of it at night. One statement, for a hundred thousand as for one.
    """
    if not letters:
        return 0
    rules, business = await get_rules(tx), await get_business(tx)
    starts = [letter.not_before or tx.at for letter in letters]
    routes = {
        (own, purpose): " ".join(route_of(rules, own, purpose))
        for own in {letter.route for letter in letters}
        for purpose in PURPOSES
    }
    wakes_at = {
        minute: end_of_quiet(minute, business.time_zone, rules)
        for minute in {start.replace(second=0, microsecond=0) for start in starts}
    }
    count: int = await tx.fetchval(
        f"""
        -- messages.post
        -- Materialized: else the template is looked up anew wherever it is asked what a letter's purpose is.
        with given as materialized (
            select new.*, {PURPOSE} as purpose
            from unnest(
                $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::text[], $7::text[], $8::uuid[], $9::text[],
                $10::timestamptz[], $11::timestamptz[], $15::text[], $16::uuid[], $17::timestamptz[],
                $22::text[]
            ) as new (
                id, member_id, key, content, purpose_given, route_of_letters, campaign_id, variant, not_before,
                useful_until_given, route_of_notices, template_id, wakes_at, withheld
            )
        ), letter as (
            select id, member_id, key, content, purpose, campaign_id, variant, not_before, wakes_at, withheld,
                   {ROUTE} as route,
                   coalesce(
                       useful_until_given,
                       not_before + case purpose when 'marketing' then $18::interval else $19::interval end
                   ) as useful_until
            from given
        ), judged as materialized (
            select letter.*, found.channel, found.address, found.language as spoken, found.rest, m.language as own,
                   case when $12 then 'sandbox' when letter.withheld <> '' then letter.withheld else {REFUSED} end
                       as reason,
                   -- Where the night is another one the gate tells.
                   case when wakes_at is not null and letter.purpose = 'marketing' and found.channel <> all($20::text[])
                       and coalesce((
                           select last_purchase_zone from wallets
                           where tenant_id = $1 and member_id = letter.member_id and last_purchase_on is not null
                           order by last_purchase_on desc, id
                           limit 1
                       ), $21) = $21
                   then wakes_at else not_before end as goes_at
            from letter {REACHED}
            where m.erased_at is null and m.merged_into is null and m.id is not null
        ), left_ as (
            insert into outgoing (
                tenant_id, id, key, channel, address, member_id, language, purpose, content, campaign_id, variant,
                route, not_before, useful_until, state, failure, created_at, finished_at
            )
            select $1, id, key, coalesce(channel, route[1], 'inbox'), coalesce(address, ''), member_id,
                   coalesce(spoken, own, $13), purpose, content, campaign_id, variant,
                   coalesce(rest, '{{}}'), goes_at, useful_until,
                   case when reason = '' then 'waiting' else 'skipped' end, reason, $14::timestamptz,
                   case when reason <> '' then $14::timestamptz end
            from judged
            on conflict (tenant_id, key) do nothing
            returning id
        )
        select count(*) from left_
        """,  # noqa: S608  a constant
        tx.tenant_id,
        [new_id() for _ in letters],
        [letter.member_id for letter in letters],
        [letter.key for letter in letters],
        [_encode(letter.said).decode() for letter in letters],
        [letter.purpose for letter in letters],
        [routes[letter.route, "marketing"] for letter in letters],
        [letter.campaign_id for letter in letters],
        [letter.variant for letter in letters],
        starts,
        [letter.useful_until for letter in letters],
        business.sandbox_of is not None,
        business.language,
        tx.at,
        [routes[letter.route, "transactional"] for letter in letters],
        [letter.template_id for letter in letters],
        [wakes_at[start.replace(second=0, microsecond=0)] for start in starts],
        MARKETING_USEFUL_FOR,
        USEFUL_FOR,
        list(QUIET),
        business.time_zone,
        [letter.withheld or "" for letter in letters],
    )
    return count


async def hold(tx: Tx, campaign_id: UUID) -> None:
    """Let what waits of a campaign wait on until ``release``; what is in flight arrives, but by no other channel."""
    await _set_held(tx, campaign_id, is_held=True)


async def release(tx: Tx, campaign_id: UUID) -> None:
    """Let what was held go on."""
    await _set_held(tx, campaign_id, is_held=False)


async def _set_held(tx: Tx, campaign_id: UUID, *, is_held: bool) -> None:
    await tx.execute(
        """
        -- messages.set_held
        update outgoing set is_held = $3
        where tenant_id = $1 and campaign_id = $2 and is_held <> $3
          and (state in ('waiting', 'sending') or move_on_at is not null)
        """,
        tx.tenant_id,
        campaign_id,
        is_held,
    )


async def withdraw(tx: Tx, campaign_id: UUID, *, member_ids: Sequence[UUID] | None = None) -> int:
    """Skip what waits of a campaign, of these members or of all, and return how many that were.

    What has gone out or is in flight goes by no other channel any more.
    """
    await tx.execute(
        """
        -- messages.stop_moving
        update outgoing set route = '{}', move_on_at = null
        where tenant_id = $1 and campaign_id = $2 and (state = 'sending' or move_on_at is not null)
          and ($3::uuid[] is null or member_id = any($3))
        """,
        tx.tenant_id,
        campaign_id,
        None if member_ids is None else list(member_ids),
    )
    rows = await tx.fetch(
        """
        -- messages.withdraw
        update outgoing set state = 'skipped', failure = 'withdrawn', finished_at = $4
        where tenant_id = $1 and campaign_id = $2 and state = 'waiting'
          and ($3::uuid[] is null or member_id = any($3))
        returning id
        """,
        tx.tenant_id,
        campaign_id,
        None if member_ids is None else list(member_ids),
        tx.at,
    )
    return len(rows)
