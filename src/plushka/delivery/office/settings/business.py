"""The business itself: its name, languages, time, and what it calls points."""

from typing import get_args

import msgspec
from babel.numbers import get_currency_name
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import structs

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.time_zones import zone_choices
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.businesses.declension import decline, pluralize
from plushka.domain.businesses.operations import change_business
from plushka.platform.errors import Refusal
from plushka.platform.i18n import Language, Translator, marked
from plushka.platform.point_words import EnglishForms, PointWords, RussianForms, calling_points

WORD_LENGTH_MAX = 40
_EXAMPLES = {"ru": "плюшка", "en": "star"}
READY = ("бонус", "балл", "плюшка", "монета", "звезда")
"""Words that most businesses choose from; any other noun will do."""
_SPENDING = {
    "free": marked("The cashier's word is enough"),
    "code": marked("Only with the member's code or QR"),
}
_FORMS = {
    "one": marked("1 …"),
    "two": marked("2 …"),
    "five": marked("5 …"),
    "one_object": marked("spend 1 …"),
    "plural": marked("… burn"),
    "dative": marked("by …"),
    "instrumental": marked("pay with …"),
    "prepositional": marked("about …"),
}


@get("/settings", opt={"action": "settings.read"}, sync_to_thread=False)
def show_business(visit: NamedDependency[Visit]) -> Response[str]:
    return _page(visit, visit.form())


@post("/settings", opt={"action": "settings.change"})
async def save_business(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Save the form, or decline the word and show its forms again, as the button says."""
    form = await visit.typed(request)
    if form.value("do") == "decline":
        return _page(visit, _declined(form, visit))
    name, zone = form.text("name"), form.text("time_zone")
    language = form.choice("language", get_args(Language))
    words = _read_words(form, visit.words)
    spending = form.choice("spending", tuple(_SPENDING))
    if form.is_sound and language is not None and words is not None:
        try:
            async with visit.writing() as tx:
                await change_business(
                    tx,
                    name=name,
                    language=language,
                    time_zone=zone,
                    point_words=words,
                    spending_needs_permit=spending == "code",
                )
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return sent_on("/settings", visit.words.gettext("Saved."))
    return _page(visit, form, status=HTTP_422_UNPROCESSABLE_ENTITY)


def _read_words(form: Form, words: Translator) -> PointWords | None:
    """Return the word for points in all its forms; each form that is no word is a problem at its field."""
    russian = {name: form.text(f"ru_{name}", length_max=WORD_LENGTH_MAX).lower() for name in _FORMS}
    english = {name: form.text(f"en_{name}", length_max=WORD_LENGTH_MAX).lower() for name in ("one", "many")}
    for prefix, forms, kind in (("ru", russian, RussianForms), ("en", english, EnglishForms)):
        for name, word in forms.items():
            try:
                msgspec.convert({name: word}, kind)
            except msgspec.ValidationError:
                sentence = words.gettext("Letters only, such as “{example}”.", example=_EXAMPLES[prefix])
                form.fail(f"{prefix}_{name}", sentence)
    if not form.is_sound:
        return None
    return PointWords(ru=RussianForms(**russian), en=EnglishForms(**english))


def _declined(form: Form, visit: Visit) -> Form:
    """Return the form with the forms of the words in its first fields filled in."""
    russian, english = decline(form.value("ru_one")), form.value("en_one").strip()
    found: dict[str, str] = {}
    if russian is not None:
        found |= {f"ru_{name}": word for name, word in structs.asdict(russian).items()}
    if english:
        found |= {f"en_{name}": word for name, word in structs.asdict(pluralize(english)).items()}
    filled = form.filled(found)
    if russian is None:
        sentence = marked("This is no noun in the singular that we could decline: fill in the forms.")
        filled.fail("ru_one", visit.words.gettext(sentence))
    return filled


def _page(visit: Visit, form: Form, *, status: int = 200) -> Response[str]:
    business = visit.business
    words = {
        **{f"ru_{name}": word for name, word in structs.asdict(business.point_words.ru).items()},
        **{f"en_{name}": word for name, word in structs.asdict(business.point_words.en).items()},
    }
    return visit.page(
        "settings/business.html",
        section="settings",
        page="business",
        status=status,
        form=form,
        business=business,
        currency=f"{get_currency_name(business.currency, locale=visit.look.language)}, {business.currency}",
        may_change=visit.may("settings.change"),
        languages=[("ru", "Русский"), ("en", "English")],
        zones=zone_choices(business.country, visit.look.language, visit.at, chosen=business.time_zone),
        words=words,
        spending=[(value, visit.words.gettext(text)) for value, text in _SPENDING.items()],
        forms=[(name, visit.words.gettext(title)) for name, title in _FORMS.items()],
        ready=READY,
        sentences=_sentences(form, words, visit),
    )


def _sentences(form: Form, words: dict[str, str], visit: Visit) -> list[str]:
    """Return how sentences sound with the words of the form."""
    typed = {name: form.value(name, word).strip().lower() for name, word in words.items()}
    try:
        chosen = msgspec.convert(
            {
                "ru": {name: typed[f"ru_{name}"] for name in _FORMS},
                "en": {name: typed[f"en_{name}"] for name in ("one", "many")},
            },
            PointWords,
        )
    except msgspec.ValidationError:
        return []
    figures, told = visit.figures, visit.words
    unit = 10**figures.scale
    with calling_points(chosen):
        return [
            told.gettext("Earned: {points}.", points=figures.points(5 * unit)),
            told.gettext(
                "Available: {points}, of them {some} burn.",
                points=figures.points(21 * unit),
                some=figures.points(2 * unit),
            ),
            told.gettext("Paid with points."),
            told.gettext("Spend {points}.", points=figures.points_object(unit)),
        ]
