"""Who has the link unsubscribes: by a page, or by one click of their program for mail."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from tests.channels.conftest import Scene
from tests.conftest import SetClock
from tests.pos.conftest import served

from plushka.domain.bots.leaving import delete_member
from plushka.domain.members.consents import list_consents, note_consent
from plushka.domain.messages.unsubscribing import From, link_tokens, path_of
from plushka.domain.purchases.merging import merge_members

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def browser(scene: Scene, clock: SetClock) -> AsyncIterator[httpx.AsyncClient]:
    with served(scene.settings, clock) as address:
        async with httpx.AsyncClient(base_url=address, headers={"accept-language": "ru"}) as client:
            yield client


async def path_for(scene: Scene, member_id: UUID, kind: From = "email") -> str:
    async with scene.shop.tx() as tx:
        return path_of(kind, (await link_tokens(tx, [member_id]))[member_id])


async def said_of(scene: Scene, member_id: UUID) -> dict[str, bool]:
    async with scene.shop.tx() as tx:
        consents = await list_consents(tx, member_id)
    return {one.kind: one.is_given for one in reversed(consents)}


async def test_a_program_for_mail_unsubscribes_with_one_click(
    scene: Scene, browser: httpx.AsyncClient
) -> None:
    member_id = await scene.enrol()
    path = await path_for(scene, member_id)
    # As another site's page would, with its origin and without cookies.
    for _ in range(2):
        answer = await browser.post(
            path, data=ONE_CLICK, headers={"origin": "https://mail.example", "sec-fetch-site": "cross-site"}
        )
        assert answer.status_code == 200
    assert await said_of(scene, member_id) == {"marketing": True, "email": False}
    async with scene.shop.tx() as tx:
        (taken_back, _) = await list_consents(tx, member_id)
        trail = await tx.fetchval("select count(*) from audit_entries where action = 'consent.withdraw'")
    assert (taken_back.source, taken_back.actor) == ("link", f"member:{member_id}")
    assert trail == 1


async def test_looking_changes_nothing_and_the_page_asks(scene: Scene, browser: httpx.AsyncClient) -> None:
    member_id = await scene.enrol()
    path = await path_for(scene, member_id, "sms")
    page = await browser.get(path)
    assert "Не получать по SMS" in page.text
    assert "Кофейня Анны" in page.text
    english = await browser.get(path, headers={"accept-language": "en"})
    assert "None by SMS" in english.text
    assert await said_of(scene, member_id) == {"marketing": True}
    done = await browser.post(path, data={"what": "all"})
    assert "Вы отписаны" in done.text
    assert await said_of(scene, member_id) == {"marketing": False}


async def test_programs_that_check_links_unsubscribe_nobody(scene: Scene, browser: httpx.AsyncClient) -> None:
    member_id = await scene.enrol()
    path = await path_for(scene, member_id)
    for query in ("", "?List-Unsubscribe=One-Click", "?what=all"):
        assert (await browser.get(f"{path}{query}")).status_code == 200
        assert (await browser.head(f"{path}{query}")).status_code == 200
    for method in ("OPTIONS", "PUT", "DELETE"):
        assert (await browser.request(method, path)).status_code in {204, 405}
    assert await said_of(scene, member_id) == {"marketing": True}


async def test_one_click_may_come_as_a_form_of_several_parts(
    scene: Scene, browser: httpx.AsyncClient
) -> None:
    member_id = await scene.enrol()
    path = await path_for(scene, member_id)
    parts = {name: (None, value) for name, value in ONE_CLICK.items()}
    answer = await browser.post(path, files=parts)
    assert (answer.status_code, answer.history) == (200, [])
    assert (await said_of(scene, member_id))["email"] is False


async def test_a_letter_on_its_way_is_stopped_by_unsubscribing(
    scene: Scene, browser: httpx.AsyncClient
) -> None:
    await scene.connect("smtp")
    member_id = await scene.enrol()
    await scene.post(member_id, "email")
    await browser.post(await path_for(scene, member_id), data=ONE_CLICK)
    async with scene.working():
        (row,) = await scene.until_state("skipped")
    assert row["failure"] == "no_channel_consent"
    assert not scene.mail.letters


async def test_who_agrees_anew_is_written_to_again(scene: Scene, browser: httpx.AsyncClient) -> None:
    await scene.connect("smtp")
    member_id = await scene.enrol()
    await browser.post(await path_for(scene, member_id), data=ONE_CLICK)
    async with scene.shop.tx() as tx:
        await note_consent(tx, member_id, "email", is_given=True, source="app")
    async with scene.working():
        await scene.post(member_id, "email")
        await scene.until_state("sent")


async def test_the_link_of_a_card_that_was_joined_with_another_stops_both(
    scene: Scene, browser: httpx.AsyncClient
) -> None:
    source = await scene.enrol("+79990000102", "gleb@example.com")
    target = await scene.enrol()
    path = await path_for(scene, source)
    async with scene.shop.tx() as tx:
        await merge_members(tx, kept_id=target, merged_id=source, reason="two cards")
    await browser.post(path, data=ONE_CLICK)
    assert (await said_of(scene, target))["email"] is False


async def test_a_link_of_nobody_or_of_who_has_left_leads_nowhere(
    scene: Scene, browser: httpx.AsyncClient
) -> None:
    for token in ("e", "eAAAAAAAAAAAAAAAA", "x123", "e" + "A" * 300, "%00", "e%27"):
        assert (await browser.get(f"/u/{token}")).status_code == 404
        assert (await browser.post(f"/u/{token}", data=ONE_CLICK)).status_code == 404
    member_id = await scene.enrol()
    path = await path_for(scene, member_id)
    async with scene.shop.tx() as tx:
        await delete_member(tx, member_id)
    assert (await browser.post(path, data=ONE_CLICK)).status_code == 404
