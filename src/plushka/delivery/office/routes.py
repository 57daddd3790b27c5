"""All pages of the office, as one router for the composition root to mount at ``/``."""

from litestar import Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from plushka.delivery.office.account.routes import HANDLERS as ACCOUNT
from plushka.delivery.office.admission import SecondFactorNeeded, SignInNeeded, admit, provide_visit
from plushka.delivery.office.campaigns.routes import HANDLERS as CAMPAIGNS
from plushka.delivery.office.engagement.routes import HANDLERS as ENGAGEMENT
from plushka.delivery.office.events.routes import HANDLERS as EVENTS
from plushka.delivery.office.failures import ask_for_second_factor, ask_to_sign_in, fail, fail_http, refuse
from plushka.delivery.office.home.routes import HANDLERS as HOME
from plushka.delivery.office.inbox.routes import HANDLERS as INBOX
from plushka.delivery.office.journal.routes import HANDLERS as JOURNAL
from plushka.delivery.office.members.routes import HANDLERS as MEMBERS
from plushka.delivery.office.receipts.routes import HANDLERS as RECEIPTS
from plushka.delivery.office.reports.routes import HANDLERS as REPORTS
from plushka.delivery.office.search.routes import HANDLERS as SEARCH
from plushka.delivery.office.settings.routes import HANDLERS as SETTINGS
from plushka.delivery.office.tasks.routes import HANDLERS as TASKS
from plushka.delivery.office.welcome.routes import HANDLERS as WELCOME
from plushka.delivery.web.assets import serve_asset
from plushka.platform.errors import Refusal

BODY_BYTES_MAX = 64 * 1024
"""Forms here are short; a route that takes a file says so itself."""


router = Router(
    path="/",
    route_handlers=[
        *HOME,
        *EVENTS,
        *MEMBERS,
        *RECEIPTS,
        *ENGAGEMENT,
        *CAMPAIGNS,
        *INBOX,
        *REPORTS,
        *JOURNAL,
        *SEARCH,
        *SETTINGS,
        *TASKS,
        *ACCOUNT,
        *WELCOME,
        serve_asset,
    ],
    guards=[admit],
    dependencies={"visit": Provide(provide_visit, sync_to_thread=False)},
    include_in_schema=False,
    request_max_body_size=BODY_BYTES_MAX,
)

EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    SignInNeeded: ask_to_sign_in,
    SecondFactorNeeded: ask_for_second_factor,
    Refusal: refuse,
    HTTPException: fail_http,
    Exception: fail,
}
"""For the whole application: a path that is no route is turned away before any router."""
