"""What journeys do to members, set-based: one statement a step, however many stand at it.

Each deed is keyed by its run and step, which a run passes once: the letter, the movement of points, the gift and the
call have keys that are unique for ever; a tag is the same however often it is given.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from types import MappingProxyType
from typing import assert_never
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.domain.businesses.model import Business
from plushka.domain.campaigns.journeys.calls import Call, leave_calls
from plushka.domain.coupons.codes import in_halves
from plushka.domain.coupons.operations import count_given, draw_own_codes
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.bulk import BulkChange
from plushka.domain.members.tagging import tag_many, untag_many
from plushka.domain.messages.foreseeing import list_refused
from plushka.domain.messages.letters import Letter, post
from plushka.domain.messages.model import Reason
from plushka.domain.messages.templates.points_given import LIFE, known_until
from plushka.domain.programs.giving import give_many
from plushka.domain.programs.queries import find_version_in_force, get_program_id
from plushka.domain.rewards.issuing import Present, present
from plushka.engine.expiry import midnight_after
from plushka.engine.journeys.parts import (
    Deed,
    GiveCoupon,
    GivePoints,
    GiveReward,
    Message,
    TagMember,
    UntagMember,
    Webhook,
)
from plushka.engine.purchase import Place
from plushka.engine.welcome import by_hand, welcome_grant
from plushka.platform.database import Tx
from plushka.platform.i18n import format_points, translator
from plushka.platform.point_words import calling_points

LETTER_LIVES = timedelta(days=2)
"""A letter that could not be sent for so long is of no use any more."""
_GIFTS: Mapping[type[Deed], tuple[str, ...]] = MappingProxyType(
    {GivePoints: ("points", LIFE), GiveCoupon: ("coupon",), GiveReward: ()}
)
"""What is given, and by which names letters are told of it."""


class Doing(Struct, frozen=True):
    """A deed to be done to a member; ``number``: its place among those of one moment. ``found`` grows by codes."""

    run_id: UUID
    journey_id: UUID
    member_id: UUID
    number: int
    deed: Deed
    found: dict[str, str]

    @property
    def key(self) -> str:
        return f"journey:{self.run_id}:{self.deed.id}"

    @property
    def id(self) -> UUID:
        return uuid5(self.run_id, self.deed.id)


def _forget(gift: Doing) -> None:
    """Let letters tell of nothing by the names of a gift: an earlier one is not told as if it were this."""
    for name in _GIFTS[type(gift.deed)]:
        gift.found.pop(name, None)


@dataclass(slots=True)
class Deeds:
    """Does what a batch decides, in each run's own order. ``names`` are those of the journeys.

    ``points_given`` are those that were booked, ``codes_given`` the keys of codes that were drawn, by run and step.
    ``withheld`` are the steps that gave nothing, and why the letter that would have told of it could not be sent.
    """

    tx: Tx
    business: Business
    names: Mapping[UUID, str]
    coupons_given: list[UUID] = field(default_factory=list)
    codes_given: dict[tuple[UUID, str], str] = field(default_factory=dict)
    points_given: dict[tuple[UUID, str], int] = field(default_factory=dict)
    withheld: dict[tuple[UUID, str], Reason] = field(default_factory=dict)
    _untold: dict[str, Reason] = field(default_factory=dict)

    async def lock_wallets(self, member_ids: Collection[UUID]) -> None:
        """Lock the wallets that points may be given to, all at once and in the order of the ledger."""
        if not member_ids:
            return
        program_id = await get_program_id(self.tx)
        keys = [WalletKey(member_id, program_id) for member_id in member_ids]
        await bookkeeping.lock_books_there(self.tx, keys)

    async def finish(self) -> None:
        """Count the codes that were drawn: coupons are locked last, as purchases do."""
        if self.coupons_given:
            await count_given(self.tx, self.coupons_given)

    async def do(self, doings: Sequence[Doing]) -> None:
        """Do everything; of one run the first before the second."""
        ordered = sorted(doings, key=lambda each: (each.number, each.journey_id, each.deed.id))
        await self._withhold(ordered)
        letters: list[Letter] = []
        for _, together in groupby(ordered, key=lambda each: (each.number, each.journey_id, each.deed)):
            given = [each for each in together if (each.run_id, each.deed.id) not in self.withheld]
            letters += await self._do_one(given)
        # All at once: each says what its own run had been given by then.
        await post(self.tx, letters)

    async def _withhold(self, ordered: Sequence[Doing]) -> None:
        """Learn which gifts nobody would be told of: of each the next letter of the same run and moment is refused.

        What was given before by a step like this is not told as if it were this.
        """
        letters: dict[str, Letter] = {}
        told_by: list[tuple[Doing, Doing]] = []
        next_of: dict[UUID, Doing] = {}
        for each in reversed(ordered):
            if isinstance(each.deed, Message):
                next_of[each.run_id] = each
                letters[each.key] = self._letter(each.deed, each)
            elif type(each.deed) in _GIFTS and each.run_id in next_of:
                told_by.append((each, next_of[each.run_id]))
        if not told_by:
            return
        refused = await list_refused(self.tx, list(reversed(letters.values())))
        for gift, letter in told_by:
            if (reason := refused.get(letter.key)) is not None:
                self.withheld[gift.run_id, gift.deed.id] = self._untold[letter.key] = reason
                _forget(gift)

    async def _do_one(self, doings: Sequence[Doing]) -> Sequence[Letter]:
        """Do a deed, and return the letters that it leaves."""
        if not doings:
            return ()
        deed = doings[0].deed
        members = [each.member_id for each in doings]
        match deed:
            case Message():
                return [self._letter(deed, each) for each in doings]
            case GivePoints():
                await self._give_points(deed, doings)
            case GiveCoupon(coupon=coupon):
                coupon_id = UUID(coupon)
                keys = await draw_own_codes(self.tx, [(coupon_id, member_id) for member_id in members])
                self.coupons_given += [coupon_id] * len(keys)
                for each, key in zip(doings, keys, strict=True):
                    each.found["coupon"] = in_halves(key)
                    self.codes_given[each.run_id, deed.id] = key
            case GiveReward():
                await self._give_rewards(deed, doings)
            case TagMember(tag=tag):
                await tag_many(self.tx, members, tag)
            case UntagMember(tag=tag):
                await untag_many(self.tx, members, tag)
            case Webhook(url=url):
                calls = [
                    Call(each.key, each.journey_id, each.member_id, each.deed.id, url, each.found)
                    for each in doings
                ]
                await leave_calls(self.tx, calls)
            case _:
                assert_never(deed)
        return ()

    def _letter(self, deed: Message, doing: Doing) -> Letter:
        return Letter(
            member_id=doing.member_id,
            key=doing.key,
            template_id=UUID(deed.template),
            # Whatever the step says that was published with it.
            purpose=None,
            route=deed.route,
            values=dict(doing.found),
            campaign_id=doing.journey_id,
            variant=deed.id,
            useful_until=self.tx.at + LETTER_LIVES,
            withheld=self._untold.get(doing.key),
        )

    async def _give_points(self, deed: GivePoints, doings: Sequence[Doing]) -> None:
        """Give points of the business's first programme; who is not in it has nowhere to put them, nor is told so."""
        version = await find_version_in_force(self.tx, await get_program_id(self.tx))
        if version is None:
            return
        name = self.names[doings[0].journey_id]
        reason = translator(self.business.language).gettext("Journey “{name}”", name=name)
        with calling_points(self.business.point_words):
            points = format_points(deed.points, version.program.point.scale, self.business.language)
        grant = welcome_grant(
            version.program,
            by_hand(deed.points, life_days=deed.life_days),
            Place(branch="", time_zone=self.business.time_zone),
            self.tx.at,
        )
        told = {"points": points, **known_until(grant, self.business.time_zone)}
        # One who is twice on the way is given twice, one after the other: a booking knows each member once.
        rest = list(doings)
        while rest:
            once = {each.member_id: each for each in reversed(rest)}
            results = await give_many(
                self.tx,
                [BulkChange(each.member_id, each.id, deed.points) for each in once.values()],
                business=self.business,
                version=version,
                kind="campaign",
                reason=reason,
                life_days=deed.life_days,
                receipt_share_bp=deed.receipt_share_bp,
            )
            for member_id, each in once.items():
                # A letter that names points which nobody was given lacks a value, and is not sent.
                _forget(each)
                if results.get(member_id) in ("booked", "known"):
                    each.found.update(told)
            self.points_given |= {
                (each.run_id, deed.id): deed.points
                for member_id, each in once.items()
                if results.get(member_id) == "booked"
            }
            done = {each.run_id for each in once.values()}
            rest = [each for each in rest if each.run_id not in done]

    async def _give_rewards(self, deed: GiveReward, doings: Sequence[Doing]) -> None:
        program_id = await get_program_id(self.tx)
        expires_at = None
        if deed.life_days is not None:
            zone = self.business.time_zone
            today = self.tx.at.astimezone(ZoneInfo(zone)).date()
            expires_at = midnight_after(today + timedelta(days=deed.life_days - 1), zone)
        await present(
            self.tx,
            [Present(each.key, each.member_id, program_id, deed.name, expires_at) for each in doings],
        )
