"""What happened to a member's points, and why: each entry opens to its explanation."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from plushka.delivery.app.account import Account, list_accounts
from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.address import id_of
from plushka.delivery.web.figures import Figures
from plushka.domain.insights.model import Document
from plushka.domain.insights.queries import find_documents, list_document_lots
from plushka.domain.ledger.model import Movement
from plushka.domain.ledger.queries import find_document_wallet, list_document_movements, list_movements
from plushka.domain.ledger.words import KINDS
from plushka.domain.members.merges import list_merges
from plushka.domain.members.model import Merge
from plushka.domain.messages.templates.rendering import RATE_PURCHASE
from plushka.domain.occasions.rating import Rating, find_rating, is_open
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import get_version
from plushka.domain.programs.telling.explanation import explain
from plushka.domain.programs.telling.model import Explanation, Reason
from plushka.domain.purchases.model import Receipt
from plushka.domain.purchases.queries import get_receipt
from plushka.platform.database import Tx
from plushka.platform.errors import NotFound
from plushka.platform.i18n import marked

MOVEMENTS_PER_PAGE = 60
_OWN = frozenset({"pending", "available", "held"})
"""Accounts in which a member has points: a movement between two of them changes nothing in sum."""
_UNTOLD = ("activate",)
"""Points that have become spendable: the card tells when, and the entry that gave them."""
_UNTOLD_REASONS = frozenset({"no_referrer"})
"""Why another got nothing is no matter of the member's."""
_MERGED = marked("Two cards became one")
_PRESENT = marked("A present of points")
_TITLES = {
    "receipt": marked("Purchase"),
    "return": marked("Return"),
    "hold": marked("Points set aside"),
    "adjustment": marked("From the business"),
    "welcome": marked("For joining"),
    "campaign": _PRESENT,
    "merge": _MERGED,
    "reward": marked("Reward for points"),
    "erasure": marked("Deletion"),
    "friend": marked("For a friend"),
    "occasion": _PRESENT,
}


class Line(Struct, frozen=True):
    """One kind of movement of an entry: ``direction`` is ``in``, ``out`` or ``within``."""

    what: str
    points: str
    direction: str


class Entry(Struct, frozen=True):
    """What was booked for one document at one moment."""

    title: str
    at: str
    href: str
    lines: tuple[Line, ...]


@get(f"{PATH}/history")
async def show_history(visit: NamedDependency[Visit], request: AppRequest) -> Response[str]:
    """Show the movements of the member's points, the latest first."""
    before = id_of(request.query_params, "before")
    async with visit.reading() as tx:
        accounts = await list_accounts(tx, visit.member.member_id)
        chosen = _chosen(accounts, id_of(request.query_params, "program"))
        movements = (
            await list_movements(
                tx, wallet_id=chosen.wallet.id, before=before, without=_UNTOLD, limit=MOVEMENTS_PER_PAGE
            )
            if chosen and chosen.wallet
            else []
        )
        documents = await find_documents(tx, list({movement.document_id for movement in movements}))
        merges = [
            merge
            for merge in await list_merges(tx, visit.member.member_id)
            if merge.undone_at is None
            and merge.id not in documents
            and _is_within(merge.id, movements, before=before)
        ]
    figures = visit.figures(chosen.scale if chosen else 0)
    more = ""
    if chosen and len(movements) == MOVEMENTS_PER_PAGE:
        more = f"{visit.home}/history?program={chosen.program.id}&before={movements[-1].id}"
    return visit.page(
        "history.html",
        tab="history",
        entries=_entries(movements, documents, merges, visit, figures),
        programs=[(str(one.program.id), one.program.name, one is chosen) for one in accounts]
        if len(accounts) > 1
        else [],
        more=more,
        is_first=before is None,
    )


@get(f"{PATH}/history/{{document_id:uuid}}")
async def show_entry(visit: NamedDependency[Visit], document_id: FromPath[UUID]) -> Response[str]:
    """Show one entry with its explanation.

    :raises NotFound: there is none of this id among the member's own
    """
    async with visit.reading() as tx:
        wallets = {
            account.wallet.id: account
            for account in await list_accounts(tx, visit.member.member_id)
            if account.wallet
        }
        movements = [
            movement
            for movement in await list_document_movements(tx, document_id)
            if movement.kind not in _UNTOLD
        ]
        document = (await find_documents(tx, [document_id])).get(document_id)
        wallet_id = await find_document_wallet(tx, document_id, wallets.keys())
        account = wallets.get(wallet_id) if wallet_id else None
        if document is None or account is None:
            raise NotFound
        lots = await list_document_lots(tx, document_id)
        # What a friend has bought is theirs to know.
        is_own = document.receipt_id is not None and document.kind != "friend"
        receipt = await get_receipt(tx, document.receipt_id) if document.receipt_id and is_own else None
        explanation = await _explained(tx, receipt, visit) if document.kind == "receipt" and receipt else None
        rating = await find_rating(tx, receipt.id) if document.kind == "receipt" and receipt else None
    figures = visit.figures(account.scale)
    zone = receipt.time_zone if receipt else None
    return visit.page(
        "entry.html",
        title=_title(document, visit),
        at=figures.moment(document.at, zone),
        where=receipt.branch_name if receipt else "",
        number=document.label if document.kind in {"receipt", "return"} else "",
        reason=document.label if document.kind in {"adjustment", "reward"} else "",
        receipt_href=f"{visit.home}/history/{document.receipt_id}"
        if document.kind == "return" and document.receipt_id
        else "",
        rating=_rating_told(receipt, rating, visit) if document.kind == "receipt" and receipt else "",
        rating_href=f"{visit.home}/rate/{receipt.id}" if receipt else "",
        lines=_lines(movements, visit, figures),
        totals=_totals(receipt, figures, visit) if explanation and receipt else [],
        bought=_bought(receipt, figures) if explanation and receipt else [],
        why=_why(explanation) if explanation else [],
        not_applied=_reasons(
            [reason for reason in explanation.not_applied if reason.code not in _UNTOLD_REASONS]
        )
        if explanation
        else [],
        lots=[
            (
                figures.points(lot.granted),
                figures.day(lot.activates_at, zone),
                figures.last_day(lot.expires_at, zone) if lot.expires_at else "",
            )
            for lot in lots
        ],
    )


HANDLERS = [show_history, show_entry]


def _title(document: Document, visit: Visit) -> str:
    """Return what an entry is called: points on an occasion as the business calls it."""
    if document.kind == "occasion" and document.label:
        return document.label
    return visit.words.gettext(_TITLES[document.kind])


def _chosen(accounts: Sequence[Account], program_id: UUID | None) -> Account | None:
    first = accounts[0] if accounts else None
    return next((account for account in accounts if account.program.id == program_id), first)


def _is_within(merge_id: UUID, movements: Sequence[Movement], *, before: UUID | None) -> bool:
    """Tell whether a merge stands on the page of these movements: ids are in the order of time."""
    is_last_page = len(movements) < MOVEMENTS_PER_PAGE
    return (before is None or merge_id < before) and (is_last_page or merge_id > movements[-1].id)


def _entries(
    movements: Sequence[Movement],
    documents: Mapping[UUID, Document],
    merges: Sequence[Merge],
    visit: Visit,
    figures: Figures,
) -> list[Entry]:
    entries: list[tuple[UUID, Entry]] = []
    for (document_id, at), group in groupby(
        movements, key=lambda movement: (movement.document_id, movement.at)
    ):
        document = documents.get(document_id)
        together = list(group)
        entry = Entry(
            title=_title(document, visit) if document else "",
            at=figures.moment(at),
            href=f"{visit.home}/history/{document_id}" if document else "",
            lines=tuple(_lines(together, visit, figures)),
        )
        entries.append((together[0].id, entry))
    # What moved from card to card is no movement of the member's: the merge stands there without figures.
    title = visit.words.gettext(_MERGED)
    entries += [(merge.id, Entry(title, figures.moment(merge.at), href="", lines=())) for merge in merges]
    return [entry for _, entry in sorted(entries, key=lambda told: told[0], reverse=True)]


def _lines(movements: Sequence[Movement], visit: Visit, figures: Figures) -> list[Line]:
    """Return the movements as lines; those of one kind and direction, lot by lot, become one."""
    sums: dict[tuple[str, str], int] = {}
    for movement in movements:
        key = movement.kind, _direction(movement.debit, movement.credit)
        sums[key] = sums.get(key, 0) + movement.points
    return [
        Line(
            what=visit.words.gettext(KINDS[kind]),
            points=figures.points_number(
                -points if direction == "out" else points, signed=direction != "within"
            ),
            direction=direction,
        )
        for (kind, direction), points in sums.items()
    ]


def _direction(debit: str, credit: str) -> str:
    if credit in _OWN and debit not in _OWN:
        return "in"
    if debit in _OWN and credit not in _OWN:
        return "out"
    return "within"


def _rating_told(receipt: Receipt, rating: Rating | None, visit: Visit) -> str:
    """Return what stands on the link to the purchase's rating; nothing where there is no use in it any more."""
    if rating is not None:
        return visit.words.gettext("Your rating: {score} of 5", score=rating.score)
    return visit.words.gettext(RATE_PURCHASE) if is_open(receipt, visit.at) else ""


async def _explained(tx: Tx, receipt: Receipt, visit: Visit) -> Explanation:
    version = await get_version(tx, receipt.version_id)
    names = await load_names(tx, programs=[version.program])
    return explain(
        receipt.outcome, version.program, language=visit.look.language, zone=receipt.time_zone, names=names
    )


def _why(explanation: Explanation) -> list[tuple[str, str]]:
    return _reasons(
        (
            *explanation.discounts,
            *explanation.redemption,
            *explanation.earning,
            *explanation.grants,
            *explanation.tier,
            *explanation.cards,
            *explanation.friends,
        )
    )


def _reasons(reasons: Sequence[Reason]) -> list[tuple[str, str]]:
    """Return each reason as the name of its rule, empty for none, and its sentence; none twice."""
    return list(dict.fromkeys((reason.rule_name or "", reason.text) for reason in reasons))


def _totals(receipt: Receipt, figures: Figures, visit: Visit) -> list[tuple[str, str]]:
    words, outcome = visit.words, receipt.outcome
    totals = [(words.gettext("Amount"), figures.money(outcome.amount_minor))]
    if outcome.discount_minor:
        totals.append((words.gettext("Discount"), figures.money(-outcome.discount_minor)))
    if outcome.redeemed_minor:
        totals.append((words.gettext("Paid with points"), figures.money(-outcome.redeemed_minor)))
    totals.append((words.gettext("Paid in money"), figures.money(outcome.payable_minor)))
    if receipt.refunded_minor:
        totals.append((words.gettext("Refunded"), figures.money(-receipt.refunded_minor)))
    return totals


def _bought(receipt: Receipt, figures: Figures) -> list[tuple[str, str, str]]:
    return [
        (
            line.name or line.sku,
            figures.money(outcome.payable_minor),
            figures.points_number(outcome.earned_points, signed=True) if outcome.earned_points else "",
        )
        for line, outcome in zip(receipt.lines, receipt.outcome.lines, strict=True)
    ]
