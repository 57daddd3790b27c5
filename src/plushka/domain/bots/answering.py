"""The facts of an answer, looked up as the talk asks for it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Literal, assert_never
from uuid import UUID

from plushka.domain.bots.enrolling import find_link
from plushka.domain.bots.links import start_link
from plushka.domain.bots.model import Bot
from plushka.domain.bots.shelf import tell_rewards
from plushka.domain.bots.talk import Saying, Talk
from plushka.domain.businesses.model import Business
from plushka.domain.ledger.model import Movement
from plushka.domain.ledger.queries import list_movements
from plushka.domain.members.codes import TTL, issue_code
from plushka.domain.members.consent_texts import list_consent_texts
from plushka.domain.members.model import Member
from plushka.domain.members.queries import get_member
from plushka.domain.messages.contents import (
    AskAnotherPhone,
    AskOffers,
    AskPhone,
    BalanceTold,
    CardTold,
    ChooseChannel,
    ChooseLanguage,
    ConsentNeeded,
    Content,
    FriendsLink,
    Greeting,
    Help,
    History,
    HistoryLine,
    LanguageChanged,
    NoProgram,
    NotYourPhone,
    SpendCode,
)
from plushka.domain.messages.holdings import Holdings, find_holdings
from plushka.domain.messages.reaching import list_ways
from plushka.domain.messages.wording import MenuCommand
from plushka.domain.programs.model import UnknownProgram
from plushka.domain.programs.queries import find_version_in_force
from plushka.domain.programs.serving import get_serving
from plushka.domain.referrals.codes import code_of
from plushka.domain.referrals.invitations import friend_start
from plushka.engine.referral_parts import BaseShare, FixedReward
from plushka.platform.database import Tx

__all__ = ["Saying", "answer"]

HISTORY_LINES_MAX = 5
MOVEMENTS_READ = 60
_AS_IT_IS: Mapping[Saying, Content] = MappingProxyType(
    {
        "ask_phone": AskPhone(),
        "not_your_phone": NotYourPhone(),
        "ask_another_phone": AskAnotherPhone(),
        "no_program": NoProgram(),
        "languages": ChooseLanguage(),
        "language_changed": LanguageChanged(),
    }
)
"""What is said without looking anything up."""
_MEMBERS_OWN = frozenset({"pending", "available", "held"})


async def answer(
    tx: Tx, what: Saying, *, bot: Bot, business: Business, member_id: UUID | None, talk: Talk
) -> Content:
    """Return what is said; a stranger who asks for what members have is told how to become one."""
    match what:
        case "greeting":
            return await _greeting(tx, talk)
        case "consent_needed" | "ask_offers":
            texts = await list_consent_texts(tx)
            return (
                AskOffers(text_version=texts.version("marketing"))
                if what == "ask_offers"
                else ConsentNeeded(text_version=texts.version("personal_data"))
            )
        case "help":
            return Help(is_member=member_id is not None)
        case "channels" | "balance" | "card" | "code" | "rewards" | "history" | "friends":
            if member_id is None:
                return Help(is_member=False)
            return await _of_member(tx, what, member_id, bot=bot, business=business)
        case _:
            return _AS_IT_IS[what]


async def _greeting(tx: Tx, talk: Talk) -> Content:
    link = await find_link(tx, talk.start)
    try:
        serving = await get_serving(tx, link.branch_id if link else None)
    except UnknownProgram:
        return NoProgram()
    version = await find_version_in_force(tx, serving.id)
    welcome = version.program.welcome if version else None
    return Greeting(
        welcome=welcome.points if welcome else 0,
        scale=version.program.point.scale if version else 0,
        text_version=(await list_consent_texts(tx)).version("personal_data"),
    )


async def _friends(tx: Tx, member_id: UUID, bot: Bot) -> FriendsLink:
    version = await find_version_in_force(tx, (await get_serving(tx, None)).id)
    referral = version.program.referral if version else None
    first = referral.levels[0] if referral else None
    return FriendsLink(
        link=start_link(bot.messenger, bot.username, friend_start(member_id)),
        code=await code_of(tx, member_id),
        points=first.points if isinstance(first, FixedReward) else 0,
        rate_bp=first.rate_bp if isinstance(first, BaseShare) else 0,
        own=referral.friend.points if referral and referral.friend else 0,
        scale=version.program.point.scale if version else 0,
    )


async def _of_member(  # noqa: PLR0911  one case a thing asked
    tx: Tx, what: MenuCommand | Literal["channels"], member_id: UUID, *, bot: Bot, business: Business
) -> Content:
    if what == "channels":
        member = await get_member(tx, member_id)
        return ChooseChannel(await list_ways(tx, member_id), member.preferred_channel)
    if what == "friends":
        return await _friends(tx, member_id, bot)
    if what == "code":
        issued = await issue_code(tx, member_id)
        return SpendCode(digits=issued.digits, qr=issued.qr, minutes=TTL // timedelta(minutes=1))
    held = await find_holdings(tx, member_id, business)
    match what:
        case "balance":
            return _balance(held)
        case "card":
            return _card(await get_member(tx, member_id), held)
        case "rewards":
            return await tell_rewards(tx, member_id, held, business)
        case "history":
            return await _history(tx, held)
        case _:
            assert_never(what)


def _balance(held: Holdings | None) -> Content:
    if held is None:
        return BalanceTold(available=0, pending=0, debt=0, scale=0)
    balance = held.wallet.balance
    return BalanceTold(
        available=balance.available,
        pending=balance.pending,
        debt=balance.debt,
        scale=held.scale,
        tier=held.tier,
        burning=held.burning,
        good_until=held.good_until,
    )


def _card(member: Member, held: Holdings | None) -> Content:
    """Return the card: tills know a member by their card number or their phone, whichever its QR carries."""
    known = {identity.kind: identity.value for identity in reversed(member.identities)}
    code = known.get("card") or known.get("phone") or known.get("email") or known.get("external", "")
    return CardTold(
        code=code,
        number=code,
        name=member.name,
        available=held.wallet.balance.available if held else 0,
        scale=held.scale if held else 0,
    )


async def _history(tx: Tx, held: Holdings | None) -> Content:
    if held is None:
        return History(lines=(), scale=0)
    movements = await list_movements(tx, wallet_id=held.wallet.id, limit=MOVEMENTS_READ)
    return History(lines=tuple(history_lines(movements)[:HISTORY_LINES_MAX]), scale=held.scale)


def history_lines(movements: Sequence[Movement]) -> list[HistoryLine]:
    """Return what each document did to the member's points by each kind of movement; nothing where it comes to 0."""
    lines = []
    for (_, kind), together in groupby(movements, key=lambda one: (one.document_id, one.kind)):
        group = list(together)
        points = sum(_gained(one) for one in group)
        if points:
            lines.append(HistoryLine(at=group[0].at, movement=kind, points=points))
    return lines


def _gained(movement: Movement) -> int:
    own = (movement.credit in _MEMBERS_OWN) - (movement.debit in _MEMBERS_OWN)
    return own * movement.points
