"""What happened, for people at a terminal or for machines; never who the members are."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from plushka.platform.settings import Environment

PERSONAL = frozenset({"address", "birthday", "card", "email", "name", "password", "phone", "secret", "token"})
"""Keys whose values are never written. The first lock is not to log them; this is the second."""

_DETAIL = re.compile(r"^DETAIL:.*$", re.MULTILINE)


def configure(environment: Environment) -> None:
    """Send everything, our own events and the libraries', to standard error in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_personal,
    ]
    render: Processor
    if environment is Environment.PRODUCTION:
        render = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        render = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # httpx writes every address it asks, and addresses may hold a phone.
    for chatty in ("httpx", "uvicorn.error", "pgqueuer", "yoyo.migrations"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # While the database restarts, every idle connection of every pool would warn with a trace.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)


def hide_personal(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Blank values under personal keys, and the detail of a database error, which quotes the row."""
    for key in PERSONAL & event.keys():
        event[key] = "…"
    if isinstance(trace := event.get("exception"), str):
        event["exception"] = _DETAIL.sub("DETAIL: …", trace)
    return event
