"""The card: how much there is, what to show at the till, what can be done with it, what will be lost and when."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.app import account
from plushka.delivery.app.account import Account
from plushka.delivery.app.certificates import list_own
from plushka.delivery.app.codes import keep_remembered
from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.offers import list_offers
from plushka.delivery.app.partners import list_friend_offers
from plushka.delivery.app.rewards import list_on_shelf, shelf_of
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.qr import draw_qr
from plushka.delivery.web.stamps import cards_told, gifts_told
from plushka.domain.certificates.types import list_types
from plushka.domain.members.codes import issue_code
from plushka.domain.members.model import Member
from plushka.domain.members.queries import get_member
from plushka.domain.messages.gateways.queries import find_push_key
from plushka.domain.rewards.queries import list_cards, list_rewards
from plushka.platform.database import Tx

SHELF_SHOWN = 2
"""Rewards that the card itself shows; the rest stands in the catalogue."""
RENEWED_AFTER_SECONDS = 60
"""Half of a code's life: one that was just replaced stays good while the cashier types it."""


@get(PATH)
async def show_card(visit: NamedDependency[Visit], request: AppRequest) -> Response[str]:
    """Show the card with a new code; a promo code that the browser remembers is put by."""
    async with visit.writing() as tx:
        forgetting = await keep_remembered(tx, visit, request)
        member = await get_member(tx, visit.member.member_id)
        accounts = await account.list_accounts(tx, member.id)
        code = await issue_code(tx, member.id)
        first = accounts[0] if accounts else None
        values = await _told(tx, first, visit) if first else {}
        offers = await list_offers(tx, first, visit) if first else []
        certificates = await list_own(tx, visit)
        shelf = shelf_of(await list_on_shelf(tx, first, visit), SHELF_SHOWN) if first else []
        friends = await list_friend_offers(tx, visit)
        sells_certificates = any(kind.retired_at is None for kind in await list_types(tx))
        push_key = await find_push_key(tx)
    digits = code.digits
    page = visit.page(
        "card.html",
        tab="card",
        name=member.name,
        phone=phone_of(member),
        is_blocked=member.block is not None,
        is_unverified=member.is_unverified,
        code=f"{digits[:3]} {digits[3:]}",
        qr=draw_qr(code.qr),
        renewed_after_seconds=RENEWED_AFTER_SECONDS,
        others=[
            (other.program.name, visit.figures(other.scale).points(other.wallet.balance.available))
            for other in accounts[1:]
            if other.wallet
        ],
        offers=offers,
        shelf=shelf,
        certificates=certificates,
        friends=friends,
        sells_certificates=sells_certificates,
        push_key=push_key,
        picture=_picture_of(first, visit) if first else "",
        **{**_NOTHING, **values},
    )
    if forgetting is not None:
        page.cookies.append(forgetting)
    return page


HANDLERS = [show_card]
_NOTHING: dict[str, Any] = {
    "available": "",
    "waiting": [],
    "held": "",
    "debt": "",
    "burning": [],
    "spending": [],
    "tier": None,
    "stamps": [],
    "gifts": [],
}


def phone_of(member: Member) -> str:
    """Return the phone that a member is known by, empty for none."""
    return next((identity.value for identity in member.identities if identity.kind == "phone"), "")


def _picture_of(account: Account, visit: Visit) -> str:
    """Return where the picture of a programme is, empty if it has none."""
    program = account.program
    if not program.picture_digest:
        return ""
    return f"{visit.home}/programs/{program.id}/picture/{program.picture_digest}"


async def _told(tx: Tx, first: Account, visit: Visit) -> dict[str, Any]:
    figures, wallet = visit.figures(first.scale), first.wallet
    if wallet is None:
        return {}
    balance = wallet.balance
    member_id, program_id = visit.member.member_id, first.program.id
    return {
        "available": figures.points(balance.available),
        "waiting": account.waiting(wallet, figures),
        "held": figures.points(balance.held) if balance.held else "",
        "debt": figures.points(balance.debt) if balance.debt else "",
        "burning": account.burning(wallet.lots, figures),
        "spending": await account.how_to_spend(tx, first, visit),
        "tier": await account.tier_of(tx, first, visit),
        "stamps": cards_told(
            await list_cards(tx, member_id, versions=visit.app.reference.versions, program_id=program_id),
            figures,
            visit.words,
        ),
        "gifts": [
            gift
            for gift in gifts_told(
                await list_rewards(tx, member_id, program_id=program_id), figures, visit.at
            )
            if gift.is_open
        ],
    }
