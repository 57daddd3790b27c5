"""The till itself: where it stands, and how money and points are written there."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct, structs

from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.requests import Query
from plushka.domain.certificates.types import list_types
from plushka.domain.programs.model import UnknownProgram
from plushka.domain.programs.queries import find_version_in_force
from plushka.domain.purchases.places import serving_of
from plushka.domain.staff.queries import get_till
from plushka.engine.program import Program
from plushka.platform.database import Tx
from plushka.platform.i18n import Language, currency_decimals, currency_sign


class BranchOut(Struct, frozen=True):
    """Where a till stands."""

    code: str
    name: str
    time_zone: str


class PointsOut(Struct, frozen=True):
    """The points of the programme that serves the till: units are ``10 ** -scale`` points.

    ``value_minor`` is the money that one whole point buys.
    """

    program: str
    scale: int
    value_minor: int


class TillOut(Struct, frozen=True):
    """The till of the key. ``branch`` is null where it names one in each request; ``points`` without a programme.

    ``currency_decimals`` tells how many digits of an amount stand after the comma. ``point_words`` are the forms of
    the business's word for points, by language. With ``spending_needs_permit`` points are spent with the member's
    code only. It ``takes_certificates`` where the business has kinds of them and its key the right, and
    ``rewards_friends`` where the programme gives something to who brings a friend.
    ``now`` is our clock, for a till whose own may be wrong.
    """

    id: UUID
    name: str
    business: str
    currency: str
    currency_decimals: int
    currency_sign: str
    country: str
    language: Language
    time_zone: str
    branch: BranchOut | None
    points: PointsOut | None
    point_words: dict[str, dict[str, str]]
    spending_needs_permit: bool
    takes_certificates: bool
    rewards_friends: bool
    now: datetime


@endpoint("GET /v1/till", scope="quotes")
async def show_till(call: Call[None, Query]) -> Answer[TillOut]:
    """Tell whose key this is: till, branch, business, how money and points are written, and our clock."""
    async with call.transaction(read_only=True) as tx:
        till = await get_till(tx, call.holder.till_id)
        places = await call.services.reference.places(tx, branch=call.holder.branch)
        in_force = await _in_force(tx, call)
        takes_certificates = "certificates" in call.holder.scopes and bool(await list_types(tx))
    business, words = places.business, call.holder.point_words
    branch = places.branches.get(call.holder.branch or "")
    return Answer(
        TillOut(
            id=till.id,
            name=till.name,
            business=business.name,
            currency=business.currency,
            currency_decimals=currency_decimals(business.currency),
            currency_sign=currency_sign(business.currency, call.language),
            country=business.country,
            language=business.language,
            time_zone=branch.time_zone if branch else business.time_zone,
            branch=BranchOut(branch.code, branch.name, branch.time_zone) if branch else None,
            points=_points(*in_force) if in_force else None,
            point_words={"ru": structs.asdict(words.ru), "en": structs.asdict(words.en)},
            spending_needs_permit=business.spending_needs_permit,
            takes_certificates=takes_certificates,
            rewards_friends=in_force is not None and in_force[1].referral is not None,
            now=call.at,
        )
    )


async def _in_force(tx: Tx, call: Call[None, Query]) -> tuple[str, Program] | None:
    """Return the name of the programme that serves where the till stands, and its rules in force."""
    try:
        serving = await serving_of(tx, call.services.reference, call.caller, None)
    except UnknownProgram:
        return None
    version = await find_version_in_force(tx, serving.id)
    return None if version is None else (serving.name, version.program)


def _points(name: str, program: Program) -> PointsOut:
    return PointsOut(program=name, scale=program.point.scale, value_minor=program.point.value_minor)
