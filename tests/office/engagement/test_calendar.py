"""The calendar: what runs when, what its buttons do in the draft, and the file for other calendars."""

import re
from datetime import date, timedelta

import httpx
import pytest
from icalendar import Calendar
from msgspec import structs
from tests.conftest import SetClock
from tests.office.conftest import plain
from tests.office.engagement.test_editor import Editor, editor
from tests.pos.conftest import CASHBACK

from plushka.delivery.office.engagement.calendar.bars import Bar, Months, months_of
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Promotion

__all__ = ("editor",)

PATH = "/engagement/calendar"


def on(clock: SetClock, days: int) -> date:
    return clock.now().date() + timedelta(days=days)


async def planned(editor: Editor, clock: SetClock) -> None:
    """Publish a promotion that is on, one to come, one that is over and a paused one; leave a new one in the draft."""

    def promotion(name: str, first: int | None, last: int | None, *, is_paused: bool = False) -> Promotion:
        return Promotion(
            name,
            name.capitalize(),
            PercentOff(10_00),
            first_on=None if first is None else on(clock, first),
            last_on=None if last is None else on(clock, last),
            is_paused=is_paused,
        )

    published = (
        promotion("идёт", -3, None),
        promotion("будет", 5, 9),
        promotion("прошла", -9, -5),
        promotion("стоит", None, 20, is_paused=True),
    )
    program = structs.replace(CASHBACK, promotions=published)
    await editor.begin_with(program)
    sent = {"mark": (await editor.draft()).mark, "against": "1", "when": "now"}
    assert (await editor.browser.post(f"{editor.home}/draft/publish", data=sent)).is_redirect
    await editor.begin_with(structs.replace(program, promotions=(*published[1:], promotion("новая", 1, 2))))


async def test_every_promotion_stands_with_its_days_and_its_state(editor: Editor, clock: SetClock) -> None:
    await planned(editor, clock)

    page = " ".join(re.sub(r"<[^>]*>", " ", plain((await editor.browser.get(PATH)).text)).split())

    for name, told in (
        ("Идёт", "идёт · с .* · в черновике удалена"),
        ("Будет", "ещё не началась · с .* по "),
        ("Новая", "только в черновике · с .* по "),
        ("Стоит", "приостановлена · по .*"),
        ("Прошла", "закончилась · с .* по "),
    ):
        assert re.search(rf"{name} {told}", page), (name, page)


async def test_a_month_without_promotions_says_so(editor: Editor, clock: SetClock) -> None:
    await planned(editor, clock)

    page = plain((await editor.browser.get(PATH, params={"from": "2020-01"})).text)

    assert "Стоит" in page
    assert "Прошла" not in page


@pytest.mark.parametrize(
    ("do", "leads", "changed"),
    [
        ("pause", "publish", {"is_paused": True}),
        ("end", "publish", {"last_on": 9}),
        ("copy", "promotion?id=", {}),
    ],
)
async def test_a_button_writes_the_draft_and_leads_to_its_publication(
    editor: Editor, clock: SetClock, do: str, leads: str, changed: dict[str, int]
) -> None:
    await planned(editor, clock)

    answer = await editor.browser.post(
        PATH, data={"program": editor.home.rsplit("/", 1)[1], "do": f"promotion.{do}:будет"}
    )

    assert answer.headers["location"].startswith(f"{editor.home}/draft/{leads}")
    promotions = (await editor.draft()).program.promotions
    if do == "copy":
        assert [each.name for each in promotions[:2]] == ["Будет", "Будет, копия"]
        assert promotions[1].is_paused
    else:
        expected = on(clock, 5) if do == "end" else True
        assert getattr(promotions[0], next(iter(changed))) == expected


@pytest.mark.parametrize("do", ["promotion.remove:будет", "rule.remove:base", ""])
async def test_it_has_no_other_buttons(editor: Editor, clock: SetClock, do: str) -> None:
    await planned(editor, clock)

    answer = await editor.browser.post(PATH, data={"program": editor.home.rsplit("/", 1)[1], "do": do})

    assert answer.status_code == httpx.codes.NOT_FOUND


async def test_the_file_has_what_is_published_and_has_days(editor: Editor, clock: SetClock) -> None:
    await planned(editor, clock)

    file = await editor.browser.get(f"{PATH}.ics")

    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    events = {str(each["summary"]): each for each in Calendar.from_ical(file.text).walk("VEVENT")}
    assert set(events) == {"Идёт: начало", "Будет", "Прошла"}
    assert (events["Будет"].decoded("dtstart"), events["Будет"].decoded("dtend")) == (
        on(clock, 5),
        on(clock, 10),
    )
    assert plain(str(events["Будет"]["description"])) == "Скидка 10 %, с 15 марта по 19 марта 2026."


def test_a_bar_stands_below_the_days_of_its_months() -> None:
    months = Months(date(2026, 2, 1))

    assert months.last_on == date(2026, 4, 30)
    assert months.bar(date(2026, 2, 15), date(2026, 2, 28)) == Bar(500, 500)
    assert months.bar(None, date(2026, 3, 31)) == Bar(0, 2000)
    assert months.bar(date(2026, 4, 16), None) == Bar(2500, 500)
    assert months.bar(date(2026, 5, 1), None) is None


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "1999-12", "9999-12", "now"])
def test_an_address_that_names_no_month_shows_this_one(text: str) -> None:
    assert months_of(text, date(2026, 11, 26)) == Months(date(2026, 11, 1))
