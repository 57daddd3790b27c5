"""One request of a person: who, from which business, in which language, and the page they get."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response

from plushka.delivery.office.context import PAGES, Office, OfficeRequest
from plushka.delivery.office.navigation import navigation
from plushka.delivery.office.permissions import may, rights_of_session
from plushka.delivery.web.figures import Figures
from plushka.delivery.web.forms import Form, read_form
from plushka.delivery.web.look import Look
from plushka.delivery.web.notices import NO_NOTICE, Notice
from plushka.domain.businesses.model import Business
from plushka.domain.programs.model import PublishedVersion
from plushka.domain.staff.demands import role_key
from plushka.domain.staff.model import Session, Workplace
from plushka.domain.staff.roles import Rights
from plushka.platform.database import Tx
from plushka.platform.i18n import Translator, translator


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in person at work. ``version`` is the programme in force now, None before the first one is.

    ``workplaces`` are all the businesses that the person works for.
    """

    office: Office
    session: Session
    workplaces: tuple[Workplace, ...]
    business: Business
    version: PublishedVersion | None
    look: Look
    path: str
    at: datetime
    address: str
    notice: Notice | None = None

    @property
    def words(self) -> Translator:
        return translator(self.look.language)

    @property
    def today(self) -> date:
        """The date by the business's own clock."""
        return self.at.astimezone(ZoneInfo(self.business.time_zone)).date()

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
        async with self.office.database.transaction(
            self.session.tenant_id,
            actor=self.actor,
            at=self.at,
            address=self.address,
            branch_ids=self.session.branch_ids,
            read_only=True,
        ) as tx:
            yield tx

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
        }
