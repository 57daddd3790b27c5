"""The business's own page, and its word for points wherever points are spoken of."""

from datetime import timedelta

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PHONE, Shop, plain, report
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.purchases import reference
from plushka.domain.staff.keyring import TTL_SECONDS

FORM = {
    "do": "save",
    "name": "Кофейня Анны",
    "language": "ru",
    "time_zone": "Europe/Moscow",
    "spending": "free",
    "ru_one": "плюшка",
    "ru_two": "плюшки",
    "ru_five": "плюшек",
    "ru_one_object": "плюшку",
    "ru_plural": "плюшки",
    "ru_dative": "плюшкам",
    "ru_instrumental": "плюшками",
    "ru_prepositional": "плюшках",
    "en_one": "bun",
    "en_many": "buns",
}


async def test_the_word_is_declined_and_sounded_out_before_it_is_saved(anna: httpx.AsyncClient) -> None:
    typed = FORM | {name: "" for name in FORM if name.startswith("ru_") and name != "ru_one"}

    page = plain((await anna.post("/settings", data=typed | {"do": "decline", "en_one": "star"})).text)

    for word in ("плюшек", "плюшками", "плюшку", "stars"):
        assert f'value="{word}"' in page
    assert "Начислено: 5 плюшек." in page
    assert "Доступно: 21 плюшка, из них сгорят 2 плюшки." in page
    assert "Списать 1 плюшку." in page
    assert "бонус" in plain((await anna.get("/engagement/programs")).text)


async def test_who_must_say_that_points_may_be_spent_is_chosen_and_kept_in_the_trail(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, shop: Shop, clock: SetClock
) -> None:
    saved = await anna.post("/settings", data=FORM | {"spending": "code"}, follow_redirects=True)
    assert '<option value="code" selected' in saved.text
    trail = plain((await anna.get("/settings/audit")).text)
    assert "списание" in trail
    assert trail.index("по слову кассира") < trail.index("по коду клиента")

    clock.advance(timedelta(seconds=reference.TTL_SECONDS + 1))
    async with client_of(app, cast.anna.secret) as till:
        refused = await till.post(
            "/v1/purchases", json=coffee("7", member={"id": str(shop.member_id)}, redeem=10)
        )
    assert (refused.status_code, refused.json()["code"]) == (httpx.codes.FORBIDDEN, "permit_required")
    assert "попросите код или QR" in refused.json()["detail"]


async def test_pages_and_receipts_say_the_new_word(
    app: Plushka, cast: Cast, anna: httpx.AsyncClient, shop: Shop, clock: SetClock
) -> None:
    saved = await anna.post("/settings", data=FORM, follow_redirects=True)
    assert "Сохранено." in saved.text

    for path in (
        "/",
        "/engagement/programs",
        "/ledger",
        "/journal",
        f"/members/{shop.member_id}",
        f"/receipts/{shop.receipt_id}",
    ):
        page = plain((await anna.get(path)).text).lower()
        assert "бонус" not in page, path
        assert "плюш" in page.replace("плюшка</", ""), path
    anna.cookies.set("plushka_language", "en", domain="plushka.test")
    english = await anna.get(f"/receipts/{shop.receipt_id}")
    assert "bun" in plain(english.text)

    clock.at = clock.at.replace(second=clock.at.second + TTL_SECONDS + 1)
    async with client_of(app, cast.anna.secret) as till:
        purchase = coffee("W-1", member={"phone": PHONE})
        receipt = await report(till, "/v1/purchases?explanation=true&slip=true", purchase)
    assert "плюш" in str(receipt["slip"]).lower()
    assert "бонус" not in str(receipt).lower()


async def test_eves_business_keeps_its_own_word(anna: httpx.AsyncClient, eve: httpx.AsyncClient) -> None:
    await anna.post("/settings", data=FORM)
    assert "плюшк" not in plain((await eve.get("/engagement/programs")).text).lower().replace("плюшка", "")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("name", "х" * 201),
        ("language", "de"),
        ("time_zone", "Mars/Olympus"),
        ("ru_one", "<b>"),
        ("ru_five", ""),
        ("en_many", "p0ints"),
        ("ru_dative", "{points}"),
    ],
)
async def test_what_cannot_be_is_told_at_its_field_and_kept(
    anna: httpx.AsyncClient, field: str, typed: str
) -> None:
    answer = await anna.post("/settings", data=FORM | {field: typed})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert f'id="{field}-problem"' in answer.text
    assert "Сохранено" not in (await anna.get("/settings")).text
    assert "плюшек" not in (await anna.get("/settings")).text


async def test_a_word_that_is_no_noun_is_not_declined(anna: httpx.AsyncClient) -> None:
    answer = await anna.post("/settings", data=FORM | {"do": "decline", "ru_one": "быстро"})
    assert 'id="ru_one-problem"' in answer.text
