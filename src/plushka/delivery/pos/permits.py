"""A member asked in their messenger whether their points may be spent."""

from plushka.delivery.pos.answers import PermitOut, QuestionOut
from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.refusals import MemberAmbiguous
from plushka.delivery.pos.requests import Asking, Query
from plushka.domain.bots.asking import ButtonNotUsed, MemberUnreachable, ask
from plushka.domain.members.model import PhoneInvalid, UnknownMember
from plushka.domain.members.queries import find_people
from plushka.domain.purchases.model import UnknownBranch
from plushka.domain.purchases.places import branch_of


@endpoint(
    "POST /v1/members/permits",
    scope="members",
    refusals=(UnknownMember, MemberAmbiguous, PhoneInvalid, UnknownBranch, ButtonNotUsed, MemberUnreachable),
    example={"member": {"phone": "+79161234567"}},
)
async def ask_member(call: Call[Asking, Query]) -> Answer[QuestionOut]:
    """Ask a member in their messenger whether this till may spend their points.

    Repeat it every other second: it is the same question for two minutes, and once the member has pressed the button
    the answer has the permit, good as one from a code, or says that they declined. To ask who has declined once more,
    name that question in `again_after`. Only where the branch lets members agree so.
    """
    named = call.body.member.to_domain(country=call.holder.country)
    async with call.transaction() as tx:
        places = await call.services.reference.places(tx, branch=call.body.branch or call.caller.branch)
        branch = branch_of(call.caller, call.body.branch, places)
        person = (await find_people(tx, {named})).get(named)
        if person is None:
            raise UnknownMember(field="member")
        question = await ask(
            tx,
            member_id=person.id,
            till_id=call.holder.till_id,
            branch_id=branch.id,
            branch_name=branch.name,
            again_after=call.body.again_after,
        )
    if question.is_new:
        call.services.herald.committed(call.caller.tenant_id)
    permit = question.permit
    return Answer(
        QuestionOut(
            id=question.id,
            expires_at=question.expires_at,
            permit=None if permit is None else PermitOut(id=permit.id, expires_at=permit.expires_at),
            declined=question.is_declined,
        )
    )
