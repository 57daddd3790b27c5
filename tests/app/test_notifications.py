"""Notifications in the member's browser: subscribed by a press, several devices, turned off, shown by the worker."""

import json
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect
from tests.app.conftest import Person
from tests.app.test_browser import Stage, stage
from tests.conftest import SetClock
from tests.pos.conftest import Cast
from tools.chromium import chromium

from plushka.domain.messages.gateways.model import Credentials, Gateway, Server
from plushka.domain.messages.gateways.operations import connect_gateway, disconnect_gateway, draft
from plushka.domain.messages.gateways.push_keys import new_keys
from plushka.domain.messages.push_devices import DEVICES_MAX
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

__all__ = ["stage"]

FAKE_SUBSCRIPTION = """
const made = {
  endpoint: "https://push.example/vera",
  options: {},
  toJSON: () => ({ endpoint: made.endpoint, keys: { p256dh: "BKey", auth: "Auth" } }),
  unsubscribe: async () => { window.unsubscribed = true; return true; },
};
PushManager.prototype.subscribe = async function () { window.asked = true; return made; };
"""
"""A browser of tests knows no push service."""
SHOWN = """async () => {
  const workers = await navigator.serviceWorker.getRegistrations();
  for (;;) {
    const lists = await Promise.all(workers.map((worker) => worker.getNotifications()));
    const shown = lists.flat();
    if (shown.length) return shown.map((one) => [one.title, one.body, one.data.url, one.image]);
    await new Promise((next) => setTimeout(next, 50));
  }
}"""

CLICKED = """async () => {
  const [shown] = await self.registration.getNotifications();
  if (!shown) return "";
  const opened = new Promise((tell) => { self.clients.openWindow = async (href) => tell(href); });
  self.addEventListener("error", (event) => event.preventDefault());
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification: shown }));
  return opened;
}"""
"""A press as far as nobody presses: no browser opens a window for an event that it did not make itself."""
LEFT = """async () => {
  const workers = await navigator.serviceWorker.getRegistrations();
  return (await Promise.all(workers.map((worker) => worker.getNotifications()))).flat().length;
}"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium itself: its engine alone knows nothing of push."""
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def gateway(database: Database, cast: Cast, clock: SetClock, settings: Settings) -> Gateway:
    keys = new_keys()
    gateway = draft(
        "webpush",
        sender="owner@anna.example",
        credentials=Credentials(secret=keys.private),
        server=Server(),
        per_second=50,
        at=clock.now(),
        public_key=keys.public,
    )
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await connect_gateway(tx, Vault.of(settings), gateway)
    return gateway


def subscription(gateway: Gateway, name: str) -> dict[str, str]:
    return {"key": gateway.public_key, "endpoint": f"https://push.example/{name}", "p256dh": "k", "auth": "a"}


async def test_devices_are_added_seen_and_turned_off_one_by_one(varvara: Person, gateway: Gateway) -> None:
    for name in ("phone", "laptop", "phone"):
        assert (await varvara.post("/notifications", **subscription(gateway, name))).status_code == 200
    page = await varvara.get("/profile")
    assert page.text.count('name="device"') == 2
    await varvara.post("/notifications/off", endpoint="https://push.example/phone")
    assert (await varvara.get("/profile")).text.count('name="device"') == 1
    assert "push.example" not in page.text
    assert "laptop" not in page.text
    assert (await varvara.get("/profile/data.json")).json()["devices"][0]["device"]


async def test_another_key_or_no_subscription_is_refused(
    *, varvara: Person, gateway: Gateway, database: Database, cast: Cast, clock: SetClock
) -> None:
    assert (
        await varvara.post("/notifications", **subscription(gateway, "a") | {"key": "old"})
    ).status_code == 409
    odd = subscription(gateway, "a") | {"endpoint": "javascript:alert(1)"}
    assert (await varvara.post("/notifications", **odd)).status_code == 409
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await disconnect_gateway(tx, gateway)
    assert (await varvara.post("/notifications", **subscription(gateway, "a"))).status_code == 409
    assert "Уведомления" not in (await varvara.get("/profile")).text


async def test_the_oldest_of_too_many_devices_gives_way(varvara: Person, gateway: Gateway) -> None:
    for number in range(DEVICES_MAX + 2):
        await varvara.post("/notifications", **subscription(gateway, f"device-{number}"))
    assert (await varvara.get("/profile")).text.count('name="device"') == DEVICES_MAX


async def test_a_stranger_subscribes_nothing(person: Person, gateway: Gateway) -> None:
    assert (await person.post("/notifications", **subscription(gateway, "a"))).status_code == 401


async def test_a_press_turns_notifications_on_and_the_worker_shows_them(
    stage: Stage, gateway: Gateway
) -> None:
    assert gateway.public_key
    context = await stage.context()
    await context.grant_permissions(["notifications"], origin=stage.address)
    await context.add_init_script(FAKE_SUBSCRIPTION)
    page = await stage.sign_in(context)
    await expect(page.locator(".tabs")).to_be_visible()
    await page.goto(f"{stage.home}/profile")
    assert not await page.evaluate("window.asked")
    await page.get_by_role("button", name="Включить здесь").click()
    await expect(page.get_by_text("Уведомления здесь включены.")).to_be_visible()
    await expect(page.locator('[name="device"]')).to_have_count(1)

    client = await context.new_cdp_session(page)
    told: list[dict[str, str]] = []
    client.on("ServiceWorker.workerRegistrationUpdated", lambda event: told.extend(event["registrations"]))
    await client.send("ServiceWorker.enable")
    await page.wait_for_function("navigator.serviceWorker.controller")
    (own,) = [one for one in told if one["scopeURL"].endswith(stage.home)]
    image = f"{stage.home}/templates/00000000-0000-0000-0000-000000000007/picture/0123456789abcdef"
    data = {"title": "Плюшки", "body": "Вам 100", "url": f"{stage.home}/history", "tag": "1", "image": image}
    await client.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": stage.address, "registrationId": own["registrationId"], "data": json.dumps(data)},
    )
    assert await page.evaluate(SHOWN) == [
        ["Плюшки", "Вам 100", f"{stage.home}/history", f"{stage.address}{image}"]
    ]
    opened = [await worker.evaluate(CLICKED) for worker in context.service_workers]
    assert [href for href in opened if href] == [f"{stage.address}{stage.home}/history"]
    assert await page.evaluate(LEFT) == 0
