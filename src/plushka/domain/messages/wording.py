"""Contents in words: at most a few lines and a button or two, figures in bold."""

from collections.abc import Mapping
from datetime import date
from html import escape
from types import MappingProxyType
from typing import Literal, assert_never

from msgspec import Struct

from plushka.domain.businesses.model import Business
from plushka.domain.certificates.numbers import shown
from plushka.domain.ledger.words import KINDS
from plushka.domain.members.consent_texts import ConsentTexts
from plushka.domain.messages.contents import (
    Answered,
    AskAnotherPhone,
    AskOffers,
    AskPhone,
    BalanceTold,
    Bought,
    BurnsSoon,
    CardsAnswer,
    CardsAnswered,
    CardsFound,
    CardsPart,
    CardTaken,
    CardTold,
    CertificateTold,
    ChannelChosen,
    ChooseChannel,
    ChooseLanguage,
    ConsentNeeded,
    Content,
    FriendCame,
    FriendsLink,
    FriendsPaid,
    FromTemplate,
    GiftWaits,
    Greeting,
    Help,
    History,
    Joined,
    LanguageChanged,
    NoCertificates,
    NoProgram,
    NotYourPhone,
    OffersChanged,
    PhoneTold,
    PointsGiven,
    PurchaseRated,
    RatingTold,
    ReportTold,
    Returned,
    RewardsTold,
    SmsStopped,
    SpendAnswer,
    SpendAnswered,
    SpendAsked,
    SpendCode,
    SpendingStopped,
    StaffBound,
    TierReached,
)
from plushka.domain.messages.model import CHANNEL_NAMES, Button, Message, Picture
from plushka.domain.purchases.own_merging import PhoneMet
from plushka.platform.i18n import (
    NBSP,
    Language,
    Translator,
    format_date,
    format_money,
    format_percent,
    format_points,
    format_points_number,
    join,
    marked,
    translator,
)

AGREE = "agree:"
DECLINE = "decline"
WANT_OFFERS = "offers:on:"
NO_OFFERS = "offers:off"
SPEAK = "speak:"
PREFER = "channel:"
NOT_ME = "not_me:"
SPEND = "spend:"
DO_NOT_SPEND = "spend_not:"
JOIN_CARDS = "join:"
LEAVE_CARDS = "join_not:"
RATE = "rate:"
"""What buttons send back, followed by a version, a language or an id where a colon ends it; no longer than
``contents.ACTION_LENGTH_MAX``."""

MenuCommand = Literal["card", "code", "rewards", "balance", "history", "friends"]
LANGUAGE_NAMES: tuple[tuple[Language, str], ...] = (("ru", "Русский"), ("en", "English"))

MENU: tuple[tuple[tuple[MenuCommand, str], ...], ...] = (
    (("card", marked("Card")), ("code", marked("Code"))),
    (("balance", marked("Balance")), ("history", marked("History"))),
    (("rewards", marked("Rewards")), ("friends", marked("For friends"))),
)
"""The member's menu, row by row: commands and the labels that send them."""
CERTIFICATES = marked("Certificates")
"""Understood as a command too, where a messenger lists none."""


COMMANDS = (
    ("card", marked("the card for the till")),
    ("code", marked("a code to spend points")),
    ("rewards", marked("your gifts, and what you can get for points")),
    ("balance", marked("how many points you have")),
    ("history", marked("what has happened")),
    ("friends", marked("a link for friends")),
    ("certificates", marked("gift certificates as pictures")),
    ("phone", marked("another phone or a second card")),
    ("offers", marked("get offers")),
    ("stop", marked("no more offers")),
    ("channel", marked("where it suits you to get messages")),
    ("language", marked("another language")),
)
"""What a bot lists as its commands, and what each is for."""

SPEND_ANSWERS: Mapping[SpendAnswer, str] = MappingProxyType(
    {
        "agreed": marked("Done: the till may spend your points once."),
        "declined": marked("All right: no points are spent. The cashier knows."),
        "agreed_before": marked("You have agreed already. If you have changed your mind, tell the cashier."),
        "declined_before": marked(
            "You have said no already: no points are spent. If you have changed your mind, let the cashier ask again."
        ),
        "ran_out": marked("The question has run out: no points are spent. Let the cashier ask again."),
    }
)

RATINGS_TOLD: Mapping[RatingTold, str] = MappingProxyType(
    {
        "rated": marked("Thank you: {score} of 5. If you want to add something, just write it here."),
        "rated_before": marked("You have rated this purchase before: {score} of 5."),
        "over": marked("This purchase cannot be rated any more."),
        "words": marked("Thank you, we have got it."),
    }
)
PHONES_MET: Mapping[PhoneMet, str] = MappingProxyType(
    {
        "own": marked("This phone is on your card already."),
        "added": marked("The phone is on your card now: name it at the till as well."),
        "ask_staff": marked(
            "Another card has this phone, and only the staff can join the two. Ask at the till."
        ),
    }
)
CARDS_ANSWERS: Mapping[CardsAnswer, str] = MappingProxyType(
    {
        "merged": marked("Done: both cards are one, with all points and purchases."),
        "left": marked("All right, both cards stay as they are."),
        "over": marked("This offer does not hold any more. Send /phone and share your phone again."),
    }
)

APP = marked("Card")
OPEN_APP = marked("Open the card")
SHARE_PHONE = marked("Share my phone")


class Voice(Struct, frozen=True):
    """Who speaks, and in which language; ``texts`` are what the business has people agree to."""

    business: Business
    language: Language
    texts: ConsentTexts

    @property
    def words(self) -> Translator:
        return translator(self.language)

    def bold(self, text: str) -> str:
        return f"<b>{escape(text, quote=False)}</b>"

    def points(self, points: int, scale: int) -> str:
        return self.bold(format_points(points, scale, self.language))

    def signed(self, points: int, scale: int) -> str:
        return self.bold(format_points(points, scale, self.language, signed=True))

    def money(self, minor: int) -> str:
        return self.bold(format_money(minor, self.business.currency, self.language, trim=True))

    def gettext(self, message: str, **values: object) -> str:
        """Return a sentence; what is filled in is markup already, or free of it."""
        return self.words.gettext(message, **values)


def worded(content: Content, voice: Voice) -> Message:  # noqa: C901, PLR0911, PLR0912, PLR0915  one case a content
    """Return the message that says ``content``."""
    match content:
        case Greeting():
            return _greeting(content, voice)
        case ConsentNeeded(text_version):
            text = voice.gettext("Without your agreement we keep nothing and cannot give you a card.")
            return Message(text, rows=((_agree(text_version, voice),),))
        case AskPhone():
            return Message(
                voice.gettext("The card is tied to your phone. Share it by the button below."),
                keyboard="contact",
            )
        case NotYourPhone():
            return Message(
                voice.gettext("This is not your own contact. Share your phone by the button below."),
                keyboard="contact",
            )
        case Joined():
            return _joined(content, voice)
        case AskOffers(text_version):
            return _ask_offers(text_version, voice)
        case NoProgram():
            return Message(voice.gettext("The programme has not begun yet. Come back a little later."))
        case ReportTold():
            return _report(content, voice)
        case StaffBound(is_bound):
            return _staff_bound(voice, is_bound=is_bound)
        case BalanceTold():
            return _balance(content, voice)
        case CardTold():
            return _card(content, voice)
        case History():
            return _history(content, voice)
        case FriendsLink():
            return _friends(content, voice)
        case Help(is_member):
            return _help(voice, is_member=is_member)
        case OffersChanged(are_wanted):
            return Message(
                voice.gettext("You will get offers here. /stop ends them.")
                if are_wanted
                else voice.gettext("No more offers. What happens to your points you are still told."),
                keyboard="menu",
            )
        case SmsStopped():
            return Message(
                voice.gettext(
                    "{business}: no more offers by SMS.", business=escape(voice.business.name, quote=False)
                )
            )
        case ChooseLanguage():
            row = tuple(Button(name, action=f"{SPEAK}{code}") for code, name in LANGUAGE_NAMES)
            return Message(voice.gettext("Which language shall we speak?"), rows=(row,))
        case ChooseChannel():
            return _choose_channel(content, voice)
        case ChannelChosen(channel):
            text = (
                voice.gettext("No matter then: the business chooses where it writes to you.")
                if channel is None
                else voice.gettext(
                    "From now on we write first here: {channel}. /channel changes it.",
                    channel=voice.bold(voice.gettext(CHANNEL_NAMES[channel])),
                )
            )
            return Message(text, keyboard="menu")
        case LanguageChanged():
            return Message(voice.gettext("We speak English now."), keyboard="menu")
        case SpendingStopped():
            return Message(
                voice.gettext(
                    "Nothing more is spent from your card, and the staff of {business} knows.",
                    business=voice.bold(voice.business.name),
                )
            )
        case SpendCode(digits):
            code = voice.bold(grouped(digits))
            text = voice.gettext(
                "{code} — show it at the till to spend. Good for {minutes} minutes, once.",
                code=code,
                minutes=content.minutes,
            )
            return Message(text, keyboard="menu", picture=Picture(code=content.qr, number=content.digits))
        case CertificateTold() | NoCertificates():
            return _certificate(content, voice)
        case SpendAsked(question_id, branch):
            text = voice.gettext("The till asks to spend your points: {branch}.", branch=voice.bold(branch))
            yes = Button(voice.gettext("Agree to spend"), action=f"{SPEND}{question_id.hex}")
            no = Button(voice.gettext("No, do not spend"), action=f"{DO_NOT_SPEND}{question_id.hex}")
            return Message(text, rows=((yes,), (no,)))
        case SpendAnswered():
            return Message(voice.words.gettext(SPEND_ANSWERS[content.answer]))
        case PurchaseRated(told, score):
            return Message(voice.gettext(RATINGS_TOLD[told], score=voice.bold(str(score))), keyboard="menu")
        case AskAnotherPhone():
            text = voice.gettext(
                "Share your phone by the button below. If a second card of yours has it, we offer to join both."
            )
            return Message(text, keyboard="contact")
        case PhoneTold():
            return Message(voice.words.gettext(PHONES_MET[content.phone]), keyboard="menu")
        case CardsFound():
            return _cards_found(content, voice)
        case CardsAnswered():
            return Message(voice.words.gettext(CARDS_ANSWERS[content.answer]), keyboard="menu")
        case CardTaken():
            text = voice.gettext(
                "Your card became one with another: somebody has proved its phone and asked for it. If it was not you,"
                " tell the staff of {business} today: they can part the cards.",
                business=voice.bold(voice.business.name),
            )
            return Message(text)
        case Bought():
            return _bought(content, voice)
        case RewardsTold():
            return _rewards(content, voice)
        case Returned():
            return _returned(content, voice)
        case BurnsSoon():
            text = voice.gettext(
                "{points} burn after {day}.",
                points=voice.points(content.points, content.scale),
                day=_last_day(content.good_until, voice),
            )
            return Message(text, rows=(_app(voice),))
        case TierReached(tier):
            return Message(
                voice.gettext("Your tier is {tier} now.", tier=voice.bold(tier)), rows=(_app(voice),)
            )
        case GiftWaits():
            return _gift(content, voice)
        case PointsGiven():
            return _points_given(content, voice)
        case FriendCame():
            return Message(voice.gettext("A friend of yours has come by your link. Thank you."))
        case FriendsPaid(points, scale):
            text = voice.gettext("{points} for your friends' purchases.", points=voice.signed(points, scale))
            return Message(text, rows=(_app(voice),))
        case FromTemplate():
            raise ValueError("a template is worded with the facts of its member")
        case Answered(body):
            answer = voice.gettext("{business} answers:", business=voice.bold(voice.business.name))
            return Message(f"{answer}\n{escape(body, quote=False)}", rows=(_app(voice),))
        case _:
            assert_never(content)


def _choose_channel(content: ChooseChannel, voice: Voice) -> Message:
    text = voice.gettext("Where does it suit you best to get messages?")
    if content.preferred is not None:
        chosen = voice.bold(voice.gettext(CHANNEL_NAMES[content.preferred]))
        now = voice.gettext("Chosen now: {channel}.", channel=chosen)
        text = f"{text}\n{now}"
    buttons = [
        *(
            Button(voice.gettext(CHANNEL_NAMES[one]), action=f"{PREFER}{one}")
            for one in content.channels
            if one != content.preferred
        ),
        *([Button(voice.gettext("No matter"), action=f"{PREFER}any")] if content.preferred else []),
    ]
    return Message(text, rows=tuple((button,) for button in buttons))


def _greeting(content: Greeting, voice: Voice) -> Message:
    business = voice.business.name
    first = voice.gettext("{business}: your card lives in this chat.", business=voice.bold(business))
    if content.welcome:
        gift = voice.points(content.welcome, content.scale)
        first += " " + voice.gettext("{points} for joining.", points=gift)
    agreement = voice.texts.find(
        "personal_data", content.text_version, business=business, language=voice.language
    )
    decline = Button(voice.gettext("Not now"), action=DECLINE)
    return Message(
        f"{first}\n\n{escape(agreement or '', quote=False)}",
        rows=((_agree(content.text_version, voice),), (decline,)),
    )


def _gift(content: GiftWaits, voice: Voice) -> Message:
    lines = [
        voice.gettext("A gift waits for you: {name}.", name=voice.bold(content.name)),
        voice.gettext("Its code for the till: {code}.", code=voice.bold(content.code)),
    ]
    if content.good_until is not None:
        lines.append(
            voice.gettext(
                "Take it through {date}.", date=format_date(content.good_until, voice.language, form="day")
            )
        )
    return Message("\n".join(lines), rows=(_app(voice),))


def _rewards(content: RewardsTold, voice: Voice) -> Message:
    """What waits comes first, each with its code; then what the points are enough for."""
    parts = []
    if content.own:
        lines = [voice.gettext("Show the code at the till:")]
        for own in content.own:
            line = f"• {escape(own.name, quote=False)}: {voice.bold(own.code)}"
            if own.good_until is not None:
                day = format_date(own.good_until, voice.language, form="day")
                line += ", " + voice.gettext("through {date}", date=day)
            lines.append(line)
        parts.append("\n".join(lines))
    if content.to_get:
        lines = [voice.gettext("You have the points for:")]
        lines += [
            f"• {escape(one.name, quote=False)} — {voice.points(one.price_points, content.scale)}"
            for one in content.to_get
        ]
        lines.append(voice.gettext("Get it in the app or at the till."))
        parts.append("\n".join(lines))
    elif content.missing:
        missing = voice.points(content.missing, content.scale)
        parts.append(voice.gettext("To the nearest reward: {points}.", points=missing))
    if not parts:
        parts.append(voice.gettext("No rewards yet."))
    return Message("\n\n".join(parts), rows=(_app(voice),), keyboard="menu")


def _points_given(content: PointsGiven, voice: Voice) -> Message:
    points = voice.points(content.points, content.scale)
    lines = [
        voice.gettext("{name}: {points} for you.", name=voice.bold(content.name), points=points),
    ]
    if content.active_on is not None:
        day = format_date(content.active_on, voice.language, form="day")
        lines.append(voice.gettext("They can be spent from {date}.", date=day))
    if content.last_on is not None:
        day = format_date(content.last_on, voice.language, form="day")
        lines.append(voice.gettext("Spend them through {date}, then they burn.", date=day))
    return Message("\n".join(lines), rows=(_app(voice),))


def _agree(text_version: str, voice: Voice) -> Button:
    return Button(voice.gettext("I agree"), action=f"{AGREE}{text_version}")


def _joined(content: Joined, voice: Voice) -> Message:
    if content.was_known:
        text = voice.gettext("You are known here already: your card works as it did, with all its points.")
    elif content.points:
        gift = voice.points(content.points, content.scale)
        text = voice.gettext("Done, the card is yours. {points} for joining are on it.", points=gift)
    elif content.is_back:
        text = voice.gettext(
            "Done, the card is yours. Points for joining are given again a year after the deletion at the earliest."
        )
    else:
        text = voice.gettext("Done, the card is yours.")
    return Message(text, keyboard="menu")


def _ask_offers(text_version: str, voice: Voice) -> Message:
    business = voice.business.name
    text = voice.texts.find("marketing", text_version, business=business, language=voice.language) or ""
    note = voice.gettext("The card works either way.")
    return Message(
        f"{escape(text, quote=False)} {note}",
        rows=(
            (Button(voice.gettext("Yes, send them"), action=f"{WANT_OFFERS}{text_version}"),),
            (Button(voice.gettext("No, thank you"), action=NO_OFFERS),),
        ),
    )


def _report(content: ReportTold, voice: Voice) -> Message:
    name = voice.bold(content.name)
    if content.figures and not content.rows:
        # It was asked of all at once, so its figures are all there is.
        told = voice.gettext("The report {name} is ready.", name=name)
    else:
        told = voice.words.ngettext(
            "The report {name} is ready: {count} row.",
            "The report {name} is ready: {count} rows.",
            content.rows,
            name=name,
            count=content.rows,
        )
    lines = [f"{escape(title, quote=False)}: {voice.bold(figure)}" for title, figure in content.figures]
    if lines and content.first_on is not None and content.last_on is not None:
        first, last = (format_date(day, voice.language) for day in (content.first_on, content.last_on))
        lines.insert(0, first if first == last else f"{first} — {last}")
    return Message("\n\n".join(filter(None, [told, "\n".join(lines)])), subject=content.name)


def _staff_bound(voice: Voice, *, is_bound: bool) -> Message:
    if not is_bound:
        return Message(
            voice.gettext("This link is good no more. Make a new one in your account in the office.")
        )
    return Message(
        voice.gettext(
            "Reports of {business} come to this chat now. Your account in the office ends it.",
            business=voice.bold(voice.business.name),
        )
    )


def _balance(content: BalanceTold, voice: Voice) -> Message:
    lines = [voice.gettext("You have {points}.", points=voice.points(content.available, content.scale))]
    if content.tier:
        lines[0] += " " + voice.gettext("Your tier: {tier}.", tier=voice.bold(content.tier))
    if content.pending:
        lines.append(
            voice.gettext("{points} will come in soon.", points=voice.points(content.pending, content.scale))
        )
    if content.debt:
        lines.append(
            voice.gettext(
                "{points} are owed after a return; new points repay them first.",
                points=voice.points(content.debt, content.scale),
            )
        )
    if content.burning and content.good_until is not None:
        lines.append(
            voice.gettext(
                "{points} burn after {day}.",
                points=voice.points(content.burning, content.scale),
                day=_last_day(content.good_until, voice),
            )
        )
    return Message("\n".join(lines), rows=(_app(voice),), keyboard="menu")


def _card(content: CardTold, voice: Voice) -> Message:
    text = voice.gettext(
        "{business}, {name}: {points}. Show it at the till.",
        business=voice.bold(voice.business.name),
        name=escape(content.name, quote=False),
        points=voice.points(content.available, content.scale),
    )
    if not content.name:
        text = voice.gettext(
            "{business}: {points}. Show it at the till.",
            business=voice.bold(voice.business.name),
            points=voice.points(content.available, content.scale),
        )
    return Message(text, keyboard="menu", picture=Picture(code=content.code, number=content.number))


def _certificate(content: CertificateTold | NoCertificates, voice: Voice) -> Message:
    if isinstance(content, NoCertificates):
        return _no_certificates(voice, are_sold=content.are_sold)
    amount = voice.money(content.amount_minor)
    if content.is_ordered:
        text = voice.gettext(
            "An ordered gift certificate for {amount}. Show it at the till and pay: it works at once.",
            amount=amount,
        )
    else:
        text = voice.gettext(
            "{business}, gift certificate: {amount}. Show it at the till, or send it to whom you give it.",
            business=voice.bold(voice.business.name),
            amount=amount,
        )
    if content.last_on is not None:
        text += " " + voice.gettext("Good through {date}.", date=_last_day(content.last_on, voice))
    if content.needs_pin:
        text += "\n" + voice.gettext("The till asks for its PIN: it stands in the app.")
    return Message(
        text,
        rows=(_app(voice),) if content.needs_pin else (),
        keyboard="menu",
        picture=Picture(code=content.number, number=shown(content.number)),
    )


def _no_certificates(voice: Voice, *, are_sold: bool) -> Message:
    if not are_sold:
        return Message(voice.gettext("You have no gift certificates."), keyboard="menu")
    text = voice.gettext("You have no gift certificates. One can be ordered in the app.")
    return Message(text, rows=(_app(voice),), keyboard="menu")


def _history(content: History, voice: Voice) -> Message:
    if not content.lines:
        return Message(
            voice.gettext("Nothing has happened yet. The first purchase will stand here."), keyboard="menu"
        )
    zone = voice.business.time_zone
    lines = [
        f"{format_date(line.at, voice.language, zone=zone, form='short')} "
        f"{voice.bold(format_points_number(line.points, content.scale, voice.language, signed=True))} "
        f"{voice.words.gettext(KINDS[line.movement]).lower()}"
        for line in content.lines
    ]
    return Message("\n".join(lines), rows=(_app(voice),), keyboard="menu")


def _help(voice: Voice, *, is_member: bool) -> Message:
    if not is_member:
        return Message(
            voice.gettext("Write /start, and the card of {business} is yours.", business=voice.business.name)
        )
    told = [f"/{command} — {voice.words.gettext(meaning)}" for command, meaning in COMMANDS]
    return Message("\n".join(told), keyboard="menu")


def _bought(content: Bought, voice: Voice) -> Message:
    scale = content.scale
    parts = []
    if content.spent:
        parts.append(voice.signed(-content.spent, scale))
    if content.earned:
        parts.append(voice.signed(content.earned, scale))
    place = escape(content.branch, quote=False)
    first = voice.gettext(
        "{points} for {money} at {branch}.",
        points=join(parts, voice.language),
        money=voice.money(content.amount_minor),
        branch=place,
    )
    second = voice.gettext("You have {points}.", points=voice.points(content.available, scale))
    if content.pending:
        second += " " + voice.gettext(
            "{points} will come in soon.", points=voice.points(content.pending, scale)
        )
    rows: tuple[tuple[Button, ...], ...] = ()
    if content.spent:
        rows = ((Button(voice.gettext("It was not me"), action=f"{NOT_ME}{content.receipt_id.hex}"),),)
    return Message(f"{first}\n{second}", rows=rows)


def _cards_found(content: CardsFound, voice: Voice) -> Message:
    name = escape(content.name, quote=False)
    lines = [
        voice.gettext("This phone is on a second card of yours. Both can become one:"),
        *(_cards_part(part, voice) for part in content.parts),
        "",
        voice.gettext("Purchases and history come together, and the name stays: {name}.", name=name)
        if content.name
        else voice.gettext("Purchases and history come together."),
        voice.gettext(
            "Only the staff can part them again, within a day and before the next purchase. Nobody can after that."
        ),
    ]
    return Message(
        "\n".join(lines),
        rows=(
            (Button(voice.gettext("Join the cards"), action=f"{JOIN_CARDS}{content.offer_id.hex}"),),
            (Button(voice.gettext("Leave as it is"), action=f"{LEAVE_CARDS}{content.offer_id.hex}"),),
        ),
        keyboard="menu",
    )


def _cards_part(part: CardsPart, voice: Voice) -> str:
    """Return the sum that becomes of both: «50 + 120 = 170 points»."""
    own, other = (
        format_points_number(points, part.scale, voice.language) for points in (part.own, part.other)
    )
    told = f"{own} + {other}"
    if part.repaid:
        told += " − " + voice.gettext("{points} for the debt", points=voice.points(part.repaid, part.scale))
    told += f" = {voice.points(part.together, part.scale)}"
    if part.program:
        told = f"{escape(part.program, quote=False)}: {told}"
    if part.waiting:
        told += ". " + voice.gettext(
            "{points} will come in soon.", points=voice.points(part.waiting, part.scale)
        )
    if part.debt:
        told += ". " + voice.gettext(
            "{points} are owed after a return; new points repay them first.",
            points=voice.points(part.debt, part.scale),
        )
    return told


def _friends(content: FriendsLink, voice: Voice) -> Message:
    told = []
    if content.points or content.rate_bp:
        reward = (
            voice.gettext("{rate} of it", rate=format_percent(content.rate_bp, voice.language))
            if content.rate_bp
            else voice.points(content.points, content.scale)
        )
        told.append(voice.gettext("For a friend's purchase you get {reward}.", reward=voice.bold(reward)))
    if content.own:
        told.append(
            voice.gettext("The friend gets {points} too.", points=voice.points(content.own, content.scale))
        )
    lines = [" ".join(told)] if told else []
    lines.append(voice.gettext("Your link for friends. They get a card, you are told when they come:"))
    lines.append(escape(content.link))
    if content.code:
        lines.append(
            voice.gettext("Your code, to be told at a till: {code}", code=voice.bold(grouped(content.code)))
        )
    return Message("\n".join(lines), keyboard="menu")


def _returned(content: Returned, voice: Voice) -> Message:
    scale = content.scale
    changed = [voice.signed(content.back, scale)] if content.back else []
    if content.taken:
        changed.append(voice.signed(-content.taken, scale))
    first = voice.gettext(
        "Returned {money}: {points}.",
        money=voice.money(content.refund_minor),
        points=join(changed, voice.language),
    )
    second = voice.gettext("You have {points}.", points=voice.points(content.available, scale))
    return Message(f"{first}\n{second}")


def grouped(digits: str) -> str:
    """Return a code in two halves, as people read it."""
    half = len(digits) // 2
    return f"{digits[:half]}{NBSP}{digits[half:]}"


def _app(voice: Voice) -> tuple[Button, ...]:
    return (Button(voice.gettext(OPEN_APP), opens_app=True),)


def _last_day(day: date, voice: Voice) -> str:
    return voice.bold(format_date(day, voice.language, form="day"))
