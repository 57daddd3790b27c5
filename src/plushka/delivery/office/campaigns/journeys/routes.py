"""Pages of journeys."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.campaigns.journeys import (
    exporting,
    listing,
    of_member,
    one,
    running,
    step,
    terms,
    trying,
    whom,
)

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    exporting.export_journeys,
    exporting.export_walks,
    listing.begin_journey,
    listing.show_journeys,
    of_member.show_member_journeys,
    of_member.take_member_out,
    one.change_steps,
    one.show_journey,
    running.delete_journey,
    running.duplicate_journey,
    running.pause_journey,
    running.publish_journey,
    running.resume_journey,
    running.show_publishing,
    running.stop_journey,
    step.save_step,
    step.show_step,
    terms.save_terms,
    terms.show_terms,
    trying.show_trial,
    whom.save_goal,
    whom.save_whom,
    whom.show_goal,
    whom.show_whom,
)
