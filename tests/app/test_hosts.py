"""Coming in from a messenger: only by what it has signed for this business's bot, lately, and once."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from tests.app.conftest import NEW_PHONE, Person, token_of
from tests.app.messengers import (
    PERSON,
    TOKENS,
    VK_SECRET,
    bind,
    contact_data,
    give_bot,
    max_contact,
    telegram_data,
    vk_data,
)
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PHONE, Shop
from tests.pos.conftest import Cast

from plushka.delivery.app.hosts import vk, web_app_data
from plushka.delivery.app.hosts.launch import CLOCKS_DIFFER, LAUNCH_TTL, LaunchRefused, SharedPhone
from plushka.delivery.app.hosts.max_contact import TTL as MAX_CONTACT_TTL
from plushka.delivery.app.hosts.max_contact import read_contact as read_max_contact
from plushka.domain.members.channels import Address, Messenger, find_address
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

HEADERS = {"plushka-messenger": "telegram"}
PUBLISHED = (
    "query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%22%2C"
    "%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C"
    "%22is_premium%22%3Atrue%7D&auth_date=1662771648"
    "&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
)
"""Of the documents of Telegram's mini apps (docs.telegram-mini-apps.com, init data)."""
PUBLISHED_TOKEN = "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8"
PUBLISHED_AT = datetime.fromtimestamp(1662771648, UTC)
PUBLISHED_VK = (
    "vk_user_id=494075&vk_app_id=6736218&vk_is_app_user=1&vk_are_notifications_enabled=1&vk_language=ru"
    "&vk_access_token_settings=&vk_platform=android"
)
"""Of VKCOM/vk-apps-launch-params."""
PUBLISHED_VK_SIGN = "htQFduJpLxz7ribXRZpDFUH-XEUhC9rBPTJkjUFEkRA"


@pytest.fixture
def vault(settings: Settings) -> Vault:
    return Vault.of(settings)


def test_the_published_example_of_telegram_is_right() -> None:
    launch = web_app_data.read_launch(PUBLISHED, token=PUBLISHED_TOKEN, at=PUBLISHED_AT)

    assert (launch.external_id, launch.name, launch.language) == ("279058397", "Vladislav Kibenko", "ru")


def test_the_published_example_of_vk_is_right() -> None:
    pairs = dict(parse_qsl(PUBLISHED_VK, keep_blank_values=True))

    assert vk.sign_of(pairs, VK_SECRET) == PUBLISHED_VK_SIGN


@pytest.mark.parametrize(
    "late",
    [LAUNCH_TTL + timedelta(seconds=1), -CLOCKS_DIFFER - timedelta(seconds=1)],
    ids=["stale", "of the future"],
)
def test_what_was_signed_long_ago_or_will_be_is_refused(late: timedelta) -> None:
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)
    with pytest.raises(LaunchRefused):
        web_app_data.read_launch(telegram_data(at), token=TOKENS["anna"], at=at + late)
    with pytest.raises(LaunchRefused):
        vk.read_launch(vk_data(at), app_id="6736218", app_secret=VK_SECRET, at=at + late)


@pytest.mark.parametrize("name", ["auth_date", "user", "hash"])
def test_what_was_tampered_with_is_refused(name: str) -> None:
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)
    pairs = dict(parse_qsl(telegram_data(at)))
    pairs[name] = pairs[name].replace("2", "3").replace("a", "b")
    for signed in (urlencode(pairs), urlencode({**pairs, "extra": "1"}), "", "hash=", "%", "hash=é&user=1"):
        with pytest.raises(LaunchRefused):
            web_app_data.read_launch(signed, token=TOKENS["anna"], at=at)


@pytest.mark.parametrize("signed", ["", "sign=x", "vk_user_id=1&vk_ts=1&sign="])
def test_what_vk_has_not_signed_is_refused(signed: str) -> None:
    with pytest.raises(LaunchRefused):
        vk.read_launch(
            signed, app_id="6736218", app_secret=VK_SECRET, at=datetime(2026, 3, 10, 9, tzinfo=UTC)
        )


def test_a_phone_of_vk_is_theirs_if_the_apps_secret_has_signed_it_for_them() -> None:
    # printf 6736218wvl68m4dR1UpLrVRli494075phone_number79030000000 | openssl dgst -sha256 -binary | basenc --base64url
    sign = "k8TPfI3TnZF2rhH0xGVqVQp7Hj3GkvRGxsxVnnhq6_Y"
    keys = {"app_id": "6736218", "app_secret": VK_SECRET}
    told = urlencode({"phone_number": "79030000000", "sign": sign, "first_name": "Оля"})

    shared = vk.read_phone(told, external_id="494075", **keys)
    of_another = vk.read_phone(told, external_id="494076", **keys)
    another = vk.read_phone(told.replace("0000000", "0000001"), external_id="494075", **keys)
    unsigned = vk.read_phone("phone_number=79030000000", external_id="494075", **keys)

    assert shared == SharedPhone("+79030000000", "Оля", is_signed=True)
    assert not any(one.is_signed for one in (of_another, another, unsigned))


async def enter(person: Person, signed: str, messenger: str = "telegram") -> httpx.Response:
    return await person.browser.post(
        f"{person.home}/enter/{messenger}", data={"signed": signed}, headers=HEADERS
    )


@pytest.mark.parametrize("messenger", ["telegram", "max", "vk"])
async def test_who_has_talked_to_the_bot_is_let_in_at_once(
    *,
    person: Person,
    shop: Shop,
    database: Database,
    vault: Vault,
    cast: Cast,
    clock: SetClock,
    messenger: Messenger,
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now(), messenger=messenger)
    await bind(database, cast.anna.tenant_id, shop.member_id, clock.now(), messenger=messenger)

    signed = vk_data(clock.now()) if messenger == "vk" else telegram_data(clock.now())
    entered = (await enter(person, signed, messenger)).json()

    header = {"authorization": f"Bearer {entered['session']}", **HEADERS}
    card = await person.browser.get(person.home, headers=header)
    assert MEMBER in card.text
    assert "set-cookie" not in card.headers


async def test_signed_data_open_the_app_once(
    *, person: Person, shop: Shop, database: Database, vault: Vault, cast: Cast, clock: SetClock
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now())
    await bind(database, cast.anna.tenant_id, shop.member_id, clock.now())
    signed = telegram_data(clock.now())
    assert (await enter(person, signed)).status_code == httpx.codes.OK

    again = await enter(person, signed)
    in_another_order = await enter(person, "&".join(reversed(signed.split("&"))))

    assert [again.status_code, in_another_order.status_code] == [httpx.codes.FORBIDDEN] * 2
    assert "откройте его снова" in again.text


async def test_data_for_eves_bot_open_nothing_of_annas(
    *, person: Person, shop: Shop, database: Database, vault: Vault, cast: Cast, clock: SetClock
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now())
    await give_bot(database, vault, cast.eve.tenant_id, clock.now(), token=TOKENS["eve"])
    await bind(database, cast.anna.tenant_id, shop.member_id, clock.now())

    answer = await enter(person, telegram_data(clock.now(), token=TOKENS["eve"]))

    assert answer.status_code == httpx.codes.FORBIDDEN
    assert "session" not in answer.text


async def test_a_business_without_a_bot_lets_nobody_in_this_way(person: Person, clock: SetClock) -> None:
    for messenger in ("telegram", "none"):
        answer = await enter(person, telegram_data(clock.now()), messenger)
        assert answer.status_code == httpx.codes.NOT_FOUND


async def test_somebody_new_shares_their_phone_and_is_known_in_the_messenger_from_then_on(
    *, person: Person, shop: Shop, database: Database, vault: Vault, cast: Cast, clock: SetClock
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now())
    entered = (await enter(person, telegram_data(clock.now()))).json()
    assert entered["session"] == ""
    header = {**HEADERS, "plushka-launch": entered["launch"]}

    anothers = await person.browser.post(
        f"{person.home}/enter/telegram/phone",
        data={"signed": contact_data(clock.now(), PHONE, person=PERSON + 1)},
        headers=header,
    )
    own = await person.browser.post(
        f"{person.home}/enter/telegram/phone",
        data={"signed": contact_data(clock.now(), PHONE.lstrip("+"))},
        headers=header,
    )

    assert anothers.status_code == httpx.codes.FORBIDDEN
    session = {"authorization": f"Bearer {own.headers['plushka-session']}", **HEADERS}
    assert MEMBER in (await person.browser.get(own.headers["location"], headers=session)).text
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        bound = await find_address(tx, Address("telegram", str(PERSON)))
    assert bound is not None
    assert bound.member_id == shop.member_id


async def test_somebody_new_may_prove_their_phone_by_sms_too(
    *, person: Person, database: Database, vault: Vault, cast: Cast, clock: SetClock
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now())
    entered = (await enter(person, telegram_data(clock.now()))).json()
    person.browser.headers.update({**HEADERS, "plushka-launch": entered["launch"]})

    proved = await person.sign_in(NEW_PHONE)
    made = await person.post("/sign-in/card", token=token_of(proved), name="Оля", personal_data="on")

    assert made.headers["plushka-session"]
    assert "set-cookie" not in made.headers
    again = (await enter(person, telegram_data(clock.now() - timedelta(seconds=1)))).json()
    assert again["session"]


NOON = datetime(2026, 3, 10, 9, tzinfo=UTC)
SECONDS = str(int(NOON.timestamp()))


@pytest.mark.parametrize("told_at", [SECONDS, f"{SECONDS}250"], ids=["seconds", "milliseconds"])
@pytest.mark.parametrize("phone", [PHONE, PHONE.lstrip("+")])
def test_a_phone_shared_in_max_is_theirs_if_max_has_signed_it(told_at: str, phone: str) -> None:
    signed = urlencode(max_contact(told_at, phone))

    shared = read_max_contact(signed, token=TOKENS["anna"], external_id=str(PERSON), at=NOON)

    assert (shared.phone, shared.is_signed) == (PHONE, True)


@pytest.mark.parametrize(
    ("shared", "late"),
    [
        (max_contact(SECONDS, PHONE) | {"phone": "+79990000000"}, timedelta()),
        (max_contact(SECONDS, PHONE, person=PERSON + 1), timedelta()),
        (max_contact(SECONDS, PHONE, token=TOKENS["eve"]), timedelta()),
        (max_contact(SECONDS, PHONE) | {"authDate": f"{SECONDS}000"}, timedelta()),
        (max_contact("yesterday", PHONE), timedelta()),
        (max_contact("9" * 30, PHONE), timedelta()),
        (max_contact(SECONDS, ""), timedelta()),
        (max_contact(SECONDS, PHONE), MAX_CONTACT_TTL + timedelta(seconds=1)),
        ({}, timedelta()),
    ],
    ids=["changed", "anothers", "another bot's", "renewed", "no moment", "no such", "no phone", "stale", ""],
)
def test_a_phone_that_max_has_not_signed_is_refused(shared: dict[str, str], late: timedelta) -> None:
    with pytest.raises(LaunchRefused):
        read_max_contact(urlencode(shared), token=TOKENS["anna"], external_id=str(PERSON), at=NOON + late)
