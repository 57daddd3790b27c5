"""Pages of members."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.members import approvals, bulk, directory, enrolling, importing
from plushka.delivery.office.members.card.routes import HANDLERS as CARD

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    *CARD,
    approvals.approve_waiting,
    approvals.decline_waiting,
    approvals.show_approvals,
    bulk.change_points,
    bulk.change_tags,
    bulk.export_members,
    bulk.put_into_list,
    bulk.show_bulk,
    bulk.take_points_back,
    bulk.undo_tags,
    importing.bring_in,
    importing.download_problems,
    importing.show_file,
    importing.show_trial,
    importing.show_upload,
    importing.understand_file,
    importing.upload,
    directory.begin_with,
    directory.choose,
    directory.delete,
    directory.save,
    directory.show_members,
    enrolling.enroll_member,
    enrolling.show_enrolling,
)
