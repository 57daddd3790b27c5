"""The proof of the ledger: what it found, when, and a button to ask for it now."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from msgspec import Struct

from plushka.delivery.office.table_files import table_file
from plushka.delivery.office.visit import Visit
from plushka.domain.ledger.queries import list_verifications
from plushka.domain.ledger.verify import Difference, Verification
from plushka.domain.programs.queries import find_scales
from plushka.platform.i18n import marked

VERIFICATIONS_SHOWN, VERIFICATIONS_MAX = 30, 4000
STALE_AFTER = timedelta(hours=36)
"""The proof runs every night: later than this, a night was missed."""

# (title, figure, its sign in the sum of the group): came − went = what members have.
_GROUPS = (
    (
        marked("Came"),
        (
            (marked("Earned"), "issued", 1),
            (marked("Given by hand"), "given_by_hand", 1),
            (marked("Debt written off"), "forgiven", 1),
        ),
    ),
    (
        marked("Went"),
        (
            (marked("Spent"), "spent", 1),
            (marked("Burned"), "burned", 1),
            (marked("Given up by deletion"), "forfeited", 1),
            (marked("Taken back by returns"), "reversed", 1),
            (marked("Taken by hand"), "taken_by_hand", 1),
        ),
    ),
    (
        marked("Members have"),
        (
            (marked("Available to members"), "available", 1),
            (marked("Waiting to become spendable"), "pending", 1),
            (marked("Held"), "held", 1),
            (marked("Debt of members"), "debt", -1),
        ),
    ),
)
_LAWS = {
    "wallet_equals_journal": marked("An account differs from the sum of its movements"),
    "lot_equals_journal": marked("A lot differs from the sum of its movements"),
    "wallet_equals_lots": marked("An account differs from the sum of its lots"),
    "held_equals_open_holds": marked("Held points differ from the open holds"),
    "wallet_due_not_late": marked("An account would be settled too late"),
    "adjustment_equals_journal": marked("A change by hand differs from its movements"),
    "extension_is_the_lots_date": marked("A prolonged lot has another date"),
    "receipt_equals_journal": marked("A receipt differs from its movements"),
    "return_equals_journal": marked("A return differs from its movements"),
    "receipt_moves_points_of_its_programme": marked("A receipt moved points of another programme"),
    "refund_equals_returns": marked("A receipt's refund differs from its returns"),
    "posting_has_its_document": marked("A movement has no document"),
    "standing_equals_receipts": marked("A member's purchases differ from the receipts"),
    "counter_equals_its_uses": marked("A promotion's counter differs from its receipts"),
    "code_counts_its_uses": marked("A coupon's code was not used as often as it counts"),
    "stamps_equal_their_receipt": marked("Stamps differ from what their receipt is worth"),
    "card_equals_its_stamps": marked("A stamp card differs from its stamps"),
    "gifts_equal_full_cards": marked("Gifts differ from the cards that won them"),
    "gift_equals_its_acts": marked("A gift's state differs from what tills did"),
    "reward_equals_journal": marked("A gift for points differs from its movements"),
    "stock_equals_its_rewards": marked("A stock of the catalogue differs from what was taken out"),
    "standing_equals_its_days": marked("A member's sums differ from those by day"),
    "certificate_equals_its_movements": marked("A certificate differs from the sum of its movements"),
    "certificate_holds_what_was_sold": marked("A certificate holds another amount than was sold"),
    "receipt_equals_certificates": marked("A receipt differs from what certificates paid"),
    "return_equals_certificates": marked("A return differs from what went back to certificates"),
    "referral_equals_journal": marked("A reward for a friend differs from its movements"),
    "referral_is_what_its_receipt_is_worth": marked(
        "A reward for a friend differs from what its receipt is worth"
    ),
    "referral_is_due_if_it_counts": marked("A reward for a friend is due that should not be, or is not"),
    "member_is_bound_by_their_try": marked("A member was brought by another than was told"),
    "conservation": marked("Points came from nowhere or went nowhere"),
}


class Group(Struct, frozen=True):
    """One side of the sum: its figures by name, and what they come to."""

    title: str
    figures: tuple[tuple[str, str], ...]
    total: str


class DifferenceLine(Struct, frozen=True):
    """A broken law, with the facts of the row that breaks it."""

    law: str
    facts: str


class VerificationLine(Struct, frozen=True):
    """A run in the history."""

    at: str
    took: str
    postings: str
    is_clean: bool
    verdict: str


@get("/ledger", opt={"action": "ledger.read"})
async def show_ledger(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        verifications = await list_verifications(tx, limit=VERIFICATIONS_SHOWN)
        scales = set((await find_scales(tx)).values())
    latest = next(iter(verifications), None)
    return visit.page(
        "journal/ledger.html",
        section="journal",
        page="ledger",
        latest=_line(latest, visit) if latest else None,
        is_stale=latest is not None and visit.at - latest.finished_at > STALE_AFTER,
        groups=_groups(latest.figures, visit, scales) if latest else [],
        is_in_parts=len(scales) > 1,
        differences=[_difference(difference, visit) for difference in latest.differences] if latest else [],
        history=[_line(verification, visit) for verification in verifications],
        may_verify=visit.may("ledger.verify"),
    )


@get("/ledger.xlsx", opt={"action": "ledger.read"})
async def download_verifications(visit: NamedDependency[Visit]) -> Response[bytes]:
    """Return the checks with the sums that each found, in the smallest parts of points, as a workbook."""
    gettext, zone = visit.words.gettext, ZoneInfo(visit.business.time_zone)
    sums = [(f"{gettext(title)}: {gettext(name)}", key) for title, named in _GROUPS for name, key, _ in named]
    heading = [
        gettext("When"), gettext("Took, seconds"), gettext("Movements checked"), gettext("Differences"),
        *(title for title, _ in sums),
    ]  # fmt: skip
    async with visit.reading() as tx:
        verifications = await list_verifications(tx, limit=VERIFICATIONS_MAX)
    return table_file(
        "ledger",
        heading,
        (
            [
                each.finished_at.astimezone(zone),
                Decimal(f"{(each.finished_at - each.started_at).total_seconds():.3f}"),
                each.figures.get("postings", 0),
                len(each.differences),
                *(each.figures.get(key, 0) for _, key in sums),
            ]
            for each in verifications
        ),
    )


@post("/ledger/verifications", opt={"action": "ledger.verify"})
async def verify_now(visit: NamedDependency[Visit]) -> Redirect:
    """Check the ledger while the person waits: tills go on meanwhile."""
    office = visit.office
    await office.verify(office.database, office.clock, visit.session.tenant_id)
    return Redirect("/ledger", status_code=HTTP_303_SEE_OTHER)


def _groups(found: Mapping[str, int], visit: Visit, scales: Collection[int]) -> list[Group]:
    """Return the sums over all programmes; where they divide points differently, in the smallest parts of each."""
    figures, words = visit.figures_of(next(iter(scales)) if len(scales) == 1 else 0), visit.words
    return [
        Group(
            title=words.gettext(title),
            figures=tuple(
                (words.gettext(name), figures.points_number(sign * found.get(key, 0)))
                for name, key, sign in members
            ),
            total=figures.points_number(sum(sign * found.get(key, 0) for _, key, sign in members)),
        )
        for title, members in _GROUPS
    ]


def _difference(difference: Difference, visit: Visit) -> DifferenceLine:
    law = _LAWS.get(difference.law)
    return DifferenceLine(
        law=visit.words.gettext(law) if law else difference.law,
        facts=", ".join(f"{name} = {value}" for name, value in difference.facts.items()),
    )


def _line(verification: Verification, visit: Visit) -> VerificationLine:
    figures, words = visit.figures, visit.words
    took = verification.finished_at - verification.started_at
    count = len(verification.differences)
    return VerificationLine(
        at=figures.moment(verification.finished_at),
        took=words.gettext("{seconds} s", seconds=figures.seconds(took)),
        postings=figures.number(verification.figures.get("postings", 0)),
        is_clean=count == 0,
        verdict=words.gettext("No differences")
        if count == 0
        else words.ngettext("{count} difference", "{count} differences", count, count=figures.number(count)),
    )
