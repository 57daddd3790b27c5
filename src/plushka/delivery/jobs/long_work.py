"""Long work that people ask for: the kinds of tasks, and the job that does them."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from plushka.domain.businesses.queries import get_business
from plushka.domain.catalog import export as products
from plushka.domain.certificates import export as certificate_export
from plushka.domain.certificates import issuing
from plushka.domain.coupons import using
from plushka.domain.coupons import work as coupon_work
from plushka.domain.events import export as event_export
from plushka.domain.insights import referral_export
from plushka.domain.insights.campaigns import export as campaign_export
from plushka.domain.insights.constructor import work as constructor_work
from plushka.domain.insights.journal import export as journal
from plushka.domain.insights.members import export as member_export
from plushka.domain.insights.points import export as points
from plushka.domain.insights.receipts import export as receipts
from plushka.domain.insights.trail import export as trail
from plushka.domain.members import clearing
from plushka.domain.occasions.profiles import note_imported
from plushka.domain.programs import bulk_work, import_work, move_work
from plushka.domain.segments import bringing as segment_bringing
from plushka.domain.segments.refreshing import forget_moves
from plushka.domain.simulation import work as simulation_work
from plushka.domain.simulation.model import KIND as SIMULATION
from plushka.domain.tasks import operations
from plushka.domain.tasks.running import Work, run
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.point_words import call_points

WORKS: Mapping[str, Work] = {
    campaign_export.KIND: campaign_export.export,
    certificate_export.KIND: certificate_export.export_certificates,
    event_export.KIND: event_export.export_events,
    issuing.KIND: issuing.issue_batch,
    journal.KIND: journal.export_journal,
    bulk_work.TAG: bulk_work.tag,
    bulk_work.UNTAG: bulk_work.untag,
    bulk_work.GIVE: bulk_work.change_points,
    bulk_work.TAKE: bulk_work.change_points,
    bulk_work.TAKE_BACK: bulk_work.take_back,
    member_export.KIND: member_export.export_members,
    coupon_work.DRAW: coupon_work.draw,
    coupon_work.EXPORT: coupon_work.export,
    coupon_work.IMPORT: coupon_work.bring_in,
    import_work.READ: import_work.look_into,
    import_work.TRY: partial(import_work.try_out, fill=note_imported),
    import_work.BRING_IN: partial(import_work.bring_in, fill=note_imported),
    referral_export.KIND: referral_export.export_referrers,
    points.KIND: points.export_points,
    products.KIND: products.export_products,
    constructor_work.ASK: constructor_work.answer_long,
    constructor_work.EXPORT: constructor_work.export,
    receipts.KIND: receipts.export_receipts,
    segment_bringing.KIND: segment_bringing.bring_in,
    trail.KIND: trail.export_trail,
    move_work.KIND: move_work.preview,
    SIMULATION: simulation_work.simulate,
}
"""What each kind of task does."""


async def do_task(works: Mapping[str, Work], database: Database, clock: Clock, payload: bytes) -> None:
    """Do the task that ``payload`` names: the tenant's id and its own."""
    tenant_id, task_id = map(UUID, payload.decode().split())
    async with database.transaction(tenant_id, actor="job:task", at=clock.now(), read_only=True) as tx:
        call_points((await get_business(tx)).point_words)
    await run(works, database, clock, tenant_id=tenant_id, task_id=task_id)


do_known_task = partial(do_task, WORKS)


async def clear_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Delete files that nobody needs any more, what has run out of the members' app, and codes kept for tills."""
    async with database.transaction(tenant_id, actor="job:clear", at=clock.now()) as tx:
        await operations.clear(tx)
        await clearing.clear(tx)
        await using.clear(tx)
        await forget_moves(tx)
