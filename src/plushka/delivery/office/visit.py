"""One request of a person: who, from which business, in which language, and the page they get."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response

from plushka.delivery.office.choosing import ProgramLink, remember, with_program
from plushka.delivery.office.context import PAGES, Office, OfficeRequest
from plushka.delivery.office.navigation import navigation
from plushka.delivery.office.permissions import may, rights_of_session
from plushka.delivery.web.figures import Figures
from plushka.delivery.web.forms import Form, read_form
from plushka.delivery.web.look import Look
from plushka.delivery.web.notices import NO_NOTICE, Notice
from plushka.domain.businesses.model import DAY_STARTS_MINUTES, Business
from plushka.domain.programs.model import ProgramChoice, PublishedVersion
from plushka.domain.staff.demands import role_key
from plushka.domain.staff.model import Session, Workplace
from plushka.domain.staff.roles import Rights
from plushka.platform.database import Database, Tx
from plushka.platform.i18n import Translator, translator


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in person at work.

    ``program`` is the one whose points, tiers and sums pages show, of those in ``programs``; ``version`` of it is in
    force now, None before the first one is. ``names_program``: the address says which one it is.
    ``unseen_chats``: in how many talks members wait for an answer. ``workplaces`` are all the businesses that the
    person works for.
    """

    office: Office
    session: Session
    workplaces: tuple[Workplace, ...]
    business: Business
    programs: tuple[ProgramChoice, ...]
    program: ProgramChoice | None
    version: PublishedVersion | None
    names_program: bool
    look: Look
    path: str
    at: datetime
    address: str
    notice: Notice | None = None
    unseen_chats: int = 0

    @property
    def words(self) -> Translator:
        return translator(self.look.language)

    @property
    def today(self) -> date:
        """The date by the business's own clock."""
        return self.at.astimezone(ZoneInfo(self.business.time_zone)).date()

    @property
    def business_day(self) -> date:
        """The day that the business is selling on: after midnight it is not over yet (S15)."""
        local = self.at.astimezone(ZoneInfo(self.business.time_zone))
        return (local - timedelta(minutes=DAY_STARTS_MINUTES)).date()

    @property
    def figures(self) -> Figures:
        return self.figures_of(self.version.program.point.scale if self.version else 0)

    def figures_of(self, scale: int) -> Figures:
        """Return the formats for a programme whose points have this ``scale``."""
        return Figures(
            language=self.look.language,
            currency=self.business.currency,
            scale=scale,
            zone=self.business.time_zone,
            today=self.today,
        )

    @property
    def program_id(self) -> UUID | None:
        """The programme in force that pages are about, None before the first one is."""
        return self.version.program_id if self.version else None

    @property
    def choices(self) -> list[ProgramChoice]:
        """The programmes in force, where there are several to choose from; else none."""
        ready = [program for program in self.programs if program.is_in_force]
        return ready if len(ready) > 1 else []

    @property
    def program_options(self) -> dict[str, Any]:
        """What a form offers where there are several programmes (``program_field``)."""
        return {
            "program_choices": [(str(choice.id), choice.name) for choice in self.choices],
            "program_chosen": str(self.program_id),
        }

    @property
    def program_name(self) -> str:
        """The name of the programme that pages are about, where there are several; else nothing."""
        return self.name_of(self.program_id)

    def name_of(self, program_id: UUID | None) -> str:
        """Return the name of a programme, where there are several; else nothing."""
        return next((choice.name for choice in self.choices if choice.id == program_id), "")

    def about(self, version: PublishedVersion) -> "Visit":
        """Return the visit as it would be on a page about the programme of ``version``, by these rules."""
        program = next(choice for choice in self.programs if choice.id == version.program_id)
        return replace(self, program=program, version=version)

    def in_program(self, path: str) -> str:
        """Return the address with the programme of this visit, where there are several."""
        return with_program(path, self.program.id) if self.choices and self.program else path

    def points_told(self, points: int) -> str:
        """Return points with their word and, where there are several programmes, with the name of theirs."""
        told = self.figures.points(points)
        if not self.program_name:
            return told
        return self.words.gettext("{points} of “{program}”", points=told, program=self.program_name)

    def program_links(self, path: str, *, among: Sequence[ProgramChoice] | None = None) -> list[ProgramLink]:
        """Return the same page about each of several programmes, those in force if no others are given.

        ``path`` says of none.
        """
        several = self.choices if among is None else among
        return [
            ProgramLink(
                choice.name,
                with_program(path, choice.id),
                self.program is not None and choice.id == self.program.id,
            )
            for choice in several
            if len(several) > 1
        ]

    def may(self, action: str) -> bool:
        return may(self.session, action)

    @property
    def limited_as(self) -> str:
        """The role whose limit of points by hand this person has."""
        return role_key(self.session.role, self.session.own_role)

    @property
    def rights(self) -> Rights:
        """All that this person may do, and so the most that they may give to others."""
        return rights_of_session(self.session)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """Open a transaction on the business's rows in which nothing can be changed.

        Receipts and tills of branches that this person is kept from do not exist in it.
        """
        async with self._reading(self.office.database) as tx:
            yield tx

    @asynccontextmanager
    async def reporting(self) -> AsyncIterator[Tx]:
        """Open a transaction for reading whose work gives way to tills; it may wait for its turn."""
        async with self._reading(self.office.aside) as tx:
            yield tx

    def _reading(self, database: Database) -> AbstractAsyncContextManager[Tx]:
        return database.transaction(
            self.session.tenant_id,
            actor=self.actor,
            at=self.at,
            address=self.address,
            branch_ids=self.session.branch_ids,
            read_only=True,
        )

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Tx]:
        """Open a transaction on the business's rows."""
        async with self.office.database.transaction(
            self.session.tenant_id,
            actor=self.actor,
            at=self.at,
            address=self.address,
            branch_ids=self.session.branch_ids,
        ) as tx:
            yield tx

    @property
    def actor(self) -> str:
        return f"staff:{self.session.staff_id}"

    def page(
        self, template: str, *, section: str, page: str = "", status: int = 200, **values: Any
    ) -> Response[str]:
        """Return a page inside the frame of the office, with the notice that waits for this person.

        ``section`` and ``page`` are those to mark in the navigation; no ``page`` is the section's first.
        """
        response = PAGES.render(template, self.look, {**self._frame(section, page), **values}, status=status)
        if self.notice is not None:
            response.set_cookie(NO_NOTICE)
        if self.names_program and self.program_id is not None:
            response.set_cookie(remember(self.program_id, is_secure=self.office.is_production))
        return response

    def form(self) -> Form:
        """Return a form in which nothing was typed yet."""
        return Form(self.words, scale=self.figures.scale)

    async def typed(self, request: OfficeRequest) -> Form:
        """Return what this person typed."""
        return await read_form(request, self.words, scale=self.figures.scale)

    def fragment(self, template: str, **values: Any) -> Response[str]:
        """Return a part of a page, to be put into one that is open already."""
        return PAGES.render(template, self.look, values)

    def _frame(self, section: str, page: str) -> Mapping[str, Any]:
        return {
            "navigation": navigation(section=section, page=page, may=self.may),
            "business_name": self.business.name,
            "business_id": self.business.tenant_id,
            "sandbox_of": self.business.sandbox_of,
            "workplaces": self.workplaces,
            "may_found": self.may("businesses.found"),
            "person": self.session.account.name,
            "path": self.path,
            "notice_shown": self.notice,
            "unseen_chats": self.unseen_chats,
        }
