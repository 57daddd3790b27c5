"""What a broadcast would do if it began now: told before it begins, and counted without writing anything."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from plushka.domain.campaigns.model import Plan, PointsOffered
from plushka.domain.campaigns.planning import list_addressed
from plushka.domain.messages.model import Channel
from plushka.domain.messages.reaching import REACHED
from plushka.domain.messages.rules import get_rules, route_of
from plushka.platform.database import Tx


class Estimate(Struct, frozen=True):
    """Whom it would be for, ``addressed``: ``reached`` by the channel each would be told by, others not, with a reason.

    ``told_before`` are of the audience too, but know of the programme that is announced.

    Control group and costs are as expected: what is drawn may differ by a member. ``messages_minor`` is the least,
    since a long SMS has parts; ``points_max`` if everybody is told.
    """

    addressed: Sequence[UUID]
    reached: Mapping[Channel, int]
    unreached: Mapping[str, int]
    control: int
    messages_minor: int
    points_max: int
    told_before: int = 0

    @property
    def members(self) -> int:
        return len(self.addressed)

    @property
    def reachable(self) -> int:
        return sum(self.reached.values())

    @property
    def told(self) -> int:
        """How many would be written to: who can be, without their part of the control group."""
        return 0 if not self.members else self.reachable - self.reachable * self.control // self.members


async def estimate(tx: Tx, plan: Plan) -> Estimate:
    """Count the audience of a plan as it is now."""
    rules = await get_rules(tx)
    # Found first, and passed on by their ids: whom conditions find is joined by hash, how they are reached is not.
    member_ids, told_before = await list_addressed(tx, plan)
    rows = await tx.fetch(
        f"""
        -- campaigns.estimate
        with letter as materialized (
            select member_id, $3::text as purpose, $4::text[] as route from unnest($2::uuid[]) as chosen (member_id)
        ), judged as (
            select case
                       when letter.purpose = 'marketing' and not said.agreed then 'no_consent'
                       when m.blocked_at is not null then 'member_blocked'
                       when found.channel is null then 'unreachable'
                       else ''
                   end as reason, found.channel
            from letter {REACHED}
        )
        select reason, case when reason = '' then channel end as channel, count(*) as members
        from judged
        group by 1, 2
        order by 3 desc
        """,  # noqa: S608  a constant
        tx.tenant_id,
        member_ids,
        plan.purpose,
        list(route_of(rules, plan.letter.route, plan.purpose)),
    )
    members = len(member_ids)
    control = (members * plan.control_bp * 2 + 10_000) // 20_000
    reached: dict[Channel, int] = {row["channel"]: row["members"] for row in rows if not row["reason"]}
    told = Estimate(member_ids, reached, {}, control, 0, 0).told
    cost = sum(count * rules.cost_minor(channel) for channel, count in reached.items())
    return Estimate(
        addressed=member_ids,
        reached=reached,
        unreached={row["reason"]: row["members"] for row in rows if row["reason"]},
        control=control,
        messages_minor=0 if not sum(reached.values()) else cost * told // sum(reached.values()),
        points_max=plan.offer.points * told if isinstance(plan.offer, PointsOffered) else 0,
        told_before=told_before,
    )
