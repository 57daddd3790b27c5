"""Friends: a member's own link, ways to send it, and who has joined by it."""

from urllib.parse import quote

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from plushka.delivery.app.admission import STRANGER
from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.signing_in import phone_page
from plushka.delivery.app.visit import Visit
from plushka.domain.bots.enrolling import find_inviter, friend_start
from plushka.domain.insights.friends import list_friends
from plushka.platform.errors import NotFound

SHOWN_MAX = 100


class Way(Struct, frozen=True):
    """Somewhere to send the link to."""

    name: str
    url: str


class FriendLine(Struct, frozen=True):
    """Somebody who has joined."""

    name: str
    joined_on: str
    has_bought: bool


@get(f"{PATH}/friends")
async def show_friends(visit: NamedDependency[Visit], request: AppRequest) -> Response[str]:
    """Show the member's link, and who has come by it."""
    async with visit.reading() as tx:
        friends = await list_friends(tx, visit.member.member_id)
    url = str(request.base_url).rstrip("/") + f"{visit.home}/join/{friend_start(visit.member.member_id)}"
    words, figures = visit.words, visit.figures()
    text = words.gettext("Get the card of {business}, as I have", business=visit.business.name)
    return visit.page(
        "friends.html",
        tab="friends",
        url=url,
        text=text,
        ways=_ways(url, text, visit),
        joined=figures.number(len(friends)),
        bought=figures.number(sum(friend.has_bought for friend in friends)),
        friends=[
            FriendLine(
                name=_first(friend.name) or words.gettext("a friend"),
                joined_on=figures.day(friend.joined_at),
                has_bought=friend.has_bought,
            )
            for friend in friends[:SHOWN_MAX]
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


HANDLERS = [show_friends, show_invitation]


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
