"""What moved a member's points besides purchases and returns happens again, as far as it can."""

from msgspec import structs

from plushka.domain.ledger.model import Cause, Clawback
from plushka.domain.simulation.page import Page
from plushka.domain.simulation.past import Closed, Extended, Given, Taken
from plushka.engine.program import Debt
from plushka.engine.purchase import LotUse, Place
from plushka.engine.welcome import welcome_grant


def give(page: Page, given: Given) -> None:
    """Give the points that were given; for joining, what the rules of the course give."""
    page.book.settle(given.at)
    lots = given.lots
    version = page.course.version
    if given.is_welcome and version is not None:
        place, welcome = Place(branch="", time_zone=page.past.zone), version.program.welcome
        lots = (welcome_grant(version.program, welcome, place, given.at),) if welcome else ()
    cause = Cause(given.document_id, None, given.at)
    for lot in lots:
        page.book.accrue(lot, earned_at=given.at, cause=cause, kind=given.kind)
    page.note()


def take(page: Page, taken: Taken) -> None:
    """Take what was taken, or what there is of it; a gift is had for its whole price or not at all."""
    book, cause = page.book, Cause(taken.document_id, None, taken.at)
    page.lay_out()
    book.settle(taken.at)
    page.note()
    match taken.how:
        case "gift" if taken.points > 0:
            _buy_gift(page, taken, cause)
        case "gift":
            uses = page.gifts.pop(taken.document_id, [])
            version = page.course.version or page.course.setting.version_at(taken.at)
            grace_days = version.program.return_grace_days if version else 0
            book.restore(uses, grace_days=grace_days, zone=page.past.zone, cause=cause, reason="gift")
            book.settle(taken.at)
        case "hand":
            book.take_away(min(taken.points, book.available), cause=cause)
        case "forgiven":
            book.forgive(min(taken.points, book.debt), cause=cause)
        case _:
            _reverse(page, taken, cause)
    page.note()


def _buy_gift(page: Page, taken: Taken, cause: Cause) -> None:
    book = page.book
    if book.for_rewards() < taken.points:
        page.missed += taken.points
        return
    book.spend(taken.points, cause=cause)
    page.gifts[taken.document_id] = [
        LotUse(posting.lot_id, posting.points) for posting in book.postings if posting.lot_id is not None
    ]


def _reverse(page: Page, taken: Taken, cause: Cause) -> None:
    so_far = page.reversed.get(taken.document_id, Clawback())
    page.reversed[taken.document_id] = page.book.claw_back(
        max(0, so_far.taken() + taken.points),
        structs.replace(so_far, repaid=dict(+page.repaid) if so_far.owed else {}),
        receipt_id=taken.document_id,
        burned=0,
        debt=Debt(),
        cause=cause,
    )


def extend(page: Page, extended: Extended) -> None:
    """Prolong what is left of the lots that a document gave, as was done by hand."""
    page.book.settle(extended.at)
    page.note()
    for lot in page.book.lots.values():
        if lot.document_id == extended.document_id and (lot.pending or lot.available):
            page.book.extend(lot, extended.expires_at, reason=extended.reason)


def close(page: Page, closed: Closed) -> None:
    """Take all out of the books that a member had who has gone."""
    page.book.settle(closed.at)
    page.book.close(cause=Cause(page.past.member_id, None, closed.at))
    page.note()
