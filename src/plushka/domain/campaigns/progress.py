"""How far a broadcast is: how many were told, how many will be, who was not and why, and when it will be over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.campaigns.model import Campaign
from plushka.platform.database import Tx

RATE_OVER = timedelta(minutes=5)
"""The pace of these last minutes is taken for that of the rest."""
RATE_LEAST = timedelta(minutes=1)
"""Of less nobody can tell a pace."""


class Progress(Struct, frozen=True):
    """``planned`` recipients without the ``control`` group; ``left`` have no letter yet, ``waiting`` letters wait.

    ``skipped`` by reason, whether a letter was left or not; also those of whose letter nothing is kept any more.
    ``recent`` went out within ``over``, which is ``RATE_OVER``, or less where the first of them went out later.
    ``last_due_at``: the latest hour of those ``left``.
    """

    planned: int
    control: int
    left: int
    waiting: int
    sent: int
    delivered: int
    failed: int
    skipped: Mapping[str, int]
    given: int
    recent: int
    over: timedelta = RATE_OVER
    last_due_at: datetime | None = None

    @property
    def finished(self) -> int:
        """How many need nothing more."""
        return max(0, self.planned - self.left - self.waiting)

    @property
    def share_bp(self) -> int:
        """The part of the recipients that needs nothing more."""
        return 10_000 if self.planned == 0 else self.finished * 10_000 // self.planned

    @property
    def per_minute(self) -> int:
        """The pace of the last minutes."""
        return self.recent * 60 // int(self.over.total_seconds())

    def ends_at(self, campaign: Campaign, at: datetime) -> datetime | None:
        """Return when it will be over at this pace; None: nobody can tell."""
        rest = self.left + self.waiting
        if campaign.state != "sending" or not rest or not self.recent:
            return None
        ends_at = at + self.over * rest / self.recent
        return max(ends_at, self.last_due_at or ends_at)


async def get_progress(tx: Tx, campaign_id: UUID) -> Progress:
    """Return how far a broadcast is."""
    people = await tx.fetch(
        """
        -- campaigns.count_recipients
        select is_control, skipped, posted_at is not null as is_posted, count(*) as members,
               count(offered_at) filter (where untold_at is null) as given, max(due_at) as last_due_at
        from campaign_recipients
        where tenant_id = $1 and campaign_id = $2
        group by 1, 2, 3
        """,
        tx.tenant_id,
        campaign_id,
    )
    letters = await tx.fetch(
        """
        -- campaigns.count_letters
        select state, case when state = 'skipped' then failure else '' end as reason, count(*) as letters,
               count(*) filter (where state in ('sent', 'delivered', 'unknown') and finished_at > $3) as recent,
               min(finished_at) filter (
                   where state in ('sent', 'delivered', 'unknown') and finished_at > $3
               ) as recent_from
        from outgoing
        where tenant_id = $1 and campaign_id = $2
        group by 1, 2
        """,
        tx.tenant_id,
        campaign_id,
        tx.at - RATE_OVER,
    )
    skipped: dict[str, int] = {}
    for row in people:
        if row["skipped"]:
            skipped[row["skipped"]] = skipped.get(row["skipped"], 0) + row["members"]
    for row in letters:
        if row["state"] == "skipped":
            reason = "cancelled" if row["reason"] == "withdrawn" else row["reason"]
            skipped[reason] = skipped.get(reason, 0) + row["letters"]

    posted = sum(row["members"] for row in people if row["is_posted"])
    without_letter = posted - sum(row["letters"] for row in letters)
    if without_letter > 0:
        erased = await _count_erased(tx, campaign_id)
        for reason, count_of in (("member_gone", erased), ("forgotten", without_letter - erased)):
            if count_of > 0:
                skipped[reason] = skipped.get(reason, 0) + count_of

    def count(*states: str) -> int:
        return sum(row["letters"] for row in letters if row["state"] in states)

    treated = [row for row in people if not row["is_control"]]
    began = [row["recent_from"] for row in letters if row["recent_from"]]
    return Progress(
        planned=sum(row["members"] for row in treated),
        control=sum(row["members"] for row in people if row["is_control"]),
        left=sum(row["members"] for row in treated if not row["is_posted"] and not row["skipped"]),
        waiting=count("waiting", "sending"),
        sent=count("sent", "delivered", "unknown"),
        delivered=count("delivered"),
        failed=count("failed", "blocked"),
        skipped=dict(sorted(skipped.items(), key=lambda each: -each[1])),
        given=sum(row["given"] for row in treated),
        recent=sum(row["recent"] for row in letters),
        over=max(RATE_LEAST, tx.at - min(began)) if began else RATE_OVER,
        last_due_at=max(
            (row["last_due_at"] for row in treated if row["last_due_at"] and not row["is_posted"]),
            default=None,
        ),
    )


async def _count_erased(tx: Tx, campaign_id: UUID) -> int:
    """Return for how many letters were left of whom nothing is kept any more."""
    count: int = await tx.fetchval(
        """
        -- campaigns.count_erased
        select count(*) from campaign_recipients r
        join members m on m.tenant_id = $1 and m.id = r.member_id and m.erased_at is not null
        where r.tenant_id = $1 and r.campaign_id = $2 and r.posted_at is not null and not exists (
            select from outgoing o where o.tenant_id = $1 and o.key = 'campaign:' || r.campaign_id || ':' || r.member_id
        )
        """,
        tx.tenant_id,
        campaign_id,
    )
    return count
