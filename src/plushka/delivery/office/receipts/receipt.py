"""One receipt: its figures, why they are so, and everything that was booked for it."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from plushka.delivery.office.movement_rows import movement_rows
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.domain.certificates.numbers import shown
from plushka.domain.insights.model import Document, DocumentLot
from plushka.domain.insights.queries import find_documents, list_document_lots
from plushka.domain.insights.referrals import Given, list_given
from plushka.domain.ledger.queries import list_document_movements
from plushka.domain.members.queries import get_member
from plushka.domain.occasions.rating import find_rating
from plushka.domain.programs.model import PublishedVersion
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import get_version
from plushka.domain.programs.telling.explanation import explain
from plushka.domain.programs.telling.model import Explanation, Reason
from plushka.domain.programs.telling.receipt import receipt_text
from plushka.domain.programs.telling.referral import LEVELS
from plushka.domain.purchases.model import Receipt, Return
from plushka.domain.purchases.queries import get_receipt, list_returns
from plushka.domain.referrals.words import SHORTENED
from plushka.domain.staff.queries import get_till
from plushka.platform.i18n import marked


class Line(Struct, frozen=True):
    """A line of the receipt, told; ``number`` is its place from 1."""

    number: int
    name: str
    details: str
    quantity: str
    amount: str
    discount: str
    redeemed: str
    payable: str
    earned: str


class Because(Struct, frozen=True):
    """A sentence of the explanation with the rule and the lines it speaks of."""

    text: str
    rule: str
    lines: str


class Lot(Struct, frozen=True):
    """A lot granted by the receipt."""

    granted: str
    left: str
    active_from: str
    valid_through: str


class ReturnLine(Struct, frozen=True):
    """A return of the receipt."""

    number: str
    at: str
    lines: str
    refund: str
    points: str


class FriendLine(Struct, frozen=True):
    """Somebody above the receipt's member, and what it gives them."""

    who: str
    name: str
    href: str
    told: str


class Fact(Struct, frozen=True):
    """A name and a value at the head of a page; ``href`` is empty without a page to open."""

    title: str
    value: str
    href: str = ""


@get("/receipts/{receipt_id:uuid}", opt={"action": "receipts.read"})
async def show_receipt(visit: NamedDependency[Visit], receipt_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        receipt = await get_receipt(tx, receipt_id)
        version = await get_version(tx, receipt.version_id)
        member = await get_member(tx, receipt.member_id) if receipt.member_id else None
        till = await get_till(tx, receipt.till_id)
        returns = await list_returns(tx, receipt_id)
        lots = await list_document_lots(tx, receipt_id)
        documents = [receipt_id, *(found.id for found in returns if found.id)]
        movements = [m for document in documents for m in await list_document_movements(tx, document)]
        labels = await find_documents(tx, documents)
        given = await list_given(tx, receipt_id)
        rating = await find_rating(tx, receipt_id)
        names = await load_names(tx)
        actors = await load_actors(tx)
    # Points on this page are those of the receipt's own programme.
    visit = visit.about(version)
    explanation = explain(
        receipt.outcome,
        version.program,
        language=visit.look.language,
        zone=receipt.time_zone,
        names=names,
        names_groups=True,
    )
    return visit.page(
        "receipts/receipt.html",
        section="receipts",
        number=receipt.external_id,
        at=visit.figures.moment(receipt.occurred_at, receipt.time_zone),
        totals=_totals(receipt, visit),
        facts=[
            Fact(visit.words.gettext("Branch"), receipt.branch_name),
            Fact(visit.words.gettext("Till"), till.name),
            *([Fact(visit.words.gettext("Cashier"), receipt.cashier)] if receipt.cashier else []),
            Fact(
                visit.words.gettext("Member"),
                member.name if member else visit.words.gettext("without a card"),
                visit.in_program(f"/members/{member.id}") if member else "",
            ),
            Fact(
                visit.words.gettext("Programme"),
                _told_version(version, visit),
                f"/engagement/programs/{version.program_id}/versions/{version.id}",
            ),
            *_lateness(receipt, visit),
        ],
        rating=None if rating is None or rating.is_cancelled else rating,
        rated=visit.figures.moment(rating.rated_at) if rating else "",
        answer_href=f"/inbox/{member.id}" if member and visit.may("chats.answer") else "",
        lines=list(_lines(receipt, visit)),
        has_discount=receipt.outcome.discount_minor > 0,
        has_redeemed=receipt.outcome.redeemed_minor > 0,
        has_earned=receipt.outcome.earned_points > 0,
        why=_why(explanation, visit),
        limits=explanation.redemption_limits,
        lots=[_lot(lot, receipt.time_zone, visit) for lot in lots],
        movements=movement_rows(movements, labels, visit, actors=actors, zone=receipt.time_zone),
        friends=[_given(one, receipt.time_zone, visit) for one in given],
        returns=[_return(found, labels, receipt.time_zone, visit) for found in returns],
        slip=receipt_text(
            receipt.outcome,
            receipt.balance,
            program=version.program,
            language=visit.business.language,
            zone=receipt.time_zone,
        ),
    )


def _told_version(version: PublishedVersion, visit: Visit) -> str:
    number = visit.words.gettext("version {number}", number=version.number)
    return f"{visit.program_name}, {number}" if visit.program_name else number


def _totals(receipt: Receipt, visit: Visit) -> list[Fact]:
    figures, words, outcome = visit.figures, visit.words, receipt.outcome
    redeemed = outcome.redeemed.points if outcome.redeemed else 0
    totals = [Fact(words.gettext("Amount"), figures.money(outcome.amount_minor))]
    if outcome.discount_minor:
        totals.append(Fact(words.gettext("Discount"), figures.money(-outcome.discount_minor)))
    if redeemed:
        totals.append(Fact(words.gettext("Paid with points"), figures.money(-outcome.redeemed_minor)))
    totals += [
        Fact(
            words.gettext("Certificate {number}", number=shown(paid.number)),
            figures.money(-paid.amount_minor),
        )
        for paid in receipt.tendered
    ]
    totals.append(Fact(words.gettext("Paid in money"), figures.money(receipt.money_minor)))
    if receipt.refunded_minor:
        totals.append(Fact(words.gettext("Refunded"), figures.money(-receipt.refunded_minor)))
    if receipt.cost_minor is not None and visit.may("receipts.margin"):
        totals += _margin(outcome.payable_minor, receipt.cost_minor, visit)
    if receipt.member_id:
        earned = figures.points_number(outcome.earned_points, signed=True)
        totals.append(Fact(words.gettext("Points earned"), earned))
    if redeemed:
        totals.append(Fact(words.gettext("Points spent"), figures.points_number(-redeemed)))
    return totals


def _margin(payable_minor: int, cost_minor: int, visit: Visit) -> list[Fact]:
    """Return what the sale left, discounts and points spent counted, before any return."""
    figures, words = visit.figures, visit.words
    margin = figures.money(payable_minor - cost_minor)
    if payable_minor > cost_minor:
        margin += f" ({figures.ratio(payable_minor - cost_minor, payable_minor)})"
    return [
        Fact(words.gettext("Cost of the goods"), figures.money(cost_minor)),
        Fact(words.gettext("Margin, discounts counted"), margin),
    ]


def _lateness(receipt: Receipt, visit: Visit) -> list[Fact]:
    """Tell when the receipt reached us, if it was not on the day on which it was made."""
    received = visit.figures.moment(receipt.received_at, receipt.time_zone)
    is_late = (receipt.received_at - receipt.occurred_at).days >= 1
    return [Fact(visit.words.gettext("Reached us"), received)] if is_late else []


def _lines(receipt: Receipt, visit: Visit) -> Iterator[Line]:
    figures = visit.figures
    for index, (line, outcome) in enumerate(zip(receipt.lines, receipt.outcome.lines, strict=True)):
        yield Line(
            number=index + 1,
            name=line.name or line.sku,
            details=" · ".join(part for part in (line.sku if line.name else "", line.brand) if part),
            quantity=figures.quantity(line.quantity_milli),
            amount=figures.money(outcome.amount_minor),
            discount=figures.money(-outcome.discount_minor) if outcome.discount_minor else NOTHING,
            redeemed=figures.money(-outcome.redeemed_minor) if outcome.redeemed_minor else NOTHING,
            payable=figures.money(outcome.payable_minor),
            earned=figures.points_or_nothing(outcome.earned_points, signed=True),
        )


def _why(explanation: Explanation, visit: Visit) -> dict[str, list[Because]]:
    groups = {
        "discounts": explanation.discounts,
        "redemption": explanation.redemption,
        "earning": explanation.earning,
        "grants": explanation.grants,
        "tier": explanation.tier,
        "cards": explanation.cards,
        "friends": explanation.friends,
        "not_applied": explanation.not_applied,
    }
    return {name: [_because(reason, visit) for reason in reasons] for name, reasons in groups.items()}


def _because(reason: Reason, visit: Visit) -> Because:
    return Because(text=reason.text, rule=reason.rule_name or "", lines=_told_lines(reason.lines, visit))


def _refund(found: Return, visit: Visit) -> str:
    """Return what was given back, and to which certificates what of it went."""
    figures = visit.figures
    parts = [
        visit.words.gettext(
            "{amount} to the certificate {number}",
            amount=figures.money(credit.amount_minor),
            number=shown(credit.number),
        )
        for credit in found.certificates
        if credit.amount_minor
    ]
    return (
        f"{figures.money(found.refund_minor)} ({', '.join(parts)})"
        if parts
        else figures.money(found.refund_minor)
    )


def _told_lines(lines: Sequence[int], visit: Visit) -> str:
    """Return lines as people count them, neighbours together: ``lines 1–4, 7``."""
    if not lines:
        return ""
    spans: list[list[int]] = []
    for line in lines:
        if spans and spans[-1][1] == line - 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    numbers = (str(first + 1) if first == last else f"{first + 1}–{last + 1}" for first, last in spans)
    return visit.words.ngettext("line {numbers}", "lines {numbers}", len(lines), numbers=", ".join(numbers))


def _lot(lot: DocumentLot, zone: str, visit: Visit) -> Lot:
    figures = visit.figures
    return Lot(
        granted=figures.points_number(lot.granted),
        left=figures.points_number(lot.left),
        active_from=figures.day(lot.activates_at, zone),
        valid_through=figures.last_day(lot.expires_at, zone),
    )


def _given(one: Given, zone: str, visit: Visit) -> FriendLine:
    """Return what the receipt gives to one of those who brought its member, and where that stands."""
    words, figures = visit.words, visit.figures
    if one.paid or one.is_settled:
        told = words.gettext("{points} paid", points=figures.points(one.paid))
    elif one.due:
        told = words.gettext(
            "{points}, on {date}", points=figures.points(one.due), date=figures.day(one.pays_at, zone)
        )
    else:
        told = words.gettext("nothing: another purchase counts")
    if one.reason is not None:
        told += f" ({words.gettext(SHORTENED[one.reason])})"
    return FriendLine(
        who=words.gettext(LEVELS[one.level - 1]),
        name=one.name or words.gettext("without a name"),
        href=visit.in_program(f"/members/{one.member_id}"),
        told=told,
    )


def _return(found: Return, documents: Mapping[UUID, Document], zone: str, visit: Visit) -> ReturnLine:
    figures, words = visit.figures, visit.words
    document = documents.get(found.id) if found.id else None
    told = [
        words.gettext(message, points=figures.points(points))
        for message, points in (
            (marked("{points} came back"), found.points_back),
            (marked("{points} taken back"), found.points_clawed_back),
            (marked("{points} given again"), -found.points_clawed_back),
            (marked("{points} became a debt"), found.points_owed),
        )
        if points > 0
    ]
    return ReturnLine(
        number=found.external_id,
        at=figures.moment(document.at, zone) if document else "",
        lines=_told_lines([line.index for line in found.lines], visit),
        refund=_refund(found, visit),
        points=", ".join(told) or NOTHING,
    )
