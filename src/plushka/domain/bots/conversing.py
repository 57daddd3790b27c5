"""What a messenger told a bot, taken in once: the talk goes on, its acts are done, its answers are left to be sent."""

from collections import deque
from contextlib import suppress
from typing import assert_never
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from plushka.domain.bots import answering, asking
from plushka.domain.bots.certificates import find_told
from plushka.domain.bots.enrolling import enrol, find_link
from plushka.domain.bots.joining_cards import answer_offer, offer_told
from plushka.domain.bots.model import Bot
from plushka.domain.bots.staff_chats import bind_chat
from plushka.domain.bots.talk import (
    Act,
    AddWords,
    AnswerOffer,
    AnswerTill,
    BindStaff,
    CountOpened,
    Enrol,
    Heard,
    MeetPhone,
    NothingToJoin,
    PhoneUnusable,
    Prefer,
    Rate,
    Reach,
    Say,
    SayJoined,
    ShowCertificates,
    Speak,
    StopSpending,
    Talk,
    WantOffers,
    WasEnrolled,
    is_member,
    respond,
)
from plushka.domain.businesses.model import Business
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.channels import (
    Address,
    ChannelAddress,
    find_address,
    mark_unreachable,
    note_seen,
    speak,
)
from plushka.domain.members.consent_texts import list_consent_texts
from plushka.domain.members.consents import note_consent
from plushka.domain.members.identities import identify
from plushka.domain.members.links import note_opened
from plushka.domain.members.merge_offers import MergeOffer
from plushka.domain.members.model import ConsentUnchanged
from plushka.domain.members.profile import prefer_channel
from plushka.domain.members.stopping import stop_spending
from plushka.domain.messages.contents import (
    CardsAnswered,
    ChannelChosen,
    Content,
    Joined,
    OffersChanged,
    PhoneTold,
    PurchaseRated,
    RatingTold,
    SpendAnswered,
    SpendingStopped,
    StaffBound,
)
from plushka.domain.messages.outgoing import say
from plushka.domain.occasions.rating import RatingOver, add_words, rate
from plushka.domain.programs.model import UnknownProgram
from plushka.domain.programs.versions import Versions
from plushka.domain.purchases.model import UnknownReceipt
from plushka.domain.purchases.own_merging import look_ahead, meet_phone
from plushka.engine.local_time import moment
from plushka.engine.purchase import Place
from plushka.platform.database import Tx
from plushka.platform.errors import Invalid
from plushka.platform.i18n import LANGUAGES, Language

_versions = Versions()
_talk = msgspec.json.Decoder(Talk)


class Chatter(Struct, frozen=True):
    """Who writes: their account, and what the messenger tells of them. ``language`` as in ``ru-RU``."""

    external_id: str
    name: str
    language: str = ""


async def hear(tx: Tx, bot: Bot, chatter: Chatter, heard: Heard, *, key: str) -> bool:
    """Take in one update; ``key`` names it, and one that was taken in before changes nothing: False.

    Updates of one chat must come one after another. What is said goes to ``outgoing`` with the update's key, so that
    it is sent once, however often the messenger repeats itself.
    """
    if not await _is_new(tx, bot, key):
        return False
    business = await get_business(tx)
    address = Address(bot.messenger, chatter.external_id)
    talk = await _read_talk(tx, bot, chatter, business.language)
    known = await find_address(tx, address)
    hearing = _Hearing(tx, bot, business, chatter, known=known, talk=talk)
    await hearing.take_in(heard)
    await _write_talk(tx, bot, chatter, hearing.talk)
    await say(
        tx,
        address,
        hearing.said,
        language=hearing.talk.language,
        key=f"update:{bot.id}:{key}",
        member_id=hearing.known.member_id if hearing.known else None,
    )
    return True


async def find_talk(tx: Tx, bot: Bot, external_id: str) -> Talk | None:
    """Return where the talk with a person stands, and keep it there until ``tx`` ends; None: there was none yet."""
    stored = await tx.fetchval(
        """
        -- bots.find_talk
        select talk::text from bot_talks where tenant_id = $1 and bot_id = $2 and external_id = $3
        for no key update
        """,
        tx.tenant_id,
        bot.id,
        external_id,
    )
    return None if stored is None else _talk.decode(stored)


class _Hearing:
    """One update being taken in."""

    def __init__(
        self,
        tx: Tx,
        bot: Bot,
        business: Business,
        chatter: Chatter,
        *,
        known: ChannelAddress | None,
        talk: Talk,
    ) -> None:
        self._tx = tx
        self._bot = bot
        self._business = business
        self._chatter = chatter
        self._address = Address(bot.messenger, chatter.external_id)
        self.known = known
        self.talk = _fitting(talk, known)
        self.said: list[Content] = []

    async def take_in(self, heard: Heard) -> None:
        if self.known is not None:
            await note_seen(self._tx, self._address)
        texts = await list_consent_texts(self._tx)
        waiting: deque[Heard] = deque([heard])
        while waiting:
            self.talk, acts = respond(self.talk, waiting.popleft(), texts)
            for act in acts:
                learnt = await self._do(act)
                if learnt is not None:
                    waiting.append(learnt)

    async def _do(self, act: Act) -> Heard | None:  # noqa: C901, PLR0912  one case an act
        match act:
            case Say(what):
                self.said.append(await self._answer(what))
            case SayJoined(points, scale, was_known, is_back):
                self.said.append(Joined(points, scale, was_known, is_back))
            case ShowCertificates():
                if self.known is not None:
                    self.said += await find_told(self._tx, self.known.member_id, self._business)
            case CountOpened(start):
                await self._count_opened(start)
            case BindStaff(start):
                is_bound = await bind_chat(self._tx, start, self._address, name=self._chatter.name)
                self.said.append(StaffBound(is_bound))
            case Enrol():
                return await self._enrol(act)
            case WantOffers(agreed):
                await self._want_offers(agreed)
            case Prefer(channel):
                if self.known is not None:
                    await prefer_channel(self._tx, self.known.member_id, channel, source="bot")
                    self.said.append(ChannelChosen(channel))
            case Speak(language):
                await speak(self._tx, self._address, language)
            case StopSpending(receipt_id):
                if self.known is not None:
                    await stop_spending(self._tx, self.known.member_id, receipt_id=receipt_id)
                    self.said.append(SpendingStopped())
            case AnswerTill(question_id, is_yes):
                if self.known is not None:
                    member_id = self.known.member_id
                    answered = await asking.answer(
                        self._tx, member_id=member_id, question_id=question_id, is_yes=is_yes
                    )
                    self.said.append(SpendAnswered(answered))
            case Rate(receipt_id, score):
                await self._rate(receipt_id, score)
            case AddWords(receipt_id, words):
                await self._add_words(receipt_id, words)
            case MeetPhone(phone):
                return await self._meet_phone(phone)
            case AnswerOffer(offer_id, is_yes):
                if self.known is not None:
                    member_id = self.known.member_id
                    came_to = await answer_offer(self._tx, offer_id, member_id=member_id, is_yes=is_yes)
                    self.said.append(CardsAnswered(came_to))
            case Reach(is_open):
                if not is_open:
                    await mark_unreachable(self._tx, self._address, "blocked")
            case _:
                assert_never(act)
        return None

    async def _rate(self, receipt_id: UUID, score: int) -> None:
        if self.known is None:
            return
        try:
            rated = await rate(
                self._tx,
                _versions,
                member_id=self.known.member_id,
                receipt_id=receipt_id,
                score=score,
                place=self._bot.messenger,
            )
        except (UnknownReceipt, RatingOver):
            self.talk = structs.replace(self.talk, rated=None)
            self.said.append(PurchaseRated("over"))
            return
        if rated.is_repeat and rated.rating.words:
            self.talk = structs.replace(self.talk, rated=None)
        told: RatingTold = "rated_before" if rated.is_repeat else "rated"
        self.said.append(PurchaseRated(told, rated.rating.score))

    async def _add_words(self, receipt_id: UUID, words: str) -> None:
        if self.known is None:
            return
        added = await add_words(self._tx, member_id=self.known.member_id, receipt_id=receipt_id, words=words)
        self.said.append(PurchaseRated("words") if added else await self._answer("help"))

    async def _answer(self, what: answering.Saying) -> Content:
        member_id = self.known.member_id if self.known else None
        return await answering.answer(
            self._tx, what, bot=self._bot, business=self._business, member_id=member_id, talk=self.talk
        )

    async def _count_opened(self, start: str) -> None:
        link = await find_link(self._tx, start)
        if link is not None:
            place = Place(branch="", time_zone=self._business.time_zone)
            await note_opened(self._tx, link.id, moment(self._tx.at, place).business_date)

    async def _enrol(self, act: Enrol) -> Heard:
        try:
            enrolled = await enrol(
                self._tx,
                self._address,
                country=self._business.country,
                phone=act.phone,
                name=self._chatter.name,
                start=act.start,
                agreed=act.agreed,
                language=self.talk.language,
            )
        except Invalid:
            return PhoneUnusable()
        except UnknownProgram:
            return NothingToJoin()
        self.known = await find_address(self._tx, self._address)
        return WasEnrolled(
            enrolled.points, enrolled.scale, enrolled.was_known, enrolled.have_chosen, enrolled.is_back
        )

    async def _meet_phone(self, spelled: str) -> Heard | None:
        if self.known is None:
            return None
        try:
            phone = identify("phone", spelled, country=self._business.country)
            met = await meet_phone(self._tx, self.known.member_id, phone.value)
        except Invalid:
            return PhoneUnusable()
        told = offer_told(await look_ahead(self._tx, met)) if isinstance(met, MergeOffer) else PhoneTold(met)
        self.said.append(told)
        return None

    async def _want_offers(self, agreed: str | None) -> None:
        if self.known is None:
            return
        # They may say again what they have said.
        with suppress(ConsentUnchanged):
            await note_consent(
                self._tx,
                self.known.member_id,
                "marketing",
                is_given=agreed is not None,
                source="bot",
                text_version=agreed,
            )
        self.said.append(OffersChanged(are_wanted=agreed is not None))


def _fitting(talk: Talk, known: ChannelAddress | None) -> Talk:
    """Return the talk as it must be with who is known by now: an app, too, makes somebody a member."""
    if known is not None and not is_member(talk):
        return structs.replace(talk, step="member", language=known.language)
    if known is None and is_member(talk):
        return structs.replace(talk, step="new", agreed="")
    return talk


def language_spoken(told: str, default: Language) -> Language:
    """Return the language that a messenger tells of a person (``en-US``), if it is one of ours."""
    spoken = told.lower().partition("-")[0]
    return next((language for language in LANGUAGES if language == spoken), default)


async def _is_new(tx: Tx, bot: Bot, key: str) -> bool:
    """Note an update as taken in; of two copies at once the second waits for the first."""
    noted = await tx.fetchval(
        """
        -- bots.note_update
        insert into bot_updates (tenant_id, bot_id, key, at) values ($1, $2, $3, $4)
        on conflict do nothing
        returning true
        """,
        tx.tenant_id,
        bot.id,
        key,
        tx.at,
    )
    return noted is not None


async def _read_talk(tx: Tx, bot: Bot, chatter: Chatter, default: Language) -> Talk:
    talk = await find_talk(tx, bot, chatter.external_id)
    return talk or Talk(language=language_spoken(chatter.language, default))


async def _write_talk(tx: Tx, bot: Bot, chatter: Chatter, talk: Talk) -> None:
    await tx.execute(
        """
        -- bots.write_talk
        insert into bot_talks (tenant_id, bot_id, external_id, talk, updated_at) values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, bot_id, external_id) do update set talk = $4, updated_at = $5
        """,
        tx.tenant_id,
        bot.id,
        chatter.external_id,
        msgspec.json.encode(talk).decode(),
        tx.at,
    )
