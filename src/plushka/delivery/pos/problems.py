"""From what went wrong to what the till is told (RFC 9457)."""

from math import ceil

import asyncpg

from plushka.delivery.pos.answers import Problem
from plushka.delivery.pos.limits import RETRY_AFTER_SECONDS
from plushka.delivery.pos.refusals import Rejected
from plushka.delivery.pos.sentences import sentence
from plushka.domain.purchases.model import QueueFull
from plushka.platform.errors import Conflict, Denied, Fact, Invalid, NotFound, Refusal
from plushka.platform.i18n import Language

STATUS_OF_KIND: dict[type[Refusal], int] = {NotFound: 404, Conflict: 409, Invalid: 422, Denied: 403}
TITLE_OF_STATUS = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Content too large",
    422: "Invalid request",
    429: "Too many requests",
    500: "Internal error",
    503: "Temporarily unavailable",
}
INTERNAL_ERROR = 500
DATABASE_IS_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,  # disk full, too many connections, out of memory
    asyncpg.OperatorInterventionError,  # shutting down, starting up, statement cancelled
    asyncpg.TransactionRollbackError,  # deadlock, serialization
    asyncpg.ObjectNotInPrerequisiteStateError,  # closed for maintenance; a lock not to be had
    asyncpg.ReadOnlySQLTransactionError,  # the server has become a standby
    asyncpg.InterfaceError,  # a connection closed under us
    asyncpg.InternalClientError,  # the same, when the server's last word comes between two statements
    OSError,  # refused, reset, no such socket
    TimeoutError,  # no connection came free
)


def status_of(refusal: type[Refusal]) -> int:
    """Return the HTTP status of a refusal's kind."""
    return next(status for kind, status in STATUS_OF_KIND.items() if issubclass(refusal, kind))


def problem_of_refusal(refusal: Refusal, language: Language) -> Problem:
    """Return the problem of a refusal, its sentence in ``language``."""
    fault: dict[str, Fact] = {"code": refusal.code, "field": refusal.field, **refusal.facts}
    return _problem(status_of(type(refusal)), refusal.code, refusal.facts, language, errors=(fault,))


def problem_of(error: Exception, language: Language) -> tuple[Problem, dict[str, str]]:
    """Return the problem of whatever went wrong, and the headers that go with it."""
    match error:
        case Refusal():
            return problem_of_refusal(error, language), {}
        case Rejected():
            return _problem(error.status, error.code, {}, language), dict(error.headers)
        case QueueFull():
            headers = {"retry-after": str(ceil(error.retry_after_seconds or RETRY_AFTER_SECONDS))}
            return _problem(503, error.code, {}, language), headers
        case _ if isinstance(error, DATABASE_IS_AWAY):
            headers = {"retry-after": str(RETRY_AFTER_SECONDS)}
            return _problem(503, "temporarily_unavailable", {}, language), headers
        case _:
            return _problem(INTERNAL_ERROR, "internal_error", {}, language), {}


def _problem(
    status: int,
    code: str,
    facts: dict[str, Fact],
    language: Language,
    *,
    errors: tuple[dict[str, Fact], ...] = (),
) -> Problem:
    return Problem(
        type=f"/v1/docs#{code}",
        title=TITLE_OF_STATUS[status],
        status=status,
        code=code,
        detail=sentence(code, facts, language),
        errors=errors,
    )
