"""Messages taken up by who sends them: those that wait for it the longest, as far as they may still go."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.messages.audiences import MEANT_SQL, RUN_ID, list_outside, meant_by
from plushka.domain.messages.contents import Content
from plushka.domain.messages.gate import FACTS_SQL, Go, Later, Skip, facts_by, judge
from plushka.domain.messages.model import Channel, Outgoing, Purpose, Reason
from plushka.domain.messages.moving import move_on
from plushka.domain.messages.rules import RULES_COLUMNS, Rules, get_rules, note_rules
from plushka.domain.programs.versions import in_force, note_in_force
from plushka.platform.database import Tx

LOOKED_AT_MAX = 500
"""Letters that one look goes through where the first ones may not go."""
ROUNDS_MAX = 100

_content = msgspec.json.Decoder(Content)
_DUE = f"""
    select id, channel, address, member_id, language as spoken, purpose, content, attempts, created_at as left_at,
           useful_until, route, campaign_id, not_before, {RUN_ID}
    from outgoing
    where tenant_id = $1 and channel = $2 and state = 'waiting' and not is_held and not_before <= $3
      and address <> all($4::text[])
"""  # noqa: S608  constants


class Interrupted(Struct, frozen=True):
    """What a sender had in flight when it died: ``again`` wait to be sent once more, of ``unknown`` nobody knows."""

    again: int
    unknown: int


class Look(Struct, frozen=True):
    """What a look has taken up; ``is_all``: nothing else is due, but to addresses that were passed over."""

    taken: Sequence[Outgoing]
    is_all: bool


async def take_next(
    tx: Tx, channel: Channel, *, notices_max: int, letters_max: int, except_to: Collection[str] = ()
) -> Look:
    """Take up notices, and behind them letters that advertise, as ``take`` does; one notice to an address.

    Letters are as many as notices leave of ``letters_max``. The inbox has no addresses. Where nothing is due at all, or
    nothing more, that is told by one look.
    """
    limits: dict[Purpose, int] = {"transactional": notices_max, "marketing": max(letters_max, 0)}
    asks_for_all = all(limits.values())
    rows = await _list_due(tx, channel, limits, except_to=except_to) if any(limits.values()) else []
    if not rows:
        return Look([], asks_for_all)
    due = [_outgoing_of(row) for row in rows]
    notices = [message for message in due if message.purpose == "transactional"]
    first = await _take(
        tx, channel, "transactional", notices_max, notices, except_to=except_to, one_each=channel != "inbox"
    )
    room = limits["marketing"] - len(notices)
    if room > 0:
        letters = due[len(notices) :]
        behind = await _take(tx, channel, "marketing", room, letters, except_to=except_to)
        return Look([*first.taken, *behind.taken], asks_for_all and first.is_all and behind.is_all)
    if not rows[0]["is_letter_due"]:
        return Look(first.taken, asks_for_all and first.is_all)
    if first.taken or letters_max <= 0:
        return Look(first.taken, is_all=False)
    # None of the notices may go.
    return Look(await take(tx, channel, "marketing", letters_max, except_to=except_to), is_all=False)


async def take(
    tx: Tx, channel: Channel, purpose: Purpose, limit: int, *, except_to: Collection[str] = ()
) -> Sequence[Outgoing]:
    """Take up the ``limit`` messages at most that are due the longest, passing over addresses that have had enough.

    What advertises goes through the gate (``gate.verdict``): what may not go is skipped with its reason, moved to the
    next channel of its route, or put back until the morning. What does not is only asked whether its campaign still
    means its member. Whoever takes has them alone.
    """
    rows = await _list_due(tx, channel, {purpose: limit}, except_to=except_to)
    due = [_outgoing_of(row) for row in rows]
    return (await _take(tx, channel, purpose, limit, due, except_to=except_to)).taken


async def _take(
    tx: Tx,
    channel: Channel,
    purpose: Purpose,
    limit: int,
    due: Sequence[Outgoing],
    *,
    except_to: Collection[str],
    one_each: bool = False,
) -> Look:
    """Take up what may go of those that are ``due`` first, and of those behind them until there are ``limit``.

    ``one_each``: one to an address. All is all of the purpose.
    """
    rules = await _open_gate(tx) if due and purpose == "marketing" else None
    taken: list[Outgoing] = []
    asked, is_all = limit, False
    for _ in range(ROUNDS_MAX):
        chosen = _one_each(due, except_to={message.address for message in taken}) if one_each else due
        may_go = await _let_pass(tx, chosen, rules) if chosen else []
        going = may_go[: limit - len(taken)]
        if going:
            await _mark_taken(tx, [message.id for message in going])
        taken += going
        are_more_behind = len(due) == asked
        is_all = not are_more_behind and len(chosen) == len(due) and len(going) == len(may_go)
        if len(taken) >= limit or not are_more_behind or not chosen:
            break
        asked = LOOKED_AT_MAX
        rows = await _list_due(tx, channel, {purpose: asked}, except_to=except_to)
        due = [_outgoing_of(row) for row in rows]
    return Look(taken, is_all)


def _one_each(due: Sequence[Outgoing], *, except_to: Collection[str]) -> Sequence[Outgoing]:
    """Return the first to each address."""
    first: dict[str, Outgoing] = {}
    for message in due:
        if message.address not in except_to:
            first.setdefault(message.address, message)
    return list(first.values())


async def put_back_interrupted(tx: Tx, channel: Channel) -> Interrupted:
    """Settle what a sender had taken up when it died.

    A notice is sent again, so that the one in flight may arrive twice; a letter that advertises is not, so that it
    may not arrive at all.
    """
    rows = await tx.fetch(
        """
        -- messages.put_back_interrupted
        update outgoing
        set state = case purpose when 'marketing' then 'unknown' else 'waiting' end,
            finished_at = case purpose when 'marketing' then $3::timestamptz end
        where tenant_id = $1 and channel = $2 and state = 'sending'
        returning purpose
        """,
        tx.tenant_id,
        channel,
        tx.at,
    )
    unknown = sum(row["purpose"] == "marketing" for row in rows)
    return Interrupted(again=len(rows) - unknown, unknown=unknown)


async def put_back(tx: Tx, messages: Sequence[Outgoing]) -> None:
    """Let messages wait again that were taken up and not begun: it was no attempt."""
    await tx.execute(
        """
        -- messages.put_back
        update outgoing set state = 'waiting', attempts = attempts - 1, taken_at = null
        where tenant_id = $1 and id = any($2::uuid[]) and state = 'sending'
        """,
        tx.tenant_id,
        [message.id for message in messages],
    )


async def _open_gate(tx: Tx) -> Rules:
    """Return the rules of what advertises; with a cap letters of a business are judged one transaction at a time."""
    rules = await get_rules(tx)
    if rules.cap_letters is not None:
        # Two channels at once would each count the other's letter as not sent yet.
        await tx.execute(
            """
            -- messages.take: one gate a business
            select pg_advisory_xact_lock(hashtextextended('letters ' || $1::uuid::text, 0))
            """,
            tx.tenant_id,
        )
    return rules


async def _let_pass(tx: Tx, candidates: Sequence[Outgoing], rules: Rules | None) -> list[Outgoing]:
    """Return those that may go, in their order; settle all others. Without ``rules`` they advertise nothing."""
    late = [message for message in candidates if message.useful_until < tx.at]
    await skip(tx, {message.id: "too_late" for message in late})
    due = [message for message in candidates if message.useful_until >= tx.at]
    if rules is None or not due:
        outside = await list_outside(tx, due)
        await skip(tx, outside)
        return [message for message in due if message.id not in outside]
    verdicts = await judge(tx, due, rules, zone=(await get_business(tx)).time_zone)
    skipped: dict[UUID, Reason] = {}
    other_way: list[UUID] = []
    for message in due:
        match verdicts[message.id]:
            case Skip(_, by_channel=True) if message.route:
                other_way.append(message.id)
            case Skip(reason):
                skipped[message.id] = reason
            case _:
                pass
    await skip(tx, skipped)
    await move_on(tx, other_way)
    later = {message.id: told.at for message in due if isinstance(told := verdicts[message.id], Later)}
    if later:
        await tx.execute(
            """
            -- messages.put_off
            update outgoing set not_before = put.until
            from unnest($2::uuid[], $3::timestamptz[]) as put (id, until)
            where tenant_id = $1 and outgoing.id = put.id
            """,
            tx.tenant_id,
            list(later),
            list(later.values()),
        )
    return [message for message in due if isinstance(verdicts[message.id], Go)]


async def _list_due(
    tx: Tx, channel: Channel, limits: Mapping[Purpose, int], *, except_to: Collection[str]
) -> Sequence[Record]:
    """Return, locked, as many notices as there may be that are due the longest, and letters as far as these leave room.

    With them comes what is asked of each that was found, so that nothing more is asked where nothing is due.
    """
    rows = await tx.fetch(
        f"""
        -- messages.list_due
        with notice as (
            {_DUE} and purpose = 'transactional' order by not_before, id limit $5 for update skip locked
        ), advertising as (
            {_DUE} and purpose = 'marketing'
            order by not_before, id limit greatest($6::bigint - (select count(*) from notice), 0)
            for update skip locked
        )
        select letter.*, letter.content::text as said, exists ({_DUE} and purpose = 'marketing') as is_letter_due,
               campaign.*, run.*, facts.*, template.revision, called.name as called, {RULES_COLUMNS},
               ({in_force("$3")})::text as in_force
        from (select * from notice union all select * from advertising) as letter
        {MEANT_SQL}
        {FACTS_SQL}
        left join lateral (
            select revision from templates where tenant_id = $1 and id = (letter.content ->> 'template_id')::uuid
            offset 0
        ) as template on true
        left join businesses b on b.tenant_id = $1
        left join members own on own.tenant_id = $1 and own.id = letter.member_id
        left join members called on called.tenant_id = $1
            and called.id = case when own.merged_into is null then own.id else own.merged_into end
        order by letter.purpose desc, letter.not_before, letter.id
        """,  # noqa: S608  a constant
        tx.tenant_id,
        channel,
        tx.at,
        list(except_to),
        limits.get("transactional", 0),
        limits.get("marketing", 0),
    )
    if rows:
        note_rules(tx, rows[0])
        note_in_force(tx, rows[0]["in_force"])
    return rows


def _outgoing_of(row: Record) -> Outgoing:
    return Outgoing(
        id=row["id"],
        channel=row["channel"],
        address=row["address"],
        member_id=row["member_id"],
        language=row["spoken"],
        purpose=row["purpose"],
        content=_content.decode(row["said"]),
        attempts=row["attempts"] + 1,
        created_at=row["left_at"],
        useful_until=row["useful_until"],
        route=tuple(row["route"]),
        campaign_id=row["campaign_id"],
        meant=meant_by(row),
        revision=row["revision"],
        called=row["called"] or "",
        facts=facts_by(row),
    )


async def _mark_taken(tx: Tx, ids: Sequence[UUID]) -> None:
    await tx.execute(
        """
        -- messages.mark_taken
        update outgoing set state = 'sending', attempts = attempts + 1, taken_at = $3
        where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(ids),
        tx.at,
    )


async def skip(tx: Tx, reasons: Mapping[UUID, Reason]) -> None:
    """Note that messages are not sent, and why."""
    if not reasons:
        return
    await tx.execute(
        """
        -- messages.skip
        update outgoing set state = 'skipped', failure = skipped.reason, finished_at = $4,
                            content = content - '{digits,qr}'::text[]
        from unnest($2::uuid[], $3::text[]) as skipped (id, reason)
        where tenant_id = $1 and outgoing.id = skipped.id
        """,
        tx.tenant_id,
        list(reasons),
        list(reasons.values()),
        tx.at,
    )
