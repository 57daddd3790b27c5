"""Pages of a member's card."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.members.card import (
    adjusting,
    blocking,
    deeds,
    extending,
    merging,
    overview,
    person,
    points,
    tier,
)

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    adjusting.adjust_points,
    adjusting.show_adjustment,
    blocking.block_member,
    blocking.show_block,
    blocking.allow_member_to_spend,
    blocking.unblock_member,
    deeds.show_deeds,
    extending.extend_points,
    extending.show_extension,
    merging.merge,
    merging.show_merge,
    merging.undo,
    overview.note_member,
    overview.restore,
    overview.show_member,
    overview.strike,
    overview.tag_member,
    person.add_member_date,
    person.add_member_identity,
    person.change_consent,
    person.confirm_member,
    person.correct_member_identity,
    person.edit_person,
    person.remove_member_date,
    person.show_person,
    points.show_movements,
    points.show_points,
    tier.change_tier,
    tier.leave_tier_to_rules,
    tier.show_tier,
)
