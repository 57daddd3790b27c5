"""Going through the steps: the same for the first business and for another one.

What was typed is kept at every press of a button, whether it is right or wrong and whichever button it was.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import PAGES, Office
from plushka.delivery.office.preset_cards import preset_cards
from plushka.delivery.office.time_zones import zone_choices
from plushka.delivery.office.welcome.choices import country_choices, currency_choices
from plushka.delivery.office.welcome.steps import (
    BUSINESS,
    EMPTY,
    OWNER,
    PROGRAM,
    Draft,
    Step,
    defaults_of,
    first_unready,
    form_of,
    read_step,
)
from plushka.delivery.web.forms import Form
from plushka.delivery.web.look import Look
from plushka.domain.businesses.countries import list_countries
from plushka.domain.founding.model import Founded, Setup
from plushka.domain.founding.setups import save_draft
from plushka.domain.staff.model import EmailTaken
from plushka.domain.staff.passwords import about, hash_password
from plushka.domain.staff.queries import find_credentials
from plushka.platform.errors import Invalid, NotFound
from plushka.platform.i18n import Translator, translator

BACK = "back"
COUNTRY = "country"
"""What the buttons of a step do besides going on."""


@dataclass(frozen=True, slots=True)
class Way:
    """A set-up on its way: ``path`` is where its steps are, ``country`` the one to begin with."""

    office: Office
    setup: Setup
    steps: tuple[Step, ...]
    path: str
    country: str
    look: Look
    at: datetime

    @property
    def words(self) -> Translator:
        return translator(self.look.language)

    @property
    def draft(self) -> Draft:
        """What was typed, and before anything was, what the country tells."""
        return {**defaults_of(self.country, spoken=self.look.language), **self.setup.draft}

    def step(self, name: str) -> Step:
        """Return a step by its name in the address.

        :raises NotFound: there is none
        """
        for step in self.steps:
            if step.name == name:
                return step
        raise NotFound

    def to(self, step: Step) -> Redirect:
        return Redirect(f"{self.path}/{step.name}", status_code=HTTP_303_SEE_OTHER)

    def begin(self) -> Redirect:
        """Send to the first step that is not done, the last one if all are."""
        return self.to(first_unready(self.steps, self.draft, self.words) or self.steps[-1])


def show_step(way: Way, name: str) -> Response[str] | Redirect:
    """Show a step as it was left; one that cannot be reached yet sends to the one that must come before."""
    step = way.step(name)
    before = way.steps[: way.steps.index(step)]
    if missing := first_unready(before, way.draft, way.words):
        return way.to(missing)
    return page(way, step, form_of(way.draft, way.words))


async def take_step(way: Way, name: str, form: Form) -> Response[str] | Redirect | Draft:
    """Keep what was typed, and go on, back, or stay to show what is wrong; return the draft when all is there."""
    step = way.step(name)
    draft = {**way.draft, **{field: form.value(field) for field in step.fields}}
    do = form.value("do")
    if step == BUSINESS and form.value("country") != form.value("country_shown", form.value("country")):
        return await _turn_to_country(way, draft)
    if do == BACK:
        await _keep(way, draft)
        return way.to(way.steps[max(0, way.steps.index(step) - 1)])
    if step == OWNER:
        draft = await _take_owner(way, form, draft)
    read_step(step, form, draft)
    await _keep(way, draft)
    if not form.is_sound:
        return page(way, step, form, draft=draft, status=HTTP_422_UNPROCESSABLE_ENTITY)
    if step != way.steps[-1]:
        return way.to(way.steps[way.steps.index(step) + 1])
    if missing := first_unready(way.steps, draft, way.words):
        return way.to(missing)
    return draft


async def _turn_to_country(way: Way, draft: dict[str, str]) -> Response[str]:
    """Show the first step again with what the country just chosen tells."""
    if draft["country"] in list_countries():
        draft |= defaults_of(draft["country"], spoken=way.look.language)
    await _keep(way, draft)
    return page(way, BUSINESS, form_of(draft, way.words), draft=draft)


async def _take_owner(way: Way, form: Form, draft: dict[str, str]) -> dict[str, str]:
    """Return the draft with the password's hash in place of the password, which is kept nowhere."""
    async with way.office.database.global_transaction(actor="visitor", at=way.at) as tx:
        if await find_credentials(tx, form.value("email").strip().lower()):
            form.refused(EmailTaken(field="email"))
    if password := form.value("password"):
        draft.pop("password_hash", None)
        try:
            draft["password_hash"] = await hash_password(
                password, about=about(form.value("email"), form.value("owner"))
            )
        except Invalid as refusal:
            form.refused(refusal)
    return draft


async def _keep(way: Way, draft: Draft) -> None:
    async with way.office.database.global_transaction(actor="visitor", at=way.at) as tx:
        await save_draft(tx, way.setup.id, draft)


def page(
    way: Way, step: Step, form: Form, *, draft: Draft | None = None, status: int = HTTP_200_OK
) -> Response[str]:
    """Return the page of a step."""
    draft = way.draft if draft is None else draft
    number = way.steps.index(step)
    return PAGES.render(
        f"welcome/{step.name}.html",
        way.look,
        {
            "form": form,
            "path": f"{way.path}/{step.name}",
            "steps": [(known.title, f"{way.path}/{known.name}") for known in way.steps],
            "number": number,
            "is_first": number == 0,
            "is_first_business": OWNER in way.steps,
            **_choices(way, step, draft),
        },
        status=status,
    )


def _choices(way: Way, step: Step, draft: Draft) -> dict[str, Any]:
    language = way.look.language
    if step == BUSINESS:
        return {
            "countries": country_choices(language),
            "currencies": currency_choices(language),
            "zones": zone_choices(draft["country"], language, way.at),
        }
    if step == OWNER:
        return {"has_password": "password_hash" in draft}
    if step == PROGRAM:
        return {
            "cards": preset_cards(currency=draft["currency"], language=language),
            "currency": draft["currency"],
        }
    return {}


def show_founded(way: Way, founded: Founded, draft: Draft, *, command: str) -> Response[str]:
    """Show what there is now, with the till's key, which is never shown again.

    ``command`` reports a first purchase.
    """
    return PAGES.render(
        "welcome/done.html",
        way.look,
        {
            "path": "/",
            "name": draft["name"].strip(),
            "till_key": founded.till_key,
            "has_rules": draft["preset"] != EMPTY,
            "command": command,
        },
    )
