"""Which of several programmes a page is about (docs/decisions/0006-several-programs.md).

The address says it, as ``?program=…``; else what was looked at last, which a cookie remembers; else it is the one
that serves the branch to which this person is restricted, or the business's first one.
A form is sent to an address that says it: what is booked must not depend on what another tab looks at.
"""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from litestar.datastructures import Cookie
from msgspec import Struct

from plushka.delivery.web.forms import Form
from plushka.delivery.web.look import YEAR_SECONDS
from plushka.domain.programs.model import ProgramChoice, UnknownProgram

PROGRAM_COOKIE = "plushka_program"
PARAMETER = "program"


class ProgramLink(Struct, frozen=True):
    """A programme that the page could be about instead."""

    name: str
    href: str
    is_chosen: bool


def choose(
    programs: Sequence[ProgramChoice], *, asked: str | None, remembered: str | None, usual: UUID | None
) -> ProgramChoice | None:
    """Return the programme that is asked for, else the one remembered, else the ``usual`` one, else the first.

    What is remembered or usual is passed over where it is not in force, or is of another business.

    :raises UnknownProgram: what is asked for is none of the business
    """
    if asked:
        chosen = _find(programs, asked)
        if chosen is None:
            raise UnknownProgram
        return chosen
    ready = [program for program in programs if program.is_in_force]
    known = (_find(ready, remembered or ""), _find(ready, str(usual)), *ready, *programs)
    return next((program for program in known if program is not None), None)


def _find(programs: Sequence[ProgramChoice], text: str) -> ProgramChoice | None:
    return next((program for program in programs if str(program.id) == text), None)


def read_program(
    form: Form, choices: Sequence[ProgramChoice], *, default: ProgramChoice | None
) -> ProgramChoice | None:
    """Return the programme that a form names; ``default`` where there are not several to name."""
    if not choices:
        return default
    chosen = form.choice(PARAMETER, [str(choice.id) for choice in choices])
    return _find(choices, chosen or "")


def with_program(path: str, program_id: UUID) -> str:
    """Return an address that says which programme it is about."""
    return f"{path}{'&' if '?' in path else '?'}{urlencode({PARAMETER: program_id})}"


def remember(program_id: UUID, *, is_secure: bool) -> Cookie:
    """Return the cookie by which pages that are not told go on with this programme."""
    return Cookie(
        key=PROGRAM_COOKIE,
        value=str(program_id),
        max_age=YEAR_SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure,
    )
