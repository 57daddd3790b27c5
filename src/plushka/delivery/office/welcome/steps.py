"""The steps of a set-up, and what each of them reads from what was typed."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from plushka.delivery.web.forms import Form
from plushka.domain.businesses.countries import (
    currency_of,
    language_of,
    list_countries,
    list_time_zones,
    time_zones_of,
)
from plushka.domain.businesses.model import NAME_LENGTH_MAX
from plushka.domain.founding.model import Plan
from plushka.domain.programs.presets import amounts
from plushka.domain.programs.presets.shelf import list_presets
from plushka.domain.staff.operations import read_email
from plushka.platform.errors import Invalid
from plushka.platform.i18n import LANGUAGES, Language, Translator, marked

Draft = Mapping[str, str]
"""What was typed so far, by field. ``password_hash`` stands for the password."""

EMPTY: Final = "empty"
"""The choice of no preset."""


class Step(Struct, frozen=True):
    """A step: its address ends in ``name``; ``fields`` are those that the draft keeps of its form."""

    name: str
    title: str
    fields: tuple[str, ...]


BUSINESS = Step("business", marked("Business"), ("name", "country", "currency", "language", "time_zone"))
BRANCH = Step("branch", marked("First branch"), ("branch",))
OWNER = Step("owner", marked("Owner"), ("owner", "email"))
PROGRAM = Step("program", marked("Programme"), ("preset",))


def defaults_of(country: str, *, spoken: Language) -> dict[str, str]:
    """Return what a country tells of a business: its currency, language and main time zone."""
    return {
        "country": country,
        "currency": currency_of(country),
        "language": language_of(country, otherwise=spoken),
        "time_zone": time_zones_of(country)[0],
    }


def country_of_reader(accept_language: str, language: Language) -> str:
    """Return the country that a browser's languages name (``ru-KZ``), else the language's own."""
    for part in accept_language.split(","):
        _, _, region = part.partition(";")[0].strip().partition("-")
        if region.upper() in list_countries():
            return region.upper()
    return {"ru": "RU", "en": "US"}[language]


def list_currencies() -> tuple[str, ...]:
    """Return all currencies that a country pays with, those of the presets first."""
    others = {currency_of(country) for country in list_countries()} - set(amounts.CURRENCIES)
    return (*amounts.CURRENCIES, *sorted(others))


def read_step(step: Step, form: Form, draft: Draft) -> None:
    """Note at each field of ``step`` what is wrong with it."""
    match step.name:
        case BUSINESS.name:
            form.text("name", length_max=NAME_LENGTH_MAX)
            form.choice("country", list_countries())
            form.choice("currency", list_currencies())
            form.choice("language", LANGUAGES)
            form.choice("time_zone", (*list_time_zones(), "UTC"))
        case BRANCH.name:
            form.text("branch", length_max=NAME_LENGTH_MAX)
        case OWNER.name:
            _read_owner(form, draft)
        case _:
            form.choice("preset", (*(preset.id for preset in list_presets()), EMPTY))


def _read_owner(form: Form, draft: Draft) -> None:
    form.text("owner", length_max=NAME_LENGTH_MAX)
    if email := form.text("email"):
        try:
            read_email(email)
        except Invalid as refusal:
            form.refused(refusal)
    if "password_hash" not in draft:
        form.text("password")


def first_unready(steps: tuple[Step, ...], draft: Draft, words: Translator) -> Step | None:
    """Return the first of ``steps`` that the draft leaves open; None: all is there."""
    for step in steps:
        form = form_of(draft, words)
        read_step(step, form, draft)
        if not form.is_sound:
            return step
    return None


def form_of(draft: Draft, words: Translator) -> Form:
    """Return a form in which the draft is typed."""
    return Form(words, {name: [value] for name, value in draft.items()})


def plan_of(draft: Draft) -> Plan:
    """Return the business that a draft without an open step describes."""
    language: Language = "ru" if draft["language"] == "ru" else "en"
    return Plan(
        name=draft["name"].strip(),
        country=draft["country"],
        currency=draft["currency"],
        language=language,
        time_zone=draft["time_zone"],
        branch=draft["branch"].strip(),
        preset=None if draft["preset"] == EMPTY else draft["preset"],
    )
