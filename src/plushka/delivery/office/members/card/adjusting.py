"""Points given, taken or written off by hand: within the day's limit of one's role at once, above it by two people."""

from typing import Any
from uuid import UUID, uuid5

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.card.head import head_of, told_name
from plushka.delivery.office.members.card.wallet import find_wallet
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.ledger.limits import find_left
from plushka.domain.ledger.model import AlreadyAdjusted, Balance, ByHand
from plushka.domain.members.model import REASON_LENGTH_MAX, Member
from plushka.domain.members.queries import get_member
from plushka.domain.programs.approving import move_or_ask
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

POINTS_MAX = 10**9
"""Whole points of one adjustment: a slip of the hand must not make a million millions."""
LIFE_DAYS_MAX = 3650
_DIRECTIONS = ("give", "take", "write_off")


@get("/members/{member_id:uuid}/adjustment", opt={"action": "members.adjust"})
async def show_adjustment(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, member_id, visit.form())


@post("/members/{member_id:uuid}/adjustment", opt={"action": "members.adjust"})
async def adjust_points(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Move points. To take some away is asked back once, with the number and the name."""
    form = await visit.typed(request)
    direction = form.choice("direction", _DIRECTIONS, default="give")
    scale = visit.figures.scale
    units = form.number("amount", decimals=scale, least=1, most=POINTS_MAX * 10**scale)
    reason = form.text("reason", length_max=REASON_LENGTH_MAX)
    life_days = form.number("life_days", least=1, most=LIFE_DAYS_MAX, required=False)
    share_bp = form.rate("share", least=1, required=False)
    if not form.is_sound or units is None or direction is None:
        return await _page(visit, member_id, form)
    if direction == "take" and not form.flag("confirmed"):
        return await _page(visit, member_id, form, taking=units)
    wanted = ByHand(
        id=uuid5(
            form.id("form_id", required=False) or new_id(),
            f"{direction} {units} {reason} {life_days} {share_bp}",
        ),
        kind="debt_write_off" if direction == "write_off" else "adjustment",
        points=-units if direction == "take" else units,
        reason=reason,
        life_days=life_days if direction == "give" else None,
        receipt_share_bp=share_bp if direction == "give" else None,
    )
    here = visit.in_program(f"/members/{member_id}/points")
    try:
        async with visit.writing() as tx:
            is_booked = await move_or_ask(
                tx, member_id, wanted, role=visit.limited_as, program_id=visit.program_id
            )
            name = told_name(await get_member(tx, member_id))
    except AlreadyAdjusted:
        return sent_on(here, visit.words.gettext("This was booked already, once."))
    except Refusal as refusal:
        form.refused(refusal, default="amount")
        return await _page(visit, member_id, form)
    return sent_on(here, _told(direction, units, name, visit, is_booked=is_booked))


async def _page(visit: Visit, member_id: UUID, form: Form, *, taking: int = 0) -> Response[str]:
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        wallet = await find_wallet(tx, member.id, visit)
        left = (
            await find_left(
                tx,
                visit.limited_as,
                program_id=visit.version.program_id,
                scale=visit.figures.scale,
                day=visit.today,
            )
            if visit.version
            else None
        )
    return visit.page(
        "members/card/adjustment.html",
        section="members",
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        head=head_of(member, visit, tab="/points", page="/adjustment"),
        form=form,
        takes_part=wallet is not None,
        form_id=form.value("form_id") or str(new_id()),
        reason_length_max=REASON_LENGTH_MAX,
        **_texts(member, wallet.balance if wallet else Balance(), left, taking, visit),
    )


def _texts(member: Member, balance: Balance, left: int | None, taking: int, visit: Visit) -> dict[str, Any]:
    words, figures = visit.words, visit.figures
    return {
        "available": visit.points_told(balance.available),
        "debt": figures.points(balance.debt) if balance.debt else "",
        "limit_help": ""
        if left is None
        else words.gettext(
            "You have {points} left today; what is more waits until somebody else approves it.",
            points=figures.points(left),
        ),
        "confirmation": words.gettext(
            "Take {points} from {name}?", points=visit.points_told(taking), name=told_name(member)
        )
        if taking
        else "",
        "confirm_button": words.gettext("Take {points}", points=visit.points_told(taking)) if taking else "",
    }


def _told(direction: str, units: int, name: str, visit: Visit, *, is_booked: bool) -> str:
    words, points = visit.words, visit.points_told(units)
    if not is_booked:
        return words.gettext(
            "{points} are above your limit of the day: they wait until somebody else approves them.",
            points=points,
        )
    match direction:
        case "take":
            return words.gettext("{points} were taken from {name}.", points=points, name=name)
        case "write_off":
            return words.gettext("{points} of debt were written off: {name}.", points=points, name=name)
        case _:
            return words.gettext("{points} were given: {name}.", points=points, name=name)
