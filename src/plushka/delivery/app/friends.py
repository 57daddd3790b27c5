"""Friends: a member's own link, ways to send it, and who has joined by it."""

from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.app.account import Account, list_accounts
from plushka.delivery.app.admission import STRANGER
from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.signing_in import phone_page
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.figures import Figures
from plushka.delivery.web.forms import Form
from plushka.domain.bots.enrolling import find_inviter
from plushka.domain.coupons.model import TooManyCodeTries
from plushka.domain.coupons.tries import check_tries, note_wrong
from plushka.domain.insights.friends import FriendSums, list_friends, sum_friends
from plushka.domain.messages.contents import FriendCame
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.domain.programs.names import load_names
from plushka.domain.programs.telling.referral import tell_offer
from plushka.domain.programs.telling.voice import Voice
from plushka.domain.referrals.binding import bind_or_refuse, can_be_bound, refusal_of
from plushka.domain.referrals.codes import code_of, shown
from plushka.domain.referrals.invitations import link_of
from plushka.platform.database import Tx
from plushka.platform.errors import NotFound
from plushka.platform.i18n import Translator

SHOWN_MAX = 100
CODE_LENGTH_MAX = 20


class Way(Struct, frozen=True):
    """Somewhere to send the link to."""

    name: str
    url: str


class FriendLine(Struct, frozen=True):
    """Somebody who has joined; ``points`` have come for their purchases, ``waiting`` tells of those to come."""

    name: str
    joined_on: str
    has_bought: bool
    points: str
    waiting: str


@get(f"{PATH}/friends")
async def show_friends(visit: NamedDependency[Visit], request: AppRequest) -> Response[str]:
    """Show the member's link, and who has come by it."""
    return await friends_page(visit, visit.form(), base_url=str(request.base_url))


@post(f"{PATH}/friends/inviter", status_code=HTTP_200_OK)
async def name_inviter(visit: NamedDependency[Visit], request: AppRequest) -> Response[str] | Redirect:
    """Note who brought the member, by the code that they were told. Wrong ones are counted: nobody tries them out."""
    form = await visit.typed(request)
    typed = form.text("friend_code", length_max=CODE_LENGTH_MAX)
    try:
        async with visit.reading() as tx:
            await check_tries(tx, visit.network)
    except TooManyCodeTries as refusal:
        form.refused(refusal, default="friend_code")
    if form.is_sound:
        async with visit.writing() as tx:
            tried = await bind_or_refuse(tx, visit.member.member_id, way="app", typed=typed)
            if tried.reason is not None:
                await note_wrong(tx, visit.network)
            if tried.bound_to is not None:
                notice = Notice(tried.bound_to, f"friend:{visit.member.member_id}", FriendCame())
                await tell_members(tx, [notice])
        if tried.reason is None:
            return Redirect(f"{visit.home}/friends?said=inviter", status_code=HTTP_303_SEE_OTHER)
        form.refused(refusal_of(tried.reason, field="friend_code"))
    status = HTTP_422_UNPROCESSABLE_ENTITY
    return await friends_page(visit, form, base_url=str(request.base_url), status=status)


async def friends_page(visit: Visit, form: Form, *, base_url: str, status: int = 200) -> Response[str]:
    """Return the page with the member's link and code, what they give, and who has come by them."""
    member_id = visit.member.member_id
    async with visit.writing() as tx:
        account = await _account(tx, member_id)
        program_id = account.program.id if account else None
        friends = await list_friends(tx, member_id, program_id=program_id, limit=SHOWN_MAX)
        sums = await sum_friends(tx, member_id, program_id=program_id)
        code = await code_of(tx, member_id)
        program = account.version.program if account and account.version else None
        referral = program.referral if program else None
        offer: list[str] = []
        if program is not None and referral is not None:
            names = await load_names(tx, programs=[program])
            offer = tell_offer(referral, Voice(program, visit.look.language, names))
        can_name = referral is not None and await can_be_bound(tx, member_id)
    figures = visit.figures(account.scale if account else 0)
    url = link_of(member_id, base_url.rstrip("/") + visit.home)
    words = visit.words
    text = words.gettext("Get the card of {business}, as I have", business=visit.business.name)
    return visit.page(
        "friends.html",
        tab="friends",
        status=status,
        form=form,
        code=shown(code),
        offer=offer,
        totals=_totals(sums, figures, words) if referral else [],
        can_name=can_name,
        url=url,
        text=text,
        ways=_ways(url, text, visit),
        joined=figures.number(sums.joined),
        bought=figures.number(sums.bought),
        friends=[
            FriendLine(
                name=_first(friend.name) or words.gettext("a friend"),
                joined_on=figures.day(friend.joined_at),
                has_bought=friend.has_bought,
                points=figures.points_number(friend.paid, signed=True) if friend.paid else "",
                waiting=words.gettext(
                    "{points} after {date}",
                    points=figures.points_number(friend.waiting, signed=True),
                    date=figures.day(friend.waits_until),
                )
                if friend.waits_until
                else "",
            )
            for friend in friends
        ],
    )


@get(f"{PATH}/join/{{start:str}}", opt={"who": STRANGER})
async def show_invitation(visit: NamedDependency[Visit], start: FromPath[str]) -> Response[str]:
    """Show a friend where to get a card.

    :raises NotFound: the link is nobody's
    """
    async with visit.reading() as tx:
        inviter = await find_inviter(tx, start)
    if inviter is None:
        raise NotFound
    return phone_page(visit, visit.form(), start=start)


HANDLERS = [show_friends, name_inviter, show_invitation]


async def _account(tx: Tx, member_id: UUID) -> Account | None:
    """Return the member's part in the programme that gives something for friends, else in the first one."""
    accounts = await list_accounts(tx, member_id)
    giving = [one for one in accounts if one.version and one.version.program.referral]
    return next(iter([*giving, *accounts]), None)


def _totals(sums: FriendSums, figures: Figures, words: Translator) -> list[tuple[str, str]]:
    told = [
        (words.gettext("Came for friends"), figures.points(sums.paid)),
        (words.gettext("Will come"), figures.points(sums.waiting)),
    ]
    if sums.further_paid or sums.further_waiting:
        told += [
            (words.gettext("Came for friends of friends"), figures.points(sums.further_paid)),
            (words.gettext("Will come for friends of friends"), figures.points(sums.further_waiting)),
        ]
    return told


def _ways(url: str, text: str, visit: Visit) -> list[Way]:
    words = visit.words
    both, alone = quote(f"{text}: {url}", safe=""), quote(url, safe="")
    return [
        Way("WhatsApp", f"https://wa.me/?text={both}"),
        Way("Telegram", f"https://t.me/share/url?url={alone}&text={quote(text, safe='')}"),
        Way("Viber", f"viber://forward?text={both}"),
        Way(words.gettext("VK"), f"https://vk.com/share.php?url={alone}"),
        Way("SMS", f"sms:?&body={both}"),
    ]


def _first(name: str) -> str:
    """Return the first of a person's names: others need not know more."""
    return name.split(maxsplit=1)[0] if name.split() else ""
