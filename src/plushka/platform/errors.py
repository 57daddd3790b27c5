"""The four kinds of refusal, and the two ways in which the outside world fails.

A refusal carries facts, not sentences and not status codes: each delivery package maps the kinds
once and writes the sentence in its reader's language from ``code`` and ``facts``.
"""

from typing import ClassVar

Fact = str | int | None


class Refusal(Exception):
    """What was asked for is understood and will not be done; nothing was changed.

    Subclasses name a reason (``InsufficientPoints``) and set ``code``, a stable snake_case word that
    integrators branch on. ``field`` is the path of the offending input, such as ``lines[3].quantity``.
    """

    code: ClassVar[str]

    def __init__(self, *, field: str | None = None, **facts: Fact) -> None:
        self.field = field
        self.facts = facts
        super().__init__(f"{self.code} {facts}" if facts else self.code)

    def __reduce__(self) -> tuple[object, ...]:
        # It goes from process to process; one that cannot be put together again there ends all of them.
        return _bare, (type(self), *self.args), self.__dict__


def _bare(kind: type[Refusal], *args: object) -> Refusal:
    return kind.__new__(kind, *args)


class NotFound(Refusal):
    """The thing named does not exist, or belongs to another business, which must look the same."""

    code = "not_found"


class Conflict(Refusal):
    """The request is sound but the present state forbids it; another state may allow it."""

    code = "conflict"


class Invalid(Refusal):
    """The request itself is wrong; repeating it unchanged will never work."""

    code = "invalid"


class Denied(Refusal):
    """The actor may not do this."""

    code = "denied"


class TemporaryFailure(Exception):
    """Something outside failed and may work later."""

    def __init__(self, reason: str, *, retry_after_seconds: float | None = None) -> None:
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
        super().__init__(reason)


class PermanentFailure(Exception):
    """Something outside failed and will fail again however often it is tried."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
