"""All that a business knows of one member, for the member themselves (152-FZ art. 14, GDPR art. 15 and 20)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.campaigns.journeys.model import RunState
from plushka.domain.campaigns.journeys.queries import list_runs_of_member
from plushka.domain.campaigns.recipients import Part, list_parts
from plushka.domain.certificates.queries import list_of_member
from plushka.domain.coupons.queries import list_own_codes
from plushka.domain.events.carts.model import CART
from plushka.domain.events.carts.queries import list_carts_of
from plushka.domain.events.queries import EventFilter, list_events
from plushka.domain.insights.friends import sum_friends
from plushka.domain.insights.receipts.found import ReceiptFilter, list_receipts
from plushka.domain.ledger.model import Balance, Movement
from plushka.domain.ledger.queries import list_movements, list_wallets
from plushka.domain.members.channels import list_addresses
from plushka.domain.members.consents import list_consents
from plushka.domain.members.dates import list_dates
from plushka.domain.members.model import Consent, Identity, MemberDate
from plushka.domain.members.queries import get_member
from plushka.domain.messages.history import list_written
from plushka.domain.messages.model import Channel
from plushka.domain.messages.push_devices import list_own_devices
from plushka.domain.partners.queries import list_handed
from plushka.domain.programs.queries import find_scales, list_programs
from plushka.domain.programs.segments import list_segment_names, list_segments_of
from plushka.domain.referrals.binding import find_referrer
from plushka.domain.referrals.codes import find_code
from plushka.domain.rewards.queries import list_all_rewards
from plushka.domain.segments.lifecycle.queries import find_group
from plushka.domain.segments.lifetime.keeping import find_lifetime, find_lifetime_run
from plushka.domain.segments.suggestions.model import EACH_MAX
from plushka.domain.segments.suggestions.suggesting import suggest
from plushka.engine.lifecycle import Group
from plushka.platform.database import Tx

ROWS_MAX = 5000
"""Of receipts and of movements in each account; a member with more asks the business for the rest."""


class OwnReceipt(Struct, frozen=True):
    """A purchase; money is in minor units of ``currency``."""

    number: str
    at: datetime
    amount_minor: int
    paid_minor: int
    points_spent: int
    points_earned: int


class OwnAccount(Struct, frozen=True):
    """Points in one programme with all that moved them, the latest first; in units of ``10 ** -scale``."""

    program: str
    scale: int
    balance: Balance
    movements: tuple[Movement, ...]


class OwnCertificate(Struct, frozen=True):
    """A gift certificate that can be used; money is in minor units of ``currency``."""

    number: str
    balance_minor: int
    expires_at: datetime | None


class OwnGift(Struct, frozen=True):
    """A gift that was won, or bought for points in units of its programme."""

    name: str
    code: str
    state: str
    points: int
    issued_at: datetime
    expires_at: datetime | None
    taken_at: datetime | None


class OwnDevice(Struct, frozen=True):
    """A browser that shows notifications, and since when."""

    device: str
    since: datetime


class OwnEvent(Struct, frozen=True):
    """What happened besides purchases, as it was noted, and carts on the business's site."""

    kind: str
    at: datetime
    data: Mapping[str, str | int | bool]
    is_cancelled: bool


class OwnGroup(Struct, frozen=True):
    """As whom the business sees the member by how they buy (decision 0089): a group, and three scores from 1 to 5."""

    group: Group
    recency: int
    frequency: int
    money: int
    as_of: datetime


class OwnForecast(Struct, frozen=True):
    """What a model expects of the member (decision 0103): money in minor units of ``currency``, visits in thousandths.

    Money is None where only visits are foreseen.

    ``alive_bp``: the chance in basis points that they still come; None of who has come once.
    """

    alive_bp: int | None
    visits_year_milli: int
    spend_soon_minor: int | None
    spend_year_minor: int | None
    as_of: datetime


class OwnFriends(Struct, frozen=True):
    """Who brought whom: ``brought`` friends came by the member's link or ``code``. Their names are theirs."""

    code: str | None
    brought: int
    came_by_a_friend: bool


class OwnLetter(Struct, frozen=True):
    """What they were written: the text of letters, of notices only that there was one."""

    at: datetime
    channel: Channel
    text: str
    state: str


class OwnJourney(Struct, frozen=True):
    """A journey that they are or were in: since when, and how it ended."""

    name: str
    since: datetime
    state: RunState


class OwnData(Struct, frozen=True):
    """What is kept. Notes of staff are not in it: they are the business's own words and may speak of others."""

    member_id: UUID
    name: str
    birthday: date | None
    sex: str | None
    tags: tuple[str, ...]
    enrolled_at: datetime
    joined_by: str
    identities: tuple[Identity, ...]
    messengers: tuple[str, ...]
    preferred_channel: Channel | None
    devices: tuple[OwnDevice, ...]
    consents: Sequence[Consent]
    dates: Sequence[MemberDate]
    currency: str
    accounts: tuple[OwnAccount, ...]
    receipts: tuple[OwnReceipt, ...]
    certificates: tuple[OwnCertificate, ...]
    events: tuple[OwnEvent, ...]
    gifts: tuple[OwnGift, ...]
    promo_codes: tuple[str, ...]
    friends: OwnFriends
    group: OwnGroup | None
    forecast: OwnForecast | None
    suggested: tuple[str, ...]
    letters: tuple[OwnLetter, ...]
    journeys: tuple[OwnJourney, ...]
    segments: tuple[str, ...]
    campaigns: Sequence[Part]


async def get_own_data(tx: Tx, member_id: UUID, *, currency: str) -> OwnData:
    """Return all that is known of a member.

    :raises UnknownMember: the business has none of this id
    """
    member = await get_member(tx, member_id)
    names = {program.id: program.name for program in await list_programs(tx)}
    scales = await find_scales(tx)
    wallets = await list_wallets(tx, member.id)
    receipts = await list_receipts(tx, ReceiptFilter(member_id=member.id), limit=ROWS_MAX)
    friends = OwnFriends(
        code=await find_code(tx, member.id),
        brought=(await sum_friends(tx, member.id, program_id=None)).joined,
        came_by_a_friend=await find_referrer(tx, member.id) is not None,
    )
    return OwnData(
        member_id=member.id,
        name=member.name,
        birthday=member.birthday,
        sex=member.sex,
        tags=member.tags,
        enrolled_at=member.enrolled_at,
        joined_by=member.source,
        identities=member.identities,
        messengers=tuple(address.messenger for address in await list_addresses(tx, member.id)),
        preferred_channel=member.preferred_channel,
        devices=tuple(OwnDevice(one.device, one.created_at) for one in await list_own_devices(tx, member.id)),
        consents=await list_consents(tx, member.id),
        dates=await list_dates(tx, member.id),
        currency=currency,
        accounts=tuple(
            [
                OwnAccount(
                    program=names[program_id],
                    scale=scales.get(program_id, 0),
                    balance=wallet.balance,
                    movements=tuple(await list_movements(tx, wallet_id=wallet.id, limit=ROWS_MAX)),
                )
                for program_id, wallet in wallets.items()
            ]
        ),
        receipts=tuple(
            OwnReceipt(
                number=receipt.external_id,
                at=receipt.occurred_at,
                amount_minor=receipt.amount_minor,
                paid_minor=receipt.payable_minor,
                points_spent=receipt.redeemed_points,
                points_earned=receipt.earned_points,
            )
            for receipt in receipts
        ),
        events=tuple(
            [
                OwnEvent(
                    found.event.kind,
                    found.event.occurred_at,
                    found.event.data,
                    is_cancelled=found.event.cancelled_at is not None,
                )
                for found in await list_events(tx, EventFilter(member_id=member.id), limit=ROWS_MAX)
            ]
            + [
                OwnEvent(CART.name, cart.changed_at, cart.data, is_cancelled=False)
                for cart in await list_carts_of(tx, member.id)
            ]
        ),
        certificates=tuple(
            [
                OwnCertificate(one.number, one.balance_minor, one.expires_at)
                for one in await list_of_member(tx, member.id)
            ]
        ),
        gifts=tuple(
            [
                OwnGift(
                    gift.name,
                    gift.code,
                    gift.state,
                    gift.price_points,
                    gift.issued_at,
                    gift.expires_at,
                    gift.taken_at,
                )
                for gift in await list_all_rewards(tx, member.id, limit=ROWS_MAX)
            ]
        ),
        promo_codes=(
            *[own.code for own in await list_own_codes(tx, member.id, on=tx.at.date())],
            *(await list_handed(tx, member.id)).values(),
        ),
        journeys=tuple(
            [
                OwnJourney(run.journey, run.entered_at, run.state)
                for run in await list_runs_of_member(tx, member.id)
            ]
        ),
        segments=await _list_segments(tx, member.id),
        campaigns=await list_parts(tx, member.id, limit=ROWS_MAX),
        friends=friends,
        group=await _group(tx, member.id),
        forecast=await _forecast(tx, member.id),
        suggested=tuple(
            [one.name for one in (await suggest(tx, [member.id], each=EACH_MAX)).get(member.id, ())]
        ),
        letters=tuple(
            [
                OwnLetter(one.finished_at or one.created_at, one.channel, one.said or "", one.state)
                for one in await list_written(tx, member.id, limit=ROWS_MAX)
            ]
        ),
    )


async def _group(tx: Tx, member_id: UUID) -> OwnGroup | None:
    found = await find_group(tx, member_id)
    return None if found is None else OwnGroup(found.group, found.r, found.f, found.m, found.as_of)


async def _forecast(tx: Tx, member_id: UUID) -> OwnForecast | None:
    found, run = await find_lifetime(tx, member_id), await find_lifetime_run(tx)
    if found is None or run is None:
        return None
    return OwnForecast(
        alive_bp=found.alive_bp,
        visits_year_milli=found.visits_year_milli,
        spend_soon_minor=found.soon_minor,
        spend_year_minor=found.year_minor,
        as_of=run.as_of,
    )


async def _list_segments(tx: Tx, member_id: UUID) -> tuple[str, ...]:
    """Return the segments and lists that the business counts the member in."""
    names = await list_segment_names(tx, also_archived=False)
    mine = await list_segments_of(tx, [member_id], among=names)
    return tuple(names[segment] for segment in mine.get(member_id, ()))
