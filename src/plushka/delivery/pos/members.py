"""Members at the till: find, enrol, see the balance."""

from zoneinfo import ZoneInfo

from msgspec import structs

from plushka.delivery.pos.answers import MemberOut, PermitOut, ReferrerOut, RewardOut, ShownCodeOut
from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.refusals import MemberAmbiguous
from plushka.delivery.pos.requests import Enrollment, MemberAt, MemberQuery, Query, ReferrerCode, ShownCode
from plushka.domain.bots.asking import can_ask
from plushka.domain.coupons.queries import list_own_codes
from plushka.domain.ledger.queries import find_wallet
from plushka.domain.members.model import (
    EmailInvalid,
    IdentityMissing,
    IdentityTaken,
    Member,
    PhoneInvalid,
    UnknownMember,
)
from plushka.domain.members.operations import recognize
from plushka.domain.members.permits import CodesLocked, CodeUnknown, present_code
from plushka.domain.members.queries import find_member, get_member
from plushka.domain.occasions.profiles import note_profile
from plushka.domain.programs.model import Serving, UnknownProgram
from plushka.domain.programs.operations import enroll
from plushka.domain.programs.queries import get_standing
from plushka.domain.purchases.model import UnknownBranch
from plushka.domain.purchases.places import find_branch, serving_of
from plushka.domain.referrals.binding import bind_or_refuse, refusal_of
from plushka.domain.referrals.model import ReferralRefused, UnknownReferralCode
from plushka.domain.rewards.queries import list_cards, list_rewards
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal


@endpoint(
    "POST /v1/members",
    scope="members",
    statuses=(201, 200),
    refusals=(IdentityMissing, IdentityTaken, PhoneInvalid, EmailInvalid, UnknownBranch, UnknownProgram),
    example={"phone": "8 (916) 123-45-67", "card": "1000 22", "name": "Пётр"},
)
async def find_or_enroll_member(call: Call[Enrollment, Query]) -> Answer[MemberOut]:
    """Find a member by any of the identities, or enrol a new one with all of them.

    A member who is found (200) is known by all of the given identities from now on; their name and
    birthday stay as they are. A new member (201) has the welcome points of the programme that serves the branch.
    Safe to repeat.

    A `referrer_code` that is refused keeps nobody from being enrolled: the answer says why in `referrer_refused`.
    """
    try:
        return await _find_or_enroll(call)
    except IdentityTaken:
        # A request at the same moment may have enrolled them: then they are found now.
        return await _find_or_enroll(call)


async def _find_or_enroll(call: Call[Enrollment, Query]) -> Answer[MemberOut]:
    identities = call.body.identities(country=call.holder.country)
    async with call.transaction() as tx:
        serving = await serving_of(tx, call.services.reference, call.caller, call.body.branch)
        known = await recognize(tx, identities)
        member = known or await enroll(
            tx,
            name=call.body.name,
            identities=identities,
            birthday=call.body.birthday,
            program_id=serving.id,
        )
        if known is None:
            await note_profile(tx, call.services.reference.versions, member.id)
        reason = None
        if call.body.referrer_code is not None:
            tried = await bind_or_refuse(tx, member.id, way="till", typed=call.body.referrer_code)
            reason = tried.reason
        seen = await _seen(tx, call, member, serving, named=call.body.branch)
        return Answer(structs.replace(seen, referrer_refused=reason), 200 if known else 201)


@endpoint(
    "POST /v1/members/{id}/referrer",
    scope="members",
    refusals=(UnknownMember, UnknownReferralCode, ReferralRefused),
    example={"code": "4821 7735"},
)
async def note_referrer(call: Call[ReferrerCode, Query]) -> Answer[ReferrerOut]:
    """Note who brought a member, by that one's personal code: once, before the member's first purchase.

    Safe to repeat. What is refused says the `reason`, and the office sees the try.
    """
    # What was refused is kept too.
    async with call.transaction() as tx:
        member = await get_member(tx, call.id)
        tried = await bind_or_refuse(tx, member.id, way="till", typed=call.body.code)
    if tried.reason is not None:
        raise refusal_of(tried.reason, field="code")
    return Answer(ReferrerOut(member_id=member.id))


@endpoint(
    "GET /v1/members", scope="members", refusals=(UnknownMember, MemberAmbiguous, PhoneInvalid, UnknownBranch)
)
async def find_member_by_identity(call: Call[None, MemberQuery]) -> Answer[MemberOut]:
    """Find a member by exactly one of phone (in any spelling), card, email and external id."""
    identities = call.query.identities(country=call.holder.country)
    if len(identities) != 1:
        raise MemberAmbiguous
    async with call.transaction(read_only=True) as tx:
        member = await find_member(tx, identities[0])
        if member is None:
            raise UnknownMember(field=identities[0].kind)
        return Answer(await _seen(tx, call, member, await _serving(tx, call), named=call.query.branch))


@endpoint("GET /v1/members/{id}", scope="members", refusals=(UnknownMember, UnknownBranch))
async def show_member(call: Call[None, MemberAt]) -> Answer[MemberOut]:
    """Show a member: balance, tier, and which points burn next, in the programme that serves the branch."""
    async with call.transaction(read_only=True) as tx:
        member = await get_member(tx, call.id)
        return Answer(await _seen(tx, call, member, await _serving(tx, call), named=call.query.branch))


@endpoint(
    "POST /v1/members/codes",
    scope="members",
    refusals=(CodeUnknown, CodesLocked, UnknownBranch),
    example={"code": "481 516"},
)
async def present_member_code(call: Call[ShownCode, Query]) -> Answer[ShownCodeOut]:
    """Find a member by the code that they show, six digits or the text of their QR, and be permitted to spend.

    A code lives for two minutes and is used up by this; the permit is good for one receipt or hold of this till within
    ten minutes. Repeated with the same code the answer is the same. After five wrong codes within a minute the till
    waits for ``retry_after_seconds``.
    """
    # What was refused is written down too: the next try counts it.
    async with call.transaction() as tx:
        serving = await serving_of(tx, call.services.reference, call.caller, call.body.branch)
        answer = await present_code(tx, till_id=call.holder.till_id, typed=call.body.code)
        if not isinstance(answer, Refusal):
            member = await _seen(
                tx, call, await get_member(tx, answer.member_id), serving, named=call.body.branch
            )
            return Answer(
                ShownCodeOut(member=member, permit=PermitOut(id=answer.id, expires_at=answer.expires_at))
            )
    raise answer


async def _serving(tx: Tx, call: Call[None, MemberAt | MemberQuery]) -> Serving:
    return await serving_of(tx, call.services.reference, call.caller, call.query.branch)


async def _seen(
    tx: Tx, call: Call[object, object], member: Member, serving: Serving, *, named: str | None
) -> MemberOut:
    """Return the member as the till sees them in the branch that it has ``named``, or its own."""
    wallet = await find_wallet(tx, member_id=member.id, program_id=serving.id)
    standing = await get_standing(
        tx, member.id, program_id=serving.id, versions=call.services.reference.versions
    )
    cards = await list_cards(tx, member.id, versions=call.services.reference.versions, program_id=serving.id)
    rewards = await list_rewards(tx, member.id, program_id=serving.id)
    business = (await call.services.reference.places(tx)).business
    today = tx.at.astimezone(ZoneInfo(business.time_zone)).date()
    return MemberOut.of(
        member,
        wallet,
        standing,
        serving,
        cards=cards,
        rewards=[RewardOut.of(reward, tx.at) for reward in rewards if reward.is_open(tx.at)],
        codes=await list_own_codes(tx, member.id, on=today),
        can_be_asked=await _can_ask(tx, call, member, named),
    )


async def _can_ask(tx: Tx, call: Call[object, object], member: Member, named: str | None) -> bool:
    branch = await find_branch(tx, call.services.reference, call.caller, named)
    return branch is not None and await can_ask(tx, member_id=member.id, branch_id=branch.id)
