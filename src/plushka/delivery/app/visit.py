"""One request of the app: whose business, which member, in which language, and the page they get."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response

from plushka.delivery.app.context import PAGES, App, AppRequest, home_of
from plushka.delivery.app.look import headers_of, style_of
from plushka.delivery.app.said import told_said
from plushka.delivery.web.figures import Figures
from plushka.delivery.web.forms import Form, read_form
from plushka.delivery.web.look import Look
from plushka.domain.businesses.branding import Branding
from plushka.domain.businesses.model import Business
from plushka.domain.members.sessions import MemberSession
from plushka.platform.database import Tx
from plushka.platform.i18n import Translator, translator


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody in the app of a business; ``session`` is None for a stranger. ``said`` names what was just done.

    ``launch`` names how somebody new has opened the app in a messenger; ``unseen`` answers and ``unread`` letters wait
    for the member.
    ``has_sms``: the business can send codes to phones.
    """

    app: App
    business: Business
    branding: Branding
    look: Look
    at: datetime
    network: str
    session: MemberSession | None
    is_in_messenger: bool = False
    launch: str = ""
    unseen: int = 0
    unread: int = 0
    said: str = ""
    has_sms: bool = False

    @property
    def member(self) -> MemberSession:
        """The session of a page that is for members only."""
        if self.session is None:
            raise AssertionError("the gate lets no stranger here")
        return self.session

    @property
    def home(self) -> str:
        return home_of(self.business.tenant_id)

    @property
    def words(self) -> Translator:
        return translator(self.look.language)

    @property
    def today(self) -> date:
        """The date by the business's own clock."""
        return self.at.astimezone(ZoneInfo(self.business.time_zone)).date()

    def figures(self, scale: int = 0) -> Figures:
        """Return the formats for points of this ``scale``."""
        return Figures(
            language=self.look.language,
            currency=self.business.currency,
            scale=scale,
            zone=self.business.time_zone,
            today=self.today,
        )

    @property
    def actor(self) -> str:
        return f"member:{self.session.member_id}" if self.session else "visitor"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """Open a transaction on the business's rows in which nothing can be changed."""
        async with self.app.database.transaction(
            self.business.tenant_id, actor=self.actor, at=self.at, address=self.network, read_only=True
        ) as tx:
            yield tx

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Tx]:
        """Open a transaction on the business's rows."""
        async with self.app.database.transaction(
            self.business.tenant_id, actor=self.actor, at=self.at, address=self.network
        ) as tx:
            yield tx

    def form(self) -> Form:
        """Return a form in which nothing was typed yet."""
        return Form(self.words)

    async def typed(self, request: AppRequest) -> Form:
        """Return what this person typed."""
        return await read_form(request, self.words)

    def page(self, template: str, *, tab: str = "", status: int = 200, **values: Any) -> Response[str]:
        """Return a page of the app; ``tab`` is the one to mark below it, none: the page is beneath another."""
        style = style_of(self.branding.color)
        digest = self.branding.logo_digest
        return PAGES.render(
            template,
            self.look,
            {
                "home": self.home,
                "business": self.business.name,
                "motto": self.branding.motto,
                "logo": f"{self.home}/logo/{digest}" if digest else "",
                "touch_icon": f"{self.home}/icon/{digest}/180" if digest else "",
                "style": style,
                "tab": tab,
                "is_member": self.session is not None,
                "unseen": self.unseen,
                "unread": self.unread,
                "said": told_said(self.said, self.words),
                "loaded_at": self.figures().moment(self.at),
                **values,
            },
            status=status,
            headers=headers_of(style, self.app.also_framed_by),
        )
