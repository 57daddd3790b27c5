"""What the page of a broadcast lets choose among: segments, texts, coupons, promotions."""

from plushka.delivery.office.campaigns.broadcasts.planning_form import Choices
from plushka.delivery.office.visit import Visit
from plushka.domain.coupons.queries import list_coupons
from plushka.domain.messages.templates.store import list_templates
from plushka.domain.segments.queries import list_segments
from plushka.platform.database import Tx


async def load_choices(tx: Tx, visit: Visit) -> Choices:
    """Return what can be chosen now: nothing that is stopped, over or put away."""
    coupons = [coupon for coupon in await list_coupons(tx) if coupon.stage(visit.today) in {"on", "to_come"}]
    program_id = visit.program_id
    promotions = visit.version.program.promotions if visit.version else ()
    return Choices(
        segments=tuple((str(segment.id), segment.name) for segment in await list_segments(tx)),
        templates=tuple((str(template.id), template.name) for template in await list_templates(tx)),
        coupons=tuple((str(coupon.id), coupon.name) for coupon in coupons),
        promotions=tuple(
            (f"{program_id}:{promotion.id}", promotion.name)
            for promotion in promotions
            if not promotion.is_paused
        ),
    )
