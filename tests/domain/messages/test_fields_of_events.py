"""Fields of the event that a letter is about: told in its language, escaped, and as links only where they lead."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.telling import tellable
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.businesses.queries import get_business
from plushka.domain.events.kinds import declare
from plushka.domain.events.model import EventField
from plushka.domain.events.store import Told, insert_event
from plushka.domain.messages.composing import Blank, Printer
from plushka.domain.messages.model import CHANNELS, Channel, Message
from plushka.domain.messages.templates.checking import (
    find_problems,
    list_absent_fields,
    list_names,
    list_uncertain_fields,
)
from plushka.domain.messages.templates.happenings import find_latest, list_telling_kinds
from plushka.domain.messages.templates.links import fill_link, may_lead
from plushka.domain.messages.templates.model import Body, Template, TemplateButton, Words
from plushka.domain.messages.templates.text import Missing, take_apart
from plushka.platform.database import Database
from plushka.platform.i18n import Language

BOOKED = (
    EventField("guests", "Гостей", "integer", is_required=True),
    EventField("deposit", "Залог", "money"),
    EventField("on_day", "Когда", "date"),
    EventField("hall", "Где", "choice", choices=("Зал", "Терраса")),
    EventField("window", "У окна", "boolean"),
    EventField("wish", "Пожелание", "text"),
)
ALL = "{event.guests}/{event.deposit|нет}/{event.on_day|нет}/{event.hall|нет}/{event.window|нет}/{event.wish|нет}"


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        async with shop.tx() as tx:
            await declare(tx, name="booked", title="Столик", fields=BOOKED)
        yield shop


async def booked(shop: Shop, member_id: UUID, **data: object) -> str:
    async with shop.tx() as tx:
        event, _ = await insert_event(tx, Told(member_id, "booked", data))
    return str(event.id)


async def printed(
    shop: Shop,
    member_id: UUID,
    body: Body,
    event_id: str,
    *,
    language: Language = "ru",
    channel: Channel = "telegram",
) -> Message:
    async with shop.tx() as tx:
        template = Template(UUID(int=0), "т", "transactional", body, "", 1, tx.at, "")
        printer = Printer(tx, await get_business(tx), "")
        return await printer.words(Blank(template, member_id, language, channel, {"event": event_id}))


async def test_each_type_is_told_as_people_write_it_and_a_word_stands_for_what_is_missing(shop: Shop) -> None:
    (member_id,) = await tellable(shop, 1)
    body = Body({"ru": Words(ALL), "en": Words(ALL)})
    full = await booked(
        shop,
        member_id,
        guests=12,
        deposit=1500_50,
        on_day="2026-03-24",
        hall="Терраса",
        window=True,
        wish="Тихо",
    )
    bare = await booked(shop, member_id, guests=2)

    russian = (await printed(shop, member_id, body, full)).text.replace("\xa0", " ")
    english = (await printed(shop, member_id, body, full, language="en")).text.replace("\xa0", " ")
    assert russian == "12/1 500,50 ₽/24 марта 2026/Терраса/да/Тихо"
    assert english == "12/₽1,500.50/March 24, 2026/Терраса/yes/Тихо"
    assert (await printed(shop, member_id, body, bare)).text == "2/нет/нет/нет/нет/нет"
    with pytest.raises(Missing):
        await printed(shop, member_id, Body({"ru": Words("{event.deposit}")}), bare)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_what_somebody_wrote_is_neither_markup_nor_read_again_nor_endless(
    shop: Shop, channel: Channel
) -> None:
    (member_id,) = await tellable(shop, 1)
    wish = "<b>жирно</b> {balance}\r\nBcc: all " + "я" * 1000
    event_id = await booked(shop, member_id, guests=1, wish=wish)

    body = Body({"ru": Words("{event.wish}", subject="{event.wish}")})
    message = await printed(shop, member_id, body, event_id, channel=channel)

    assert message.text.startswith("&lt;b&gt;жирно&lt;/b&gt; {balance} Bcc: all яяя")
    assert message.text.endswith("я…")
    assert len(message.subject) == 300
    assert "\n" not in message.subject


async def test_a_field_leads_only_where_it_is_an_address_and_is_a_part_of_one_only_as_such(
    shop: Shop,
) -> None:
    (member_id,) = await tellable(shop, 1)
    links = ("{event.wish}", "{event.wish|https://shop.ru}", "https://shop.ru/t?q={event.wish}", "")
    body = Body(
        {"ru": Words("т")}, tuple(TemplateButton({"ru": str(n)}, link) for n, link in enumerate(links))
    )

    async def leads(wish: str) -> list[str]:
        event_id = await booked(shop, member_id, guests=1, wish=wish)
        message = await printed(shop, member_id, body, event_id)
        return [button.link for row in message.rows for button in row]

    assert await leads("https://cafe.ru/a") == [
        "https://cafe.ru/a",
        "https://cafe.ru/a",
        "https://shop.ru/t?q=https%3A%2F%2Fcafe.ru%2Fa",
        "",
    ]
    assert await leads("javascript:alert(1)") == [
        "https://shop.ru",
        "https://shop.ru/t?q=javascript%3Aalert%281%29",
        "",
    ]


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("https://shop.ru/{event.number}", True),
        ("https://shop.ru/?a={event.a}&b={coupon|нет}", True),
        ("{event.link}", True),
        ("{event.link|https://shop.ru}", True),
        ("{event.link|куда-нибудь}", False),
        ("https://{event.host}/", False),
        ("https://shop.{event.zone}/", False),
        ("https://shop.ru{event.rest}", False),
        ("{event.a}{event.b}", False),
        ("http://shop.ru/{event.a}", False),
        ("https://shop.ru/{event.a", False),
        ("https://shop.ru/{nothing}", False),
        ("https://me@shop.ru/{event.a}", False),
    ],
)
def test_a_link_says_whose_site_it_leads_to(link: str, leads: bool) -> None:  # noqa: FBT001
    assert may_lead(link) == leads
    body = Body({"ru": Words("т")}, (TemplateButton({"ru": "к"}, link),))
    assert [problem.trouble for problem in find_problems(body)] == ([] if leads else ["link_impossible"])


def test_a_link_without_its_value_leads_nowhere() -> None:
    with pytest.raises(Missing):
        fill_link("https://shop.ru/{event.a}", {})
    assert fill_link("https://shop.ru/{event.a|все}", {}) == "https://shop.ru/%D0%B2%D1%81%D0%B5"


@pytest.mark.parametrize(
    "name", ["event.", "event.Sum", "event.1", "event.a.b", "evnt.sum", "event", "event." + "a" * 51]
)
def test_what_is_no_field_is_told_where_it_stands(name: str) -> None:
    _, (spot,) = take_apart(f"т {{{name}}}")
    assert (spot.fault, spot.what, spot.position) == ("variable_unknown", name, 2)


async def test_it_is_known_which_fields_an_event_may_lack_and_which_none_has(shop: Shop) -> None:
    async with shop.tx() as tx:
        kinds = await list_telling_kinds(tx)
    kind = next(kind for kind in kinds if kind.name == "booked")
    words = Words("{event.guests} {event.wish} {event.hall|зал} {event.colour|синий}")
    body = Body({"ru": words}, (TemplateButton({"ru": "к"}, "{event.link}"),))

    assert list_names(body) >= {"event.link", "event.guests"}
    assert list_uncertain_fields(body, kind) == ["event.wish"]
    assert list_absent_fields(body, [kind]) == ["event.colour", "event.link"]
    assert list_absent_fields(body, kinds) == ["event.colour"]


async def test_a_letter_is_tried_with_the_latest_that_has_all_it_names(shop: Shop) -> None:
    (member_id,) = await tellable(shop, 1)
    await booked(shop, member_id, guests=1)
    latest = await booked(shop, member_id, guests=2)
    async with shop.tx() as tx:
        await insert_event(tx, Told(member_id, "review", {"rating": 5}))
        assert await find_latest(tx, member_id, frozenset({"guests", "wish"})) == {"event": latest}
        assert await find_latest(tx, member_id, frozenset({"guests", "rating"})) == {}
