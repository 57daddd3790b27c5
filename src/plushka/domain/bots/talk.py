"""The talk with a person: a pure function from where it stands and what was heard to what is to be done.

It knows no messenger and no database. Shells turn what a messenger tells into ``Heard``; ``conversing`` does the
``Act``s and reports back what it learnt by them, as something heard too.
"""

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType
from typing import Literal, assert_never, get_args
from uuid import UUID

from msgspec import Struct, structs

from plushka.domain.members.consent_texts import ConsentTexts
from plushka.domain.messages.model import CHANNELS, Channel
from plushka.domain.messages.wording import (
    AGREE,
    CERTIFICATES,
    DECLINE,
    DO_NOT_SPEND,
    JOIN_CARDS,
    LEAVE_CARDS,
    MENU,
    NO_OFFERS,
    NOT_ME,
    PREFER,
    RATE,
    SPEAK,
    SPEND,
    WANT_OFFERS,
)
from plushka.platform.i18n import LANGUAGES, Language, translator

START_LENGTH_MAX = 64
STAFF = "staff-"
"""With this begins what somebody who works here starts a bot with."""
TEXT_LENGTH_MAX = 200

Step = Literal["new", "consent", "phone", "offers", "member"]
"""``offers``: a member who has not said yet whether they want advertising; all a member may do, they may."""
Command = Literal[
    "balance",
    "card",
    "rewards",
    "history",
    "friends",
    "certificates",
    "phone",
    "offers",
    "stop",
    "channel",
    "language",
    "help",
    "code",
    "start",
]


class Talk(Struct, frozen=True):
    """Where a talk stands. ``start`` is what the first link carried; ``agreed`` the version of the text agreed to.

    ``rated`` is the purchase that was just rated: what is written next is said of it.
    """

    language: Language
    step: Step = "new"
    start: str = ""
    agreed: str = ""
    rated: UUID | None = None


class Began(Struct, frozen=True):
    """They opened the bot, by a link that carried ``start``, or pressed its button again."""

    start: str = ""


class Wrote(Struct, frozen=True):
    text: str


class Pressed(Struct, frozen=True):
    """A button under a message; ``action`` is what it was made with."""

    action: str


class SharedPhone(Struct, frozen=True):
    """A contact; ``is_own``: the messenger vouches that it is of who sent it."""

    phone: str
    is_own: bool


class Left(Struct, frozen=True):
    """They stopped the bot: nothing gets through any more."""


class CameBack(Struct, frozen=True):
    """They let the bot write again."""


class WasEnrolled(Struct, frozen=True):
    """Learnt by ``Enrol``: their card works, and they ``have_chosen`` about advertising before.

    Who ``is_back`` deleted themselves lately, and is given no points for joining again.
    """

    points: int
    scale: int
    was_known: bool
    have_chosen: bool
    is_back: bool = False


class PhoneUnusable(Struct, frozen=True):
    """Learnt by ``Enrol``: no phone is spelled like this."""


class NothingToJoin(Struct, frozen=True):
    """Learnt by ``Enrol``: there is no programme."""


Heard = Began | Wrote | Pressed | SharedPhone | Left | CameBack | WasEnrolled | PhoneUnusable | NothingToJoin

Saying = Literal[
    "greeting",
    "consent_needed",
    "ask_phone",
    "not_your_phone",
    "ask_another_phone",
    "ask_offers",
    "no_program",
    "balance",
    "card",
    "rewards",
    "code",
    "history",
    "friends",
    "help",
    "channels",
    "languages",
    "language_changed",
]


class Say(Struct, frozen=True):
    """Say this, with the facts as they are."""

    what: Saying


class SayJoined(Struct, frozen=True):
    points: int
    scale: int
    was_known: bool
    is_back: bool = False


class ShowCertificates(Struct, frozen=True):
    """Send the member's gift certificates, a message each."""


class CountOpened(Struct, frozen=True):
    """Count that a registration link was opened."""

    start: str


class BindStaff(Struct, frozen=True):
    """Whoever writes works here, as they prove by ``start``: let reports come to this chat, and say what came of it."""

    start: str


class Enrol(Struct, frozen=True):
    """Enrol by this phone, with the consent given; what came of it is heard next."""

    phone: str
    start: str
    agreed: str


class WantOffers(Struct, frozen=True):
    """Note that they agreed to advertising by this version of its text, None: that they want none; and say so."""

    agreed: str | None


class Prefer(Struct, frozen=True):
    """Note by what they would rather be written to, None: that it is no matter; and say so."""

    channel: Channel | None


class Speak(Struct, frozen=True):
    language: Language


class StopSpending(Struct, frozen=True):
    """It was not them: keep what is left, and let the staff know."""

    receipt_id: UUID


class AnswerTill(Struct, frozen=True):
    """Let the till that asked this question spend, or not."""

    question_id: UUID
    is_yes: bool


class Rate(Struct, frozen=True):
    """Note what they say of a purchase: ``score`` of 5."""

    receipt_id: UUID
    score: int


class AddWords(Struct, frozen=True):
    """Note what they have written of a purchase that they have rated."""

    receipt_id: UUID
    words: str


class MeetPhone(Struct, frozen=True):
    """A member has proved this phone: put it on their card, or offer to join the card that has it."""

    phone: str


class AnswerOffer(Struct, frozen=True):
    """Join both cards of an offer, or leave them."""

    offer_id: UUID
    is_yes: bool


class Reach(Struct, frozen=True):
    """Note whether they can be written to."""

    is_open: bool


Act = (
    Say
    | SayJoined
    | ShowCertificates
    | CountOpened
    | BindStaff
    | Enrol
    | WantOffers
    | Prefer
    | Speak
    | StopSpending
    | AnswerTill
    | Rate
    | AddWords
    | MeetPhone
    | AnswerOffer
    | Reach
)


def respond(  # noqa: PLR0911  one case a thing heard
    talk: Talk, heard: Heard, texts: ConsentTexts
) -> tuple[Talk, tuple[Act, ...]]:
    """Return where the talk stands then, and what is to be done, in order. Nothing that is heard is an error.

    ``texts`` are those of the business: a button of a text that is no longer shown agrees to nothing.
    """
    match heard:
        case Left():
            return talk, (Reach(is_open=False),)
        case CameBack():
            return talk, (Reach(is_open=True),)
        case Began(start):
            return _begin(talk, start[:START_LENGTH_MAX])
        case Pressed(action):
            return _press(talk, action, texts)
        case Wrote(text):
            return _write(talk, text)
        case SharedPhone(phone, is_own):
            return _share(talk, phone, is_own=is_own)
        case WasEnrolled():
            return _enrolled(talk, heard)
        case PhoneUnusable():
            return talk, (Say("not_your_phone"),)
        case NothingToJoin():
            return structs.replace(talk, step="new"), (Say("no_program"),)
        case _:
            assert_never(heard)


def is_member(talk: Talk) -> bool:
    return talk.step in {"offers", "member"}


def command_of(text: str) -> Command | None:
    """Return the command that ``text`` is: ``/balance``, ``/balance@bot`` or a label of the menu in any language."""
    words = text.strip().lower().split(maxsplit=1)
    if not words:
        return None
    if words[0].startswith("/"):
        return _COMMANDS.get(words[0].partition("@")[0])
    return _COMMANDS.get(text.strip().lower())


def _begin(talk: Talk, start: str) -> tuple[Talk, tuple[Act, ...]]:
    if start.startswith(STAFF):
        # Whether they are a member, or become one, is no matter for this.
        return talk, (BindStaff(start),)
    counted: tuple[Act, ...] = (CountOpened(start),) if start else ()
    if is_member(talk):
        return talk, (*counted, Say("balance"))
    # The first link stays: who invited somebody is not replaced by a poster seen later.
    return structs.replace(talk, step="consent", start=talk.start or start), (*counted, Say("greeting"))


def _press(talk: Talk, action: str, texts: ConsentTexts) -> tuple[Talk, tuple[Act, ...]]:
    if action.startswith(SPEAK):
        return _speak(talk, action.removeprefix(SPEAK))
    if is_member(talk):
        return _press_as_member(talk, action, texts)
    if action.startswith(AGREE):
        return _agree(talk, action.removeprefix(AGREE), texts)
    if action == DECLINE:
        return structs.replace(talk, step="consent"), (Say("consent_needed"),)
    return _begin(talk, "")


def _press_as_member(talk: Talk, action: str, texts: ConsentTexts) -> tuple[Talk, tuple[Act, ...]]:
    if action.startswith((WANT_OFFERS, NO_OFFERS)):
        return _choose_offers(talk, action, texts)
    if action.startswith(PREFER):
        named = action.removeprefix(PREFER)
        return talk, (Prefer(next((channel for channel in CHANNELS if channel == named), None)),)
    for answer, act, is_yes in _ANSWERS:
        if action.startswith(answer):
            asked_id = _id_of(action.removeprefix(answer))
            return talk, (act(asked_id, is_yes),) if asked_id else ()
    if action.startswith((RATE, NOT_ME)):
        return _press_of_purchase(talk, action)
    # A button of an old message.
    return talk, (Say("balance"),)


def _choose_offers(talk: Talk, action: str, texts: ConsentTexts) -> tuple[Talk, tuple[Act, ...]]:
    """Note what they want, if what they agreed to is the text of today; else ask by that one."""
    version = None if action == NO_OFFERS else action.removeprefix(WANT_OFFERS)
    if version is not None and version != texts.version("marketing"):
        return talk, (Say("ask_offers"),)
    return structs.replace(talk, step="member"), (WantOffers(version),)


def _agree(talk: Talk, version: str, texts: ConsentTexts) -> tuple[Talk, tuple[Act, ...]]:
    """Go on to the phone, if what was agreed to is the text of today; else show that one."""
    if version != texts.version("personal_data"):
        return structs.replace(talk, step="consent"), (Say("greeting"),)
    return structs.replace(talk, step="phone", agreed=version), (Say("ask_phone"),)


def _speak(talk: Talk, language: str) -> tuple[Talk, tuple[Act, ...]]:
    for known in LANGUAGES:
        if known == language:
            return structs.replace(talk, language=known), (Speak(known), Say("language_changed"))
    return talk, (Say("languages"),)


def _press_of_purchase(talk: Talk, action: str) -> tuple[Talk, tuple[Act, ...]]:
    if action.startswith(NOT_ME):
        spent_id = _id_of(action.removeprefix(NOT_ME))
        return talk, (StopSpending(spent_id),) if spent_id else ()
    score, _, code = action.removeprefix(RATE).partition(":")
    receipt_id = _id_of(code)
    if receipt_id is None or score not in _SCORES:
        return talk, ()
    return structs.replace(talk, rated=receipt_id), (Rate(receipt_id, int(score)),)


def _write(talk: Talk, written: str) -> tuple[Talk, tuple[Act, ...]]:
    text = written[:TEXT_LENGTH_MAX]
    command = command_of(text)
    if talk.rated is None:
        return _obey(talk, command, text)
    rated_id, talk = talk.rated, structs.replace(talk, rated=None)
    if command is None and is_member(talk):
        return talk, (AddWords(rated_id, written),)
    return _obey(talk, command, text)


def _obey(talk: Talk, command: Command | None, text: str) -> tuple[Talk, tuple[Act, ...]]:
    if command == "start":
        return _begin(talk, text.partition(" ")[2].strip()[:START_LENGTH_MAX])
    if command == "language":
        return talk, (Say("languages"),)
    if command == "help":
        return talk, (Say("help"),)
    if is_member(talk):
        return _write_as_member(talk, command)
    if talk.step == "phone":
        return talk, (Say("ask_phone"),)
    return _begin(talk, "")


def _write_as_member(talk: Talk, command: Command | None) -> tuple[Talk, tuple[Act, ...]]:
    match command:
        case "balance" | "card" | "rewards" | "history" | "friends" | "code":
            return talk, (Say(command),)
        case "certificates":
            return talk, (ShowCertificates(),)
        case "phone" | "offers" | "channel":
            return talk, (Say(_QUESTIONS[command]),)
        case "stop":
            return structs.replace(talk, step="member"), (WantOffers(None),)
        case _:
            return talk, (Say("help"),)


def _share(talk: Talk, phone: str, *, is_own: bool) -> tuple[Talk, tuple[Act, ...]]:
    if is_member(talk):
        return talk, (MeetPhone(phone) if is_own else Say("not_your_phone"),)
    if not talk.agreed:
        # Nothing may be kept before they agree, so the phone is not even looked at.
        return _begin(talk, "")
    if not is_own:
        return talk, (Say("not_your_phone"),)
    return talk, (Enrol(phone=phone, start=talk.start, agreed=talk.agreed),)


def _enrolled(talk: Talk, learnt: WasEnrolled) -> tuple[Talk, tuple[Act, ...]]:
    joined = SayJoined(learnt.points, learnt.scale, learnt.was_known, learnt.is_back)
    if learnt.have_chosen:
        return structs.replace(talk, step="member"), (joined,)
    return structs.replace(talk, step="offers"), (joined, Say("ask_offers"))


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None


def _commands() -> dict[str, Command]:
    known: dict[str, Command] = {f"/{command}": command for command in get_args(Command)}
    for language in LANGUAGES:
        gettext = translator(language).gettext
        known |= {gettext(label).lower(): command for command, label in chain.from_iterable(MENU)}
        known[gettext(CERTIFICATES).lower()] = "certificates"
    return known


_QUESTIONS: Mapping[Command, Saying] = MappingProxyType(
    {"phone": "ask_another_phone", "offers": "ask_offers", "channel": "channels"}
)
"""Commands that are answered by a question."""
_SCORES = frozenset("12345")
_ANSWERS = (
    (SPEND, AnswerTill, True),
    (DO_NOT_SPEND, AnswerTill, False),
    (JOIN_CARDS, AnswerOffer, True),
    (LEAVE_CARDS, AnswerOffer, False),
)
_COMMANDS: Mapping[str, Command] = MappingProxyType(_commands())
