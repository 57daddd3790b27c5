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
from plushka.domain.messages.model import PURPOSES, Channel, Outgoing, Purpose, Reason
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
    where tenant_id = $1 and channel = asked.channel and state = 'waiting' and not is_held and not_before <= $3
      and channel || ' ' || address <> all($4::text[])
"""  # noqa: S608  constants


class Interrupted(Struct, frozen=True):
    """What a sender had in flight when it died: ``again`` wait to be sent once more, of ``unknown`` nobody knows."""

    again: int
    unknown: int


class Look(Struct, frozen=True):
    """What a look has taken up; ``is_all``: nothing else is due, but to addresses that were passed over."""

    taken: Sequence[Outgoing]
    is_all: bool


class Asking(Struct, frozen=True):
    """What whoever sends by a channel may take up: so many notices, and letters as far as these leave room.

    ``except_to``: addresses that have had enough. The inbox has no addresses.
    """

    channel: Channel
    notices_max: int
    letters_max: int
    except_to: Collection[str] = ()

    def room(self, notices: int) -> int:
        """Return how many letters may be taken up behind so many notices."""
        return max(self.letters_max, 0) - notices

    @property
    def asks_for_all(self) -> bool:
        return self.notices_max > 0 and self.letters_max > 0


async def take_next(tx: Tx, asked: Sequence[Asking]) -> list[Look]:
    """Take up notices, and behind them letters that advertise, as ``take`` does; one notice to an address.

    What is asked for by several channels, each once, is found, judged and marked together. Where nothing is due at all,
    or nothing more, that is told by one look.
    """
    rows = (
        await _list_due(tx, asked) if any(max(one.notices_max, one.letters_max) > 0 for one in asked) else []
    )
    due: dict[Channel, list[Outgoing]] = {one.channel: [] for one in asked}
    for row in rows:
        due[row["channel"]].append(_outgoing_of(row))
    are_letters_due = {row["channel"]: row["is_letter_due"] for row in rows}
    notices: dict[Channel, _Taking] = {}
    letters: dict[Channel, _Taking] = {}
    for one in asked:
        own = due[one.channel]
        count = sum(message.purpose == "transactional" for message in own)
        notices[one.channel] = _Taking(one, "transactional", one.notices_max, own[:count])
        if own and one.room(count) > 0:
            letters[one.channel] = _Taking(one, "marketing", one.room(count), own[count:])
    await _take(tx, [*notices.values(), *letters.values()])
    looks = []
    for one in asked:
        first, behind = notices[one.channel], letters.get(one.channel)
        is_all = one.asks_for_all and first.is_all
        if behind is None and are_letters_due.get(one.channel):
            is_all = False
            if not first.taken and one.letters_max > 0:
                # None of the notices may go.
                behind = await _take_alone(tx, one, "marketing", one.letters_max)
        elif behind is not None:
            is_all = is_all and behind.is_all
        looks.append(Look([*first.taken, *(behind.taken if behind is not None else ())], is_all))
    return looks


async def take(
    tx: Tx, channel: Channel, purpose: Purpose, limit: int, *, except_to: Collection[str] = ()
) -> Sequence[Outgoing]:
    """Take up the ``limit`` messages at most that are due the longest, passing over addresses that have had enough.

    What advertises goes through the gate (``gate.verdict``): what may not go is skipped with its reason, moved to the
    next channel of its route, or put back until the morning. What does not is only asked whether its campaign still
    means its member. Whoever takes has them alone.
    """
    return (await _take_alone(tx, Asking(channel, 0, 0, except_to), purpose, limit)).taken


class _Taking(Struct):
    """What is to be taken up by a channel of one purpose: ``limit`` at most, of those ``due`` first.

    ``asked`` is how many were looked for when these were found. ``is_all``: nothing else of the purpose is due.
    """

    asking: Asking
    purpose: Purpose
    limit: int
    due: Sequence[Outgoing]
    taken: list[Outgoing] = []
    asked: int = 0
    is_all: bool = False
    is_over: bool = False

    def __post_init__(self) -> None:
        self.asked = self.asked or self.limit

    def choose(self, *, one_each: bool) -> Sequence[Outgoing]:
        """Return those that may be taken up together."""
        if not one_each:
            return self.due
        return _one_each(self.due, except_to={message.address for message in self.taken})

    def note(self, chosen: Sequence[Outgoing], may_go: Sequence[Outgoing]) -> Sequence[Outgoing]:
        """Note what of what was chosen may go, and return what is taken up of it."""
        going = may_go[: self.limit - len(self.taken)]
        self.taken = [*self.taken, *going]
        are_more_behind = len(self.due) == self.asked
        self.is_all = not are_more_behind and len(chosen) == len(self.due) and len(going) == len(may_go)
        self.is_over = len(self.taken) >= self.limit or not are_more_behind or not chosen
        return going


async def _take_alone(tx: Tx, asking: Asking, purpose: Purpose, limit: int) -> _Taking:
    rows = await _list_due(tx, [_only(asking, purpose, limit)])
    taking = _Taking(asking, purpose, limit, [_outgoing_of(row) for row in rows])
    await _take(tx, [taking], one_each=False)
    return taking


def _only(asking: Asking, purpose: Purpose, limit: int) -> Asking:
    """Return the same of one purpose alone."""
    notices_max, letters_max = (limit, 0) if purpose == "transactional" else (0, limit)
    return Asking(asking.channel, notices_max, letters_max, asking.except_to)


async def _take(tx: Tx, takings: Sequence[_Taking], *, one_each: bool = True) -> None:
    """Take up what may go of those that are due first, and of those behind them until there are enough of each.

    ``one_each``: one notice to an address.
    """
    going: Sequence[_Taking] = takings
    rules = await _open_gate(tx) if any(each.due and each.purpose == "marketing" for each in going) else None
    for _ in range(ROUNDS_MAX):
        chosen = [
            each.choose(
                one_each=one_each and each.purpose == "transactional" and each.asking.channel != "inbox"
            )
            for each in going
        ]
        passed = await _let_all_pass(tx, going, chosen, rules)
        taken = [
            message
            for each, own in zip(going, chosen, strict=True)
            for message in each.note(own, [one for one in own if one.id in passed])
        ]
        if taken:
            await _mark_taken(tx, [message.id for message in taken])
        going = [each for each in going if not each.is_over]
        if not going:
            return
        for each in going:
            each.asked = LOOKED_AT_MAX
            rows = await _list_due(tx, [_only(each.asking, each.purpose, each.asked)])
            each.due = [_outgoing_of(row) for row in rows]


async def _let_all_pass(
    tx: Tx, takings: Sequence[_Taking], chosen: Sequence[Sequence[Outgoing]], rules: Rules | None
) -> set[UUID]:
    """Return those of what was chosen that may go, notices first; settle all others."""
    passed: set[UUID] = set()
    for purpose in PURPOSES:
        asked = [
            message
            for each, own in zip(takings, chosen, strict=True)
            if each.purpose == purpose
            for message in own
        ]
        if asked:
            may_go = await _let_pass(tx, asked, rules if purpose == "marketing" else None)
            passed |= {message.id for message in may_go}
    return passed


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
    if not messages:
        return
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


async def _list_due(tx: Tx, asked: Sequence[Asking]) -> Sequence[Record]:
    """Return, locked, those that are due the longest: as many notices as there may be, and letters in the room left.

    With them comes what is asked of each that was found, so that nothing more is asked where nothing is due.
    """
    rows = await tx.fetch(
        f"""
        -- messages.list_due
        with asked as (
            select * from unnest($2::text[], $5::bigint[], $6::bigint[]) as a (channel, notices_max, letters_max)
        ), notice as (
            select due.* from asked cross join lateral (
                {_DUE} and purpose = 'transactional' order by not_before, id limit asked.notices_max
                for update skip locked
            ) as due
        ), advertising as (
            select due.* from asked cross join lateral (
                {_DUE} and purpose = 'marketing'
                order by not_before, id
                limit greatest(
                    asked.letters_max - (select count(*) from notice where notice.channel = asked.channel), 0
                )
                for update skip locked
            ) as due
        )
        select letter.*, letter.content::text as said,
               exists (select from asked cross join lateral ({_DUE} and purpose = 'marketing' limit 1) as due
                       where asked.channel = letter.channel) as is_letter_due,
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
        order by letter.channel, letter.purpose desc, letter.not_before, letter.id
        """,  # noqa: S608  a constant
        tx.tenant_id,
        [one.channel for one in asked],
        tx.at,
        [f"{one.channel} {address}" for one in asked for address in one.except_to],
        [max(one.notices_max, 0) for one in asked],
        [max(one.letters_max, 0) for one in asked],
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
