"""What the pages show, and that bad input meets a page of ours."""

import re
from datetime import timedelta

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PHONE, Shop, plain, report
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import PREPARED, Plushka
from plushka.delivery.web.pages import Pages


@pytest.mark.usefixtures("shop")
async def test_the_list_shows_receipts_the_latest_first(anna: httpx.AsyncClient) -> None:
    page = plain((await anna.get("/receipts")).text)

    assert page.index("A-3") < page.index("A-2") < page.index("A-1")
    assert "без карты" in page
    assert "1 000,00 ₽" in page
    assert "+100" in page


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("member=with", {"A-1", "A-2"}),
        ("member=without", {"A-3"}),
        ("number=A-2", {"A-2"}),
        ("number=A", set()),
        ("branch=nonsense&member=nonsense", {"A-1", "A-2", "A-3"}),
        ("branch=00000000-0000-0000-0000-000000000000", set()),
        ("number=%00", {"A-1", "A-2", "A-3"}),
    ],
)
@pytest.mark.usefixtures("shop")
async def test_the_list_is_filtered(anna: httpx.AsyncClient, query: str, numbers: set[str]) -> None:
    answer = await anna.get(f"/receipts?{query}")

    assert answer.status_code == httpx.codes.OK
    assert {number for number in ("A-1", "A-2", "A-3") if f">{number}<" in answer.text} == numbers


async def test_pages_of_receipts_meet_without_a_hole(
    app: Plushka, cast: Cast, anna: httpx.AsyncClient
) -> None:
    async with client_of(app, cast.anna.secret) as till:
        for number in range(60):
            await report(till, "/v1/purchases", coffee(f"B-{number:02}"))
    first = (await anna.get("/receipts")).text
    more_url = first.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")

    rest = (await anna.get(more_url, headers={"hx-request": "true"})).text

    assert "<html" not in rest
    shown = [number for number in range(60) if f">B-{number:02}<" in first]
    assert shown == list(range(10, 60))
    assert [number for number in range(60) if f">B-{number:02}<" in rest] == list(range(10))
    assert "hx-get" not in rest


async def test_new_receipts_come_after_the_one_that_is_known(
    app: Plushka, cast: Cast, anna: httpx.AsyncClient, shop: Shop
) -> None:
    async with client_of(app, cast.anna.secret) as till:
        await report(till, "/v1/purchases", coffee("A-4"))

    rows = (await anna.get(f"/receipts/new?&after={shop.anonymous_id}")).text

    assert ">A-4<" in rows
    assert "<html" not in rows


async def test_a_receipt_tells_why_it_earned_what_it_earned(anna: httpx.AsyncClient, shop: Shop) -> None:
    page = plain((await anna.get(f"/receipts/{shop.paid_with_points_id}")).text)

    for told in (
        "Чек A-2",
        "Капучино 0,3",
        "10 % от 900 ₽ — 90 бонусов.",
        "Оплачено бонусами: 100 бонусов = 100 ₽.",
        "Доступно на счёте",
        "Доля чека, которую можно оплатить бонусами",
        "доступны → потрачены",
        "выпущены → доступны",
        "Списано 100 бонусов",
        "Начислено 90 бонусов",
        MEMBER,
        "версия 1",
    ):
        assert told in page


async def test_a_receipt_shows_what_came_back(
    app: Plushka, cast: Cast, anna: httpx.AsyncClient, shop: Shop
) -> None:
    async with client_of(app, cast.anna.secret) as till:
        back = {
            "external_id": "R-1",
            "receipt": {"id": str(shop.paid_with_points_id)},
            "lines": [{"index": 0, "quantity_milli": 1000}],
        }
        await report(till, "/v1/returns", back)

    page = plain((await anna.get(f"/receipts/{shop.paid_with_points_id}")).text)

    assert "R-1" in page
    assert "вернулось 50 бонусов" in page
    assert "отозвано 45 бонусов" in page
    assert "Возвращено" in page


async def test_an_anonymous_receipt_says_so(anna: httpx.AsyncClient, shop: Shop) -> None:
    page = (await anna.get(f"/receipts/{shop.anonymous_id}")).text

    assert "Покупка без карты, поэтому бонусы никому не начислены." in page
    assert "На печатном чеке" not in page


@pytest.mark.parametrize("search", ["варвара", "Широк", PHONE, "4567", "916 123"])
@pytest.mark.usefixtures("shop")
async def test_a_member_is_found_by_any_part_of_what_is_known(anna: httpx.AsyncClient, search: str) -> None:
    answer = await anna.get("/members", params={"search": search}, headers={"hx-request": "true"})

    assert MEMBER in answer.text
    assert "<html" not in answer.text


@pytest.mark.usefixtures("shop")
async def test_nobody_is_found_by_nonsense(anna: httpx.AsyncClient) -> None:
    page = (await anna.get("/members", params={"search": "%' or 1=1 --\0"})).text

    assert "Никто не нашёлся" in page
    assert MEMBER not in page


async def test_a_member_shows_what_they_have_and_how_it_came(anna: httpx.AsyncClient, shop: Shop) -> None:
    page = plain((await anna.get(f"/members/{shop.member_id}")).text)
    points = plain((await anna.get(f"/members/{shop.member_id}/points")).text)

    assert "90 бонусов" in page
    assert "чек A-1" in points
    assert "чек A-2" in points
    assert f'href="/receipts/{shop.receipt_id}"' in page


async def test_the_programme_is_told_in_sentences_with_its_versions(anna: httpx.AsyncClient) -> None:
    programs = plain((await anna.get("/engagement/programs")).text)
    assert "10 % бонусами с каждого чека, оплатить можно до 50 % чека" in programs
    (href,) = re.findall(r'href="(/engagement/programs/[0-9a-f-]{36})"', programs)
    page = plain((await anna.get(href)).text)

    assert "10 % бонусами с каждого чека, оплатить можно до 50 % чека" in page
    assert "Версия 1" in page
    assert "действует" in page


@pytest.mark.usefixtures("shop")
async def test_the_summary_counts_today(anna: httpx.AsyncClient, clock: SetClock) -> None:
    page = plain((await anna.get("/")).text)

    assert "2 900,00 ₽" in page
    assert "66,7 % с картой" in page
    assert "+190" not in page
    assert ">190<" in page

    clock.advance(timedelta(days=1))
    assert "вчера 2 900,00 ₽" in plain((await anna.get("/")).text)


@pytest.mark.usefixtures("shop")
async def test_the_ledger_is_checked_on_demand(anna: httpx.AsyncClient) -> None:
    assert "Ещё не проверялся" in (await anna.get("/ledger")).text

    answer = await anna.post("/ledger/verifications", follow_redirects=True)

    assert "Всё сходится" in answer.text
    assert "проверено 10" in plain((await anna.get("/")).text)


@pytest.mark.usefixtures("shop", "database")
async def test_a_difference_is_shown_in_words(anna: httpx.AsyncClient, owner_dsn: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(owner_dsn)
    await connection.execute("update wallets set available = available + 1 where available > 0")
    await connection.close()

    page = (await anna.post("/ledger/verifications", follow_redirects=True)).text

    assert "Всё сходится" not in page
    assert "Счёт не равен сумме своих движений" in page


@pytest.mark.usefixtures("shop")
async def test_a_check_of_long_ago_is_called_stale(anna: httpx.AsyncClient, clock: SetClock) -> None:
    await anna.post("/ledger/verifications")
    clock.advance(timedelta(days=2))

    assert "Проверка пропустила ночь" in (await anna.get("/ledger")).text


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/receipts/17", "/receipts/%00", "/members/zzz/movements", "/static/nothing.css", "/.env"],
)
async def test_what_does_not_exist_meets_a_page_of_ours(anna: httpx.AsyncClient, path: str) -> None:
    answer = await anna.get(path)

    assert answer.status_code == httpx.codes.NOT_FOUND
    assert "Здесь ничего нет" in answer.text


@pytest.mark.parametrize("path", ["/", "/receipts", "/nowhere"])
async def test_who_watches_the_server_may_ask_for_the_head_of_a_page(
    anna: httpx.AsyncClient, path: str
) -> None:
    head, page = await anna.head(path), await anna.get(path)

    assert page.content
    assert head.content == b""
    assert (head.status_code, head.headers["content-type"]) == (
        page.status_code,
        page.headers["content-type"],
    )


async def test_english_is_one_button_away_and_stays(anna: httpx.AsyncClient) -> None:
    answer = await anna.post("/preferences", data={"language": "en", "back": "/engagement/programs"})
    assert answer.headers["location"] == "/engagement/programs"

    page = (await anna.get("/engagement/programs")).text
    assert '<html lang="en"' in page
    assert "10% in points on every receipt" in plain(page)


@pytest.mark.usefixtures("staff")
async def test_the_theme_is_kept_or_left_to_the_system(stranger: httpx.AsyncClient) -> None:
    assert "data-theme" not in (await stranger.get("/sign-in")).text
    await stranger.post("/preferences", data={"theme": "dark"})
    assert 'data-theme="plushka-dark"' in (await stranger.get("/sign-in")).text
    await stranger.post("/preferences", data={"theme": "system"})
    assert "data-theme" not in (await stranger.get("/sign-in")).text


async def test_pages_forbid_what_they_do_not_need(
    anna: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    for answer in (await anna.get("/"), await stranger.get("/sign-in"), await anna.get("/nothing")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text


@pytest.mark.usefixtures("staff")
async def test_static_files_come_compressed_and_for_ever(stranger: httpx.AsyncClient) -> None:
    page = (await stranger.get("/sign-in")).text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]

    sizes = {}
    for encoding in ("br", "gzip", "identity"):
        answer = await stranger.get(address, headers={"accept-encoding": encoding})
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers.get("content-encoding", "identity") == encoding
        sizes[encoding] = int(answer.headers["content-length"])

    assert sizes["br"] < sizes["gzip"] < sizes["identity"]


@pytest.mark.usefixtures("shop")
async def test_a_page_travels_compressed(anna: httpx.AsyncClient) -> None:
    plain_page = await anna.get("/receipts", headers={"accept-encoding": "identity"})
    page = await anna.get("/receipts", headers={"accept-encoding": "gzip"})

    assert page.headers["content-encoding"] == "gzip"
    assert page.text.count("A-1") == plain_page.text.count("A-1") > 0
    assert int(page.headers["content-length"]) * 3 < len(plain_page.content)


def test_templates_that_are_prepared_are_compiled_before_somebody_asks() -> None:
    pages = Pages("plushka.delivery.office")
    pages.prepare(*PREPARED)
    assert pages.environment.cache is not None
    compiled = {name for _, name in pages.environment.cache.keys()}  # noqa: SIM118  it is no mapping
    assert compiled == {f"own/{name}" for name in PREPARED}
