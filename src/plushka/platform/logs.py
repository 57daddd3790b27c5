"""What happened, for people at a terminal or for machines; never who the members are."""

import logging
import re
import sys
from collections.abc import Iterator
from traceback import format_exception
from types import TracebackType

import asyncpg
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from plushka.platform.settings import Environment

PERSONAL = frozenset({"address", "birthday", "card", "email", "name", "password", "phone", "secret", "token"})
"""Keys whose values are never written. The first lock is not to log them; this is the second."""

_HIDDEN = "…"


def configure(environment: Environment) -> None:
    """Send everything, our own events and the libraries', to standard error in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_trace),
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
    """Blank values under personal keys."""
    for key in PERSONAL & event.keys():
        event[key] = _HIDDEN
    return event


def brief(error: BaseException) -> str:
    """Return the name and the words of an error, for an event that needs no trace."""
    return _without_values(f"{type(error).__name__}: {error}", error)


def _trace(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    return _without_values("".join(format_exception(exc_info[1])).rstrip("\n"), exc_info[1])


def _without_values(text: str, error: BaseException) -> str:
    """Blank what PostgreSQL and asyncpg quote of rows and arguments, also where another error repeats it."""
    for told, words in _quoting(error):
        # In the trace of a group, every line stands behind a rule.
        lines = r"\n[ |]*".join(map(re.escape, told.split("\n")))
        text = re.sub(lines, words.replace("\\", r"\\"), text)
    return text


def _quoting(error: BaseException) -> Iterator[tuple[str, str]]:
    """Yield what errors say that may quote values, each with what may be told of it."""
    for one in _family(error, set()):
        match one:
            case asyncpg.DataError():
                # An argument that asyncpg itself refuses: the reason it came of quotes it as well.
                for quoting in (one, one.__cause__):
                    if told := str(quoting or ""):
                        yield told, _HIDDEN
            case asyncpg.PostgresError() if one.detail or one.hint:
                yield str(one), f"{one.args[0]}\nDETAIL:  {_HIDDEN}"
            case _:
                pass


def _family(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    """Yield an error and all that its trace tells: what it came of, and the members of a group."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        yield from _family(other, seen)
