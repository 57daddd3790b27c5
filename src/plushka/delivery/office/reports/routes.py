"""Pages of reports."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.reports import definitions, files, showing
from plushka.delivery.office.reports.advice import pages as advice
from plushka.delivery.office.reports.buyers.page import show_buyers
from plushka.delivery.office.reports.constructor import answers, saved, schedule
from plushka.delivery.office.reports.constructor.page import show_constructor
from plushka.delivery.office.reports.dashboard import page
from plushka.delivery.office.reports.future.page import show_future
from plushka.delivery.office.reports.future.terms import change_terms, show_terms
from plushka.delivery.office.reports.future.writing import write_to_band
from plushka.delivery.office.reports.mechanics.page import show_mechanics
from plushka.delivery.office.reports.payback import pages as payback
from plushka.delivery.office.reports.points import pages as points
from plushka.delivery.office.reports.rfm.page import show_rfm
from plushka.delivery.office.reports.rfm.writing import write_to_scored
from plushka.delivery.office.reports.sales.page import show_branches_report, show_sales

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    advice.begin_advised,
    advice.put_advice_away,
    advice.refresh_advice,
    advice.show_advice,
    advice.take_advice_back,
    answers.ask_long,
    answers.make_file,
    answers.show_answer,
    answers.stop_long,
    definitions.show_definitions,
    saved.copy_saved,
    saved.delete_saved,
    saved.open_saved,
    saved.restore_saved,
    saved.save_changed,
    saved.save_new,
    saved.show_saved,
    schedule.save_schedule,
    schedule.show_schedule,
    schedule.stop_schedule,
    files.download_block,
    page.show_dashboard,
    payback.add_cost,
    payback.change_cost,
    payback.remove_cost,
    payback.restore_cost,
    payback.show_cost,
    payback.show_costs,
    payback.show_payback,
    points.export,
    points.save,
    points.show_accounts,
    points.show_points,
    change_terms,
    show_branches_report,
    show_buyers,
    show_constructor,
    show_mechanics,
    show_future,
    show_rfm,
    show_sales,
    show_terms,
    showing.show_block,
    write_to_band,
    write_to_scored,
)
