"""Templates that are ready to be taken and changed, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from plushka.domain.messages.model import Channel
from plushka.domain.messages.templates.model import Body, Draft, TemplateButton, Words
from plushka.platform.i18n import Language, marked, translator

Key = Literal[
    "announcement",
    "welcome",
    "second_purchase",
    "thanks",
    "birthday",
    "birthday_gift",
    "close_birthday",
    "burn_reminder",
    "miss_you",
    "win_back_30",
    "win_back_60",
    "win_back_90",
    "abandoned_cart",
    "abandoned_cart_points",
]


class Ready(Struct, frozen=True):
    """A template by its name in our catalogue."""

    name: str
    body: Body


_OPEN_CARD = TemplateButton(labels={"ru": "Открыть карту", "en": "Open the card"})
_TO_CART = TemplateButton(labels={"ru": "Вернуться к корзине", "en": "Back to the cart"}, link="{event.link}")


def _body(
    ru: str,
    en: str,
    *,
    subjects: tuple[str, str],
    button: TemplateButton | None = _OPEN_CARD,
    asks_rating: bool = False,
    sms: tuple[str, str] | None = None,
) -> Body:
    """Return what is said to somebody who is addressed by name before it; ``sms``: what it says instead."""
    own: list[dict[Channel, str]] = [{}, {}] if sms is None else [{"sms": text} for text in sms]
    return Body(
        words={
            "ru": Words(f"{{first_name|Здравствуйте}}, {ru}", subject=subjects[0], own=own[0]),
            "en": Words(f"{{first_name|Hello}}, {en}", subject=subjects[1], own=own[1]),
        },
        buttons=(button,) if button is not None else (),
        asks_rating=asks_rating,
    )


READY: Mapping[Key, Ready] = MappingProxyType(
    {
        "announcement": Ready(
            marked("We have a loyalty programme"),
            _body(
                "у вас теперь есть карта лояльности, на ней {balance}. Покажите её на кассе в следующий раз.\n"
                "{business}",
                "you have a loyalty card now, with {balance} on it. Show it at the till next time.\n{business}",
                subjects=("Ваша карта {business}", "Your card of {business}"),
            ),
        ),
        "welcome": Ready(
            marked("Welcome"),
            _body(
                "рады знакомству! На вашей карте {balance}. Копите с каждой покупкой и тратьте, "
                "когда захочется.",
                "nice to meet you! There are {balance} on your card. Save with each purchase, and spend "
                "whenever you like.",
                subjects=("Добро пожаловать в {business}", "Welcome to {business}"),
            ),
        ),
        "second_purchase": Ready(
            marked("Second purchase"),
            _body(
                "спасибо, что зашли к нам. На карте {balance}: их можно потратить уже при "
                "следующей покупке. Возможно, вам понравится: {suggestion|загляните в приложение}.",
                "thank you for coming. There are {balance} on your card: spend them on your next "
                "purchase. You may like: {suggestion|have a look at the app}.",
                subjects=("Ждём вас снова", "Come again"),
            ),
        ),
        "thanks": Ready(
            marked("Thank you for a purchase"),
            _body(
                "спасибо за покупку! На карте {balance}. Оцените, пожалуйста, как всё прошло: от 1 до 5.",
                "thank you for your purchase! There are {balance} on your card. How was it, from 1 to 5?",
                subjects=("Спасибо за покупку", "Thank you for your purchase"),
                button=None,
                asks_rating=True,
            ),
        ),
        "birthday": Ready(
            marked("Birthday"),
            _body(
                "скоро ваш день рождения! Дарим {points}: они уже на карте. Порадуйте себя.",
                "your birthday is near! {points} are a gift from us, on your card already. Treat yourself.",
                subjects=("Подарок ко дню рождения", "A gift for your birthday"),
            ),
        ),
        "birthday_gift": Ready(
            marked("Birthday with a gift"),
            _body(
                "скоро ваш день рождения! К покупке вас ждёт подарок: покажите карту на кассе.",
                "your birthday is near! A gift waits for you with a purchase: show your card at the till.",
                subjects=("Подарок ко дню рождения", "A gift for your birthday"),
            ),
        ),
        "close_birthday": Ready(
            marked("Birthday of somebody close"),
            _body(
                "скоро день рождения близкого вам человека: {whose|уже через неделю}. "
                "Дарим {points} на праздник: они уже на карте.",
                "a birthday of somebody close to you is near: {whose|within a week}. "
                "{points} for the celebration are a gift from us, on your card already.",
                subjects=("К празднику ваших близких", "For the day of somebody close"),
            ),
        ),
        "burn_reminder": Ready(
            marked("Points burn soon"),
            _body(
                "{burning|часть накопленного} сгорит {burns_on|совсем скоро}. Успейте потратить.",
                "{burning|a part of what you have} will burn {burns_on|very soon}. "
                "There is still time to spend it.",
                subjects=("Не дайте им сгореть", "Do not let them burn"),
            ),
        ),
        "miss_you": Ready(
            marked("We miss you"),
            _body(
                "давно вас не видели и скучаем. На карте {balance}. Мы рядом: {branch|загляните, когда удобно}.",
                "it has been a while, and we miss you. There are {balance} on your card. "
                "We are near: {branch|drop by when you like}.",
                subjects=("Скучаем по вам", "We miss you"),
            ),
        ),
        "win_back_30": Ready(
            marked("Away for 30 days"),
            _body(
                "мы давно не виделись. Дарим {points}, чтобы было с чем вернуться.",
                "we have not met for a while. {points} are a gift from us to come back with.",
                subjects=("Подарок к возвращению", "Something to come back with"),
            ),
        ),
        "win_back_60": Ready(
            marked("Away for 60 days"),
            _body(
                "для вас скидка по коду {coupon}. Назовите его на кассе.",
                "here is a discount for you by the code {coupon}. Tell it at the till.",
                subjects=("Скидка для вас", "A discount for you"),
            ),
        ),
        "win_back_90": Ready(
            marked("Away for 90 days"),
            _body(
                "у нас много нового, а вас всё нет. Вот ваш личный код {coupon}: он ждёт вас на кассе.",
                "there is much that is new, and you are not here to see it. This code is yours alone: "
                "{coupon}. It waits for you at the till.",
                subjects=("Лично для вас", "For you alone"),
            ),
        ),
        "abandoned_cart": Ready(
            marked("Abandoned cart"),
            _body(
                "вы выбрали: {event.items}. Корзина на {event.sum} ждёт вас, мы её сохранили.",
                "you have chosen {event.items}. The cart of {event.sum} waits for you: we have kept it.",
                subjects=("Ваша корзина ждёт", "Your cart waits for you"),
                button=_TO_CART,
                sms=(
                    "{business}: корзина на {event.sum} ждёт вас. {event.link|}",
                    "{business}: the cart of {event.sum} waits for you. {event.link|}",
                ),
            ),
        ),
        "abandoned_cart_points": Ready(
            marked("Abandoned cart with points"),
            _body(
                "корзина на {event.sum} всё ещё ваша. Дарим {points}, чтобы решиться было легче: они уже на карте.",
                "the cart of {event.sum} is still yours. {points} are a gift from us to make it easier, "
                "on your card already.",
                subjects=("Бонусы к вашей корзине", "Points for your cart"),
                button=_TO_CART,
                sms=(
                    "{business}: дарим {points} к вашей корзине на {event.sum}. {event.link|}",
                    "{business}: {points} for your cart of {event.sum} are a gift from us. {event.link|}",
                ),
            ),
        ),
    }
)


def draft_of(key: Key, language: Language) -> Draft:
    """Return a ready template as a draft, named in ``language``; all of them advertise but the one of burning."""
    ready = READY[key]
    purpose: Literal["transactional", "marketing"] = (
        "transactional" if key == "burn_reminder" else "marketing"
    )
    return Draft(translator(language).gettext(ready.name), purpose, ready.body)
