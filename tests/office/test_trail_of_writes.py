"""Every way in which the office writes leaves a row in the trail: a walk through all routes that take a form."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pyotp
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PASSWORD, PHONE, Shop, browser_at
from tests.office.engagement.forms import fields_of
from tests.office.test_people import ids, link_on
from tests.office.test_permissions import routes
from tests.pos.conftest import Cast, new_certificate

from plushka.app import Plushka
from plushka.domain.audit.queries import list_entries
from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.queries import find_by_number
from plushka.domain.messages.model import CHANNELS
from plushka.platform.database import Database

__all__ = ["ids"]

NEW_PASSWORD = "ведро чернил на балконе"

WRITES_NOTHING = {
    # What only looks, or moves the person about; there is nothing that anybody else could notice.
    "POST /businesses/{tenant_id:uuid}/enter",
    "POST /preferences",
    "POST /settings/branding/card",
    "POST /campaigns/count",
    "POST /campaigns/templates/preview",
    # A question to a browser, or a secret that is not in force yet.
    "POST /account/chats",
    "POST /account/passkeys/challenge",
    "POST /account/second-factor/begin",
    "POST /sign-in/passkey/challenge",
    # How a bot or a gateway was found is kept for itself, on its page.
    "POST /settings/channels/{kind:str}/check",
    "POST /settings/messengers/{messenger:str}/check",
    # How a person likes a list or a page to look.
    "POST /checklist/hide",
    "POST /checklist/show",
    "POST /members/columns",
    "POST /members/views",
    "POST /members/views/{view_id:uuid}/delete",
    "POST /members/views/{view_id:uuid}/first",
    # The check is kept for itself, with its moment and its result, on the page of the ledger.
    "POST /ledger/verifications",
    # The run is kept for itself, with its moment, on the page of the groups.
    "POST /campaigns/groups/refresh",
    # The figures of the rules are kept with their moment, and counted every few hours anyway.
    "POST /reports/advice/refresh",
    # Members who come and go are counted every ten minutes anyway; a segment says itself of when it is.
    "POST /campaigns/segments/{segment_id:uuid}/refresh",
    # Of no business: the operator's link, or the person's own, made a new password; the link itself is in the trail.
    "POST /password-resets/{token:str}",
}
ELSEWHERE = {
    "POST /reports/constructor/saved": "tests/office/reports/test_constructor.py",
    "POST /reports/constructor/saved/{report_id:uuid}": "tests/office/reports/test_constructor.py",
    "POST /reports/constructor/saved/{report_id:uuid}/copy": "tests/office/reports/test_constructor.py",
    "POST /reports/constructor/saved/{report_id:uuid}/delete": "tests/office/reports/test_constructor.py",
    "POST /reports/constructor/saved/{report_id:uuid}/restore": "tests/office/reports/test_constructor.py",
    "POST /reports/constructor/saved/{report_id:uuid}/schedule": "tests/office/reports/test_constructor.py",
    "POST /reports/constructor/saved/{report_id:uuid}/schedule/stop": "tests/office/reports/test_constructor.py",
    "POST /reports/constructor/ask": "tests/office/reports/test_constructor.py",
    "POST /reports/constructor/stop": "tests/office/reports/test_constructor.py",
    "POST /reports/constructor/file": "tests/office/reports/test_constructor.py",
    "POST /campaigns/groups/bounds": "tests/office/test_groups.py",
    "POST /campaigns/groups/{group:str}/segment": "tests/office/test_groups.py",
    "POST /reports/advice/{rule:str}/begin": "tests/office/reports/test_advice.py",
    "POST /reports/advice/{rule:str}/put-away": "tests/office/reports/test_advice.py",
    "POST /reports/advice/{rule:str}/take-back": "tests/office/reports/test_advice.py",
    "POST /reports/payback/costs": "tests/office/reports/test_payback.py",
    "POST /reports/payback/costs/{cost_id:uuid}": "tests/office/reports/test_payback.py",
    "POST /reports/payback/costs/{cost_id:uuid}/delete": "tests/office/reports/test_payback.py",
    "POST /reports/payback/costs/{cost_id:uuid}/restore": "tests/office/reports/test_payback.py",
    "POST /reports/points/accounts": "tests/office/reports/test_points.py",
    "POST /reports/points/export": "tests/office/reports/test_points.py",
    "POST /reports/future/terms": "tests/office/reports/test_future.py",
    "POST /reports/future/write": "tests/office/reports/test_future.py",
    "POST /reports/rfm/write": "tests/office/reports/test_rfm.py",
    "POST /campaigns/suggestions": "tests/office/test_auto_tags.py",
    "POST /campaigns/tags": "tests/office/test_auto_tags.py",
    "POST /campaigns/tags/{tag_id:uuid}": "tests/office/test_auto_tags.py",
    "POST /campaigns/tags/{tag_id:uuid}/end": "tests/office/test_auto_tags.py",
    "POST /campaigns/templates/{template_id:uuid}/picture/removal": "tests/office/test_letters.py",
    "POST /campaigns/templates/{template_id:uuid}/test": "tests/office/test_letters.py",
    # Walked where the steps before them are: a browser, files, tasks, a business that does not exist yet.
    "POST /account/chats/{messenger:str}/remove": "tests/office/reports/test_reports_in_messengers.py",
    "POST /account/passkeys": "tests/office/test_browser_people.py",
    "POST /account/passkeys/{passkey_id:uuid}/remove": "tests/office/test_browser_people.py",
    "POST /campaigns/{campaign_id:uuid}/pause": "tests/office/campaigns/test_broadcasts.py",
    "POST /campaigns/{campaign_id:uuid}/resume": "tests/office/campaigns/test_broadcasts.py",
    "POST /members/{member_id:uuid}/journeys/{run_id:uuid}/leave": "tests/office/test_journeys.py",
    "POST /campaigns/journeys/{journey_id:uuid}/whom": "tests/office/test_journeys.py",
    "POST /campaigns/journeys/{journey_id:uuid}/goal": "tests/office/test_journeys.py",
    "POST /members/approvals/{pending_id:uuid}/approve": "tests/office/test_member_card.py",
    "POST /members/approvals/{pending_id:uuid}/decline": "tests/domain/programs/test_approving.py",
    "POST /members/{member_id:uuid}/confirm": "tests/office/test_member_card.py",
    "POST /members/{member_id:uuid}/gifts/{reward_id:uuid}": "tests/office/engagement/test_rewards.py",
    "POST /members/{member_id:uuid}/extension": "tests/office/test_member_card.py",
    "POST /members/{member_id:uuid}/tier": "tests/office/test_member_card.py",
    "POST /members/{member_id:uuid}/tier/free": "tests/office/test_member_card.py",
    "POST /businesses/new/{step:str}": "tests/office/test_welcome.py",
    "POST /members/bulk/tasks/{task_id:uuid}/undo": "tests/office/test_member_bulk.py",
    "POST /engagement/coupons/{coupon_id:uuid}/import": "tests/office/engagement/test_coupons.py",
    "POST /engagement/partners/accept": "tests/office/engagement/test_partners.py",
    "POST /engagement/partners/join/{token:str}": "tests/office/engagement/test_partners.py",
    "POST /engagement/partners/offers/{offer_id:uuid}/hidden/{hidden:str}": "tests/office/engagement/test_partners.py",
    "POST /engagement/partners/offers/{offer_id:uuid}/print": "tests/office/engagement/test_partners.py",
    "POST /engagement/partners/offers/{offer_id:uuid}/sums/{shown:str}": "tests/office/engagement/test_partners.py",
    "POST /engagement/partners/{partnership_id:uuid}/end": "tests/office/engagement/test_partners.py",
    "POST /engagement/partners/{partnership_id:uuid}/offers": "tests/office/engagement/test_partners.py",
    "POST /campaigns/segments/{segment_id:uuid}/import": "tests/office/campaigns/test_segments.py",
    "POST /members/import": "tests/office/test_member_import.py",
    "POST /members/import/trials/{task_id:uuid}": "tests/office/test_member_import.py",
    "POST /members/import/{task_id:uuid}": "tests/office/test_member_import.py",
    "POST /sign-in": "tests/office/test_audit.py",
    "POST /sign-in/code": "tests/office/test_audit.py",
    "POST /sign-in/passkey": "tests/office/test_browser_people.py",
    "POST /sign-out": "tests/office/test_audit.py",
    "POST /settings/branding": "tests/office/test_branding.py",
    "POST /settings/branding/logo/removal": "tests/office/test_branding.py",
    "POST /settings/channels/{provider:str}/connect": "tests/office/test_channels.py",
    "POST /settings/channels/{kind:str}/try": "tests/office/test_channels.py",
    "POST /settings/channels/email/returns/connect": "tests/office/test_channels.py",
    "POST /settings/channels/email/returns/disconnect": "tests/office/test_channels.py",
    "POST /settings/channels/{kind:str}/disconnect": "tests/office/test_channels.py",
    "POST /settings/messengers/confirming": "tests/office/test_messengers.py",
    "POST /settings/messengers/{messenger:str}/connect": "tests/office/test_messengers.py",
    "POST /settings/messengers/{messenger:str}/disconnect": "tests/office/test_messengers.py",
    "POST /members/{member_id:uuid}/allow-spending": "tests/domain/purchases/test_held_back.py",
    "POST /settings/sandbox": "tests/office/test_sandbox.py",
    "POST /settings/sandbox/closing": "tests/office/test_sandbox.py",
    "POST /welcome/{step:str}": "tests/office/test_first_run.py",
}


class Walk:
    """Posts forms and looks whether the trail has a new row for each."""

    def __init__(
        self, browser: httpx.AsyncClient, entries: Callable[[], Awaitable[list[tuple[UUID, str]]]]
    ) -> None:
        self.walked: set[str] = set()
        self._browser = browser
        self._entries = entries

    async def post(
        self,
        route: str,
        action: str,
        data: dict[str, Any] | None = None,
        *,
        browser: httpx.AsyncClient | None = None,
        query: str = "",
        **ids: object,
    ) -> httpx.Response:
        path = re.sub(r"\{(\w+):\w+\}", lambda match: str(ids[match[1]]), route)
        known = {entry_id for entry_id, _ in await self._entries()}
        answer = await (browser or self._browser).post(path + query, data=data or {})
        assert not answer.is_error, (route, answer.status_code, answer.text[-3000:])
        new = [code for entry_id, code in await self._entries() if entry_id not in known]
        assert action in new, (route, new)
        self.walked.add(f"POST {route}")
        return answer


@pytest.fixture
def walk(anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock) -> Walk:
    async def entries() -> list[tuple[UUID, str]]:
        async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
            return [(entry.id, entry.action) for entry in await list_entries(tx, limit=1000)]

    return Walk(anna, entries)


@pytest.fixture
async def certificate(cast: Cast, database: Database, clock: SetClock) -> Certificate:
    number = await new_certificate(database, clock, cast.anna)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        made = await find_by_number(tx, number)
    assert made is not None
    return made


@pytest.fixture
async def walked(
    walk: Walk, ids: dict[str, UUID], app: Plushka, shop: Shop, certificate: Certificate
) -> Walk:
    """The walk through all but the account, which comes last because it ends sessions."""
    await _walk_settings(walk)
    await _walk_people(walk, app, ids)
    await _walk_members(walk, shop)
    await _walk_programs(walk, shop)
    await _walk_certificates(walk, certificate)
    return walk


def test_the_walks_elsewhere_are_there() -> None:
    assert all(Path(file).exists() for file in ELSEWHERE.values())
    assert set(ELSEWHERE) | WRITES_NOTHING <= set(routes())


async def test_every_write_leaves_a_row(walked: Walk, app: Plushka, clock: SetClock) -> None:
    walk = walked
    await _walk_account(walk, app, clock)

    # A route that is in none of the three lists is a write without a promise.
    todo = {route for route in routes() if route.startswith("POST ")} - WRITES_NOTHING - set(ELSEWHERE)
    assert walk.walked == todo


async def _walk_settings(walk: Walk) -> None:
    branch = {"name": "Таганка", "code": "taganka", "time_zone": "Europe/Moscow", "day_starts": "04:00"}
    await walk.post("/settings/branches/new", "branch.open", branch)
    page = (await walk._browser.get("/settings/branches")).text
    branch_id = re.findall(r"/settings/branches/([0-9a-f-]{36})", page)[-1]
    path = "/settings/branches/{branch_id:uuid}"
    await walk.post(path, "branch.change", {**branch, "name": "Таганская"}, branch_id=branch_id)
    await walk.post(f"{path}/close", "branch.close", branch_id=branch_id)
    await walk.post(f"{path}/reopen", "branch.reopen", branch_id=branch_id)

    product = {"name": "Торт", "sku": "cake", "price": "500"}
    await walk.post("/settings/products/product", "product.add", product)
    await walk.post("/settings/products/product", "product.change", product, query="?sku=cake")
    await walk.post("/settings/products/archive", "product.archive", query="?sku=cake")
    await walk.post("/settings/products/restore", "product.restore", query="?sku=cake")
    await walk.post("/settings/products/exports", "task.leave")

    made = await walk.post("/settings/tills/new", "till.set_up", {"name": "Касса", "branch": str(branch_id)})
    till_id = made.headers["location"].rpartition("/")[2]
    path = "/settings/tills/{till_id:uuid}"
    await walk.post(path, "till.change", {"name": "Касса 9", "branch": str(branch_id)}, till_id=till_id)
    await walk.post(f"{path}/keys", "key.issue", {"scopes": "quotes"}, till_id=till_id)
    page = (await walk._browser.get(f"/settings/tills/{till_id}")).text
    found = re.search(r"/settings/keys/([0-9a-f-]{36})/revoke", page)
    assert found is not None
    await walk.post("/settings/keys/{key_id:uuid}/revoke", "key.revoke", key_id=found[1])
    await walk.post(f"{path}/retire", "till.retire", till_id=till_id)

    form = (await walk._browser.get("/settings")).text
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form))
    fields |= dict(
        re.findall(r'<select[^>]* name="([^"]+)".*?<option value="([^"]*)" selected', form, re.DOTALL)
    )
    await walk.post("/settings", "business.change", {**fields, "name": "Кофейня на Арбате"})
    await walk.post("/settings/audit/exports", "task.leave")


async def _walk_people(walk: Walk, app: Plushka, ids: dict[str, UUID]) -> None:
    person = {"role": "cashier", "places": "everywhere"}
    invited = await walk.post("/settings/staff/invite", "invitation.create", {"name": "Кира", **person})
    async with browser_at(app) as browser:
        data = {"name": "Кира", "email": "kira@new.example", "password": NEW_PASSWORD}
        token = link_on(invited).rpartition("/")[2]
        await walk.post("/invitations/{token:str}", "invitation.accept", data, browser=browser, token=token)
    await walk.post("/settings/staff/invite", "invitation.create", {"name": "Никто", **person})
    page = (await walk._browser.get("/settings/staff")).text
    found = re.search(r"invitations/([0-9a-f-]{36})/revoke", page)
    assert found is not None
    path = "/settings/staff/invitations/{invitation_id:uuid}/revoke"
    await walk.post(path, "invitation.revoke", invitation_id=found[1])

    path, staff_id = "/settings/staff/{staff_id:uuid}", ids["cashier"]
    await walk.post(path, "staff.change", {**person, "role": "manager"}, staff_id=staff_id)
    await walk.post(f"{path}/reset-link", "password.reset_link", staff_id=staff_id)
    await walk.post(f"{path}/pin", "staff.set_pin", {"pin": "2907"}, staff_id=staff_id)
    await walk.post(f"{path}/pin/removal", "staff.remove_pin", staff_id=staff_id)
    await walk.post(f"{path}/dismiss", "staff.dismiss", staff_id=staff_id)
    await walk.post(f"{path}/rehire", "staff.rehire", staff_id=staff_id)

    role = {"name": "Ревизор", "actions": "receipts.read"}
    await walk.post("/settings/roles/new", "role.create", role)
    found = re.search(r"/settings/roles/([0-9a-f-]{36})", (await walk._browser.get("/settings/roles")).text)
    assert found is not None
    path = "/settings/roles/{role_id:uuid}"
    await walk.post(path, "role.change", {**role, "name": "Контролёр"}, role_id=found[1])
    await walk.post(f"{path}/delete", "role.delete", role_id=found[1])


async def _walk_members(walk: Walk, shop: Shop) -> None:
    await _walk_card(walk, shop.member_id)
    await _walk_coupons(walk)
    await _walk_campaigns(walk)
    await _walk_journeys(walk)
    await _walk_rewards(walk)
    await _walk_letters(walk)
    await _walk_links(walk)
    await _walk_events(walk, shop.member_id)
    await _walk_segments(walk, shop.member_id)
    await walk.post("/engagement/referrals/export", "task.leave")
    await walk.post("/inbox/{member_id:uuid}", "chat.answer", {"body": "Да"}, member_id=shop.member_id)
    await walk.post("/settings/limits", "limit.set", {"limit-manager": "7"})
    wording = {"after": "1", "marketing_ru": "Согласен.", "marketing_en": "I agree."}
    await walk.post("/settings/consents/{kind:str}", "consent_text.write", wording, kind="marketing")
    await walk.post("/settings/sign-in", "second_factor.demand", {"roles": "accountant"})
    left = await walk.post("/receipts/exports", "task.leave")
    await walk.post("/journal/exports", "task.leave")
    columns = {"format": "csv", "column": "name"}
    await walk.post("/members/exports", "members.export", columns, query="?all=1")
    tags = {"do": "add", "tag": "постоянный"}
    await walk.post("/members/bulk/tags", "task.leave", tags, query="?all=1")
    points = {"direction": "give", "points": "5", "reason": "праздник", "confirmed": "2"}
    given = await walk.post("/members/bulk/points", "task.leave", points, query="?all=1")
    given_id = re.search(r"/tasks/([0-9a-f-]{36})", given.headers["location"])
    assert given_id is not None
    path = "/members/bulk/tasks/{task_id:uuid}/take-back"
    await walk.post(path, "task.leave", task_id=given_id[1])
    task_id = left.headers["location"].rpartition("/")[2]
    await walk.post("/tasks/{task_id:uuid}/cancel", "task.cancel", task_id=task_id)


async def _walk_card(walk: Walk, member_id: UUID) -> None:
    card = "/members/{member_id:uuid}"

    async def do(path: str, action: str, data: dict[str, Any] | None = None, **ids: str) -> None:
        await walk.post(f"{card}/{path}", action, data, browser=None, query="", member_id=member_id, **ids)

    async def found(pattern: str, page: str = "") -> str:
        match = re.search(pattern, (await walk._browser.get(f"/members/{member_id}{page}")).text)
        assert match is not None, pattern
        return match[1]

    reason = {"reason": "за терпение"}
    await do("adjustment", "points.adjustment", {"direction": "give", "amount": "5", **reason})
    await do("tags", "member.tag", {"tag": "гость"})
    await do("notes", "note.write", {"body": "Любит корицу"})
    note_id = await found(r"/notes/([0-9a-f-]{36})/strike")
    await do("notes/{note_id:uuid}/strike", "note.strike", note_id=note_id)
    await do("notes/{note_id:uuid}/restore", "note.restore", note_id=note_id)
    await do("person", "member.edit", {"name": "Варя"})
    await do("identities", "identity.add", {"kind": "card", "value": "1000"})
    corrected = {"kind": "card", "before": "1000", "corrected": "1001", "do": "correct"}
    await do("identities/correct", "identity.correct", corrected)
    day = {"whose": "дочь", "date_kind": "birthday", "day": "1", "month": "2"}
    await do("dates", "member.add_date", day)
    date_id = await found(r"/dates/([0-9a-f-]{36})/remove", "/person")
    await do("dates/{date_id:uuid}/remove", "member.remove_date", date_id=date_id)
    await do("consents", "consent.give", {"consent": "marketing", "do": "give"})
    await do("channel", "member.prefer", {"channel": "inbox"})
    await do("block", "member.block", reason)
    await do("unblock", "member.unblock")
    await _walk_merge(walk, member_id)


async def _walk_merge(walk: Walk, member_id: UUID) -> None:
    made = await walk.post("/members/new", "member.enroll", {"phone": "8 903 111-22-33"})
    other_id = made.headers["location"].rpartition("/")[2]
    joined = {"other_id": other_id, "do": "merge", "reason": "один человек"}
    await walk.post("/members/{member_id:uuid}/merge", "member.merge", joined, member_id=member_id)
    match = re.search(
        r"/merges/([0-9a-f-]{36})/undo", (await walk._browser.get(f"/members/{member_id}/deeds")).text
    )
    assert match is not None
    path = "/members/{member_id:uuid}/merges/{merge_id:uuid}/undo"
    await walk.post(path, "member.merge_undone", member_id=member_id, merge_id=match[1])


async def _walk_links(walk: Walk) -> None:
    made = await walk.post("/engagement/links", "link.create", {"name": "Табличка"})
    link_id = made.headers["location"].rpartition("/")[2]
    path = "/engagement/links/{link_id:uuid}"
    await walk.post(f"{path}/close", "link.close", link_id=link_id)
    await walk.post(f"{path}/open", "link.open", link_id=link_id)


async def _walk_events(walk: Walk, member_id: UUID) -> None:
    kind = {"title": "Забронирован столик", "name": "table_booked"}
    await walk.post("/settings/events/new", "event_kind.declare", kind)
    await walk.post("/settings/events/kinds/{name:str}", "event_kind.change", kind, name=kind["name"])
    review = {"kind": "review", "data.rating": "5"}
    here = "/members/{member_id:uuid}/events"
    await walk.post(here, "event.note", review, member_id=member_id)
    page = (await walk._browser.get(f"/members/{member_id}/events")).text
    found = re.search(r"/members/events/([0-9a-f-]{36})/cancel", page)
    assert found is not None
    reason = {"reason": "чужой отзыв"}
    await walk.post("/members/events/{event_id:uuid}/cancel", "event.cancel", reason, event_id=found[1])
    await walk.post("/members/events/export", "task.leave")


async def _walk_segments(walk: Walk, member_id: UUID) -> None:
    buyers = {"do": "save", "name": "Покупатели", "n.is": "all", "n.of": "n-0", "n-0.is": "purchases"}
    made = await walk.post("/campaigns/segments/new", "segment.create", {**buyers, "n-0.count_min": "1"})
    path, segment_id = "/campaigns/segments/{segment_id:uuid}", made.headers["location"].rpartition("/")[2]
    changed = {**buyers, "n-0.count_min": "2"}
    await walk.post(f"{path}/edit", "segment.change", changed, segment_id=segment_id)
    await walk.post(f"{path}/rename", "segment.change", {"name": "Частые"}, segment_id=segment_id)
    await walk.post(f"{path}/copy", "segment.create", segment_id=segment_id)
    await walk.post(f"{path}/archive", "segment.archive", segment_id=segment_id)
    await walk.post(f"{path}/restore", "segment.restore", segment_id=segment_id)
    made = await walk.post("/campaigns/segments", "segment.create", {"name": "Дегустация"})
    list_id = made.headers["location"].rpartition("/")[2]
    await walk.post(f"{path}/members", "segment.add", {"members": PHONE}, segment_id=list_id)
    remove = f"{path}/members/{{member_id:uuid}}/remove"
    await walk.post(remove, "segment.remove", segment_id=list_id, member_id=member_id)
    await walk.post("/members/bulk/list", "segment.add", {"list": list_id}, query=f"?member={member_id}")


async def _walk_coupons(walk: Walk) -> None:
    typed = {"name": "Весна", "kind": "words", "codes": "SPRING"}
    made = await walk.post("/engagement/coupons", "coupon.create", typed)
    coupon_id = made.headers["location"].rpartition("/")[2]
    path = "/engagement/coupons/{coupon_id:uuid}"
    changed = {"name": "Лето", "uses_per_member": "2"}
    await walk.post(path, "coupon.change", changed, coupon_id=coupon_id)
    await walk.post(f"{path}/stop", "coupon.stop", coupon_id=coupon_id)
    await walk.post(f"{path}/resume", "coupon.resume", coupon_id=coupon_id)
    await walk.post(f"{path}/export", "task.leave", coupon_id=coupon_id)
    await walk.post("/engagement/partners", "partnership.invite")


async def _walk_campaigns(walk: Walk) -> None:
    announced = await walk.post("/campaigns/announce", "campaign.create")
    campaign_id = announced.headers["location"].split("/")[2]
    path = "/campaigns/{campaign_id:uuid}"
    await walk.post("/campaigns/letters/export", "task.leave")
    page = (await walk._browser.get(f"/campaigns/{campaign_id}/edit")).text
    template = re.search(r'<option value="([0-9a-f-]{36})" selected', page)
    assert template is not None
    typed = {"name": "Ещё", "template.0": template[1], "control": "10", "window_days": "7", "when": "now"}
    made = await walk.post("/campaigns/new", "campaign.create", typed)
    await walk.post(
        f"{path}/delete", "campaign.delete", campaign_id=made.headers["location"].rpartition("/")[2]
    )
    await walk.post(f"{path}/copy", "campaign.create", campaign_id=campaign_id)
    later = {**typed, "when": "at", "moment": "2031-01-01T12:00"}
    await walk.post(f"{path}/edit", "campaign.change", later, campaign_id=campaign_id)
    await walk.post(f"{path}/test", "campaign.try", {"member": "+79161234567"}, campaign_id=campaign_id)
    await walk.post(f"{path}/start", "campaign.schedule", campaign_id=campaign_id)
    await walk.post(f"{path}/unschedule", "campaign.unschedule", campaign_id=campaign_id)
    await walk.post(f"{path}/edit", "campaign.change", typed, campaign_id=campaign_id)
    await walk.post(f"{path}/start", "campaign.start", campaign_id=campaign_id)
    await walk.post(f"{path}/cancel", "campaign.cancel", campaign_id=campaign_id)
    await walk.post(f"{path}/recipients/export", "task.leave", campaign_id=campaign_id)
    await walk.post("/campaigns/export", "task.leave")


async def _walk_journeys(walk: Walk) -> None:
    begun = await walk.post("/campaigns/journeys", "journey.create")
    one = begun.headers["location"].rpartition("/")[2]
    path = "/campaigns/journeys/{journey_id:uuid}"
    step = await walk.post(
        f"{path}/steps", "journey.save", {"do": "add::0:points", "revision": "1"}, journey_id=one
    )
    step_id = step.headers["location"].rpartition("/")[2]
    points = {"points": "50", "revision": "2"}
    await walk.post(f"{path}/steps/{{step_id:str}}", "journey.save", points, journey_id=one, step_id=step_id)
    terms = {"name": "Привет", "trigger": "purchase", "who": "everybody", "goal": "none", "again": "each"}
    terms |= {"at_once": "1", "control": "10", "revision": "3"}
    await walk.post(f"{path}/terms", "journey.save", terms, journey_id=one)
    copy = await walk.post(f"{path}/copy", "journey.create", journey_id=one)
    await walk.post(
        f"{path}/delete", "journey.delete", journey_id=copy.headers["location"].rpartition("/")[2]
    )
    await walk.post(f"{path}/publish", "journey.publish", {"revision": "4"}, journey_id=one)
    for verb in ("pause", "resume", "stop"):
        await walk.post(f"{path}/{verb}", f"journey.{verb}", journey_id=one)
    await walk.post(f"{path}/export", "task.leave", journey_id=one)
    await walk.post("/campaigns/journeys/export", "task.leave")


async def _walk_rewards(walk: Walk) -> None:
    typed = {"name": "Кружка", "price": "5", "stock": "3"}
    made = [
        (await walk.post("/engagement/rewards/new", "reward_offer.create", typed)).headers["location"]
        for _ in range(2)
    ]
    one = made[1].rpartition("/")[2]
    path = "/engagement/rewards/{offer_id:uuid}"
    await walk.post(path, "reward_offer.change", {**typed, "price": "6"}, offer_id=one)
    await walk.post(f"{path}/stock", "reward_offer.supply", {"change": "2"}, offer_id=one)
    for step in ("up", "pause", "resume", "archive", "restore"):
        action = "move" if step == "up" else step
        await walk.post(f"{path}/{step}", f"reward_offer.{action}", offer_id=one)
    await walk.post(f"{path}/picture/removal", "reward_offer.picture", offer_id=one)


async def _walk_letters(walk: Walk) -> None:
    home, typed = (
        "/campaigns/templates",
        {"name": "Привет", "purpose": "marketing", "text_ru": "Привет, {name|друг}"},
    )
    made = await walk.post(f"{home}/new", "template.create", typed)
    one = made.headers["location"].rpartition("/")[2]
    path = f"{home}/{{template_id:uuid}}"
    await walk.post(path, "template.change", {**typed, "name": "Пока", "revision": "1"}, template_id=one)
    await walk.post(f"{path}/copy", "template.create", template_id=one)
    for step in ("archive", "restore"):
        await walk.post(f"{path}/{step}", f"template.{step}", template_id=one)
    places = {f"place_{channel}": str(place) for place, channel in enumerate(CHANNELS, start=1)}
    rules = {"quiet_from": "22:00", "quiet_until": "08:00", "cap_days": "7", "move_on_minutes": "30"}
    await walk.post("/settings/letters", "letter_rules.change", rules | places)


async def _walk_certificates(walk: Walk, certificate: Certificate) -> None:
    home = "/engagement/certificates"
    kind = {"name": "Подарок", "amounts": "fixed", "nominals": "1000", "life_unit": "ever"}
    await walk.post(f"{home}/kinds", "certificate_type.create", kind)
    typed = {"type": str(certificate.type.id), "count": "1"}
    await walk.post(home, "certificate.issue", typed)
    await walk.post(f"{home}/export", "task.leave")
    path, one = f"{home}/{{certificate_id:uuid}}", certificate.id
    await walk.post(f"{path}/sell", "certificate.sell", certificate_id=one)
    reason = {"reason": "x", "extend_reason": "x", "transfer_reason": "x", "last_on": "2029-01-01"}
    for action in ("block", "unblock", "extend", "transfer"):
        await walk.post(f"{path}/{action}", f"certificate.{action}", reason, certificate_id=one)
    await walk.post(f"{path}/pin", "certificate.change_pin", certificate_id=one)
    await walk.post(
        f"{home}/kinds/{{type_id:uuid}}/retire", "certificate_type.retire", type_id=certificate.type.id
    )


async def _walk_programs(walk: Walk, shop: Shop) -> None:
    browser, program_id = walk._browser, shop.program_id
    home, path = f"/engagement/programs/{program_id}", "/engagement/programs/{program_id:uuid}"

    async def mark() -> str:
        found = re.search(r'name="mark" value="([^"]*)"', (await browser.get(f"{home}/draft/preset")).text)
        assert found is not None
        return found[1]

    await walk.post(f"{path}/name", "program.rename", {"name": "Плюшки"}, program_id=program_id)
    await walk.post(f"{path}/picture/removal", "program.remove_picture", program_id=program_id)
    exported = (await browser.get(f"{home}/draft/file")).text
    draft = {"mark": await mark(), "text": exported.replace('"rate_bp": 1000', '"rate_bp": 900')}
    await walk.post(f"{path}/draft/import", "program.save_draft", draft, program_id=program_id)
    typed = {
        **fields_of((await browser.get(f"{home}/draft/rule?id=base")).text),
        "rate": ["25"],
        "do": ["save"],
    }
    route = f"{path}/draft/{{section:str}}"
    await walk.post(
        route, "program.save_draft", typed, query="?id=base", program_id=program_id, section="rule"
    )
    wish = {"mark": await mark(), "months": "1", "goods": "then", "range": "on"}
    asked = await walk.post(f"{path}/what-if", "simulation.run", wish, program_id=program_id)
    asked_id, one = asked.headers["location"].rpartition("/")[2], f"{path}/what-if/{{simulation_id:uuid}}"
    await walk.post(f"{one}/stop", "task.cancel", program_id=program_id, simulation_id=asked_id)
    await walk.post(f"{one}/forget", "simulation.forget", program_id=program_id, simulation_id=asked_id)
    begun = {"mark": await mark(), "do": "promotion.new:percent_off"}
    added = await walk.post(route, "program.save_draft", begun, program_id=program_id, section="promotions")
    promotion = added.headers["location"].rpartition("=")[2]
    copied = {"program": str(program_id), "do": f"promotion.copy:{promotion}"}
    await walk.post("/engagement/calendar", "program.save_draft", copied)
    thrown = {"mark": await mark()}
    await walk.post(f"{path}/draft/discard", "program.discard_draft", thrown, program_id=program_id)
    preset = {"mark": await mark(), "preset": "coffee"}
    await walk.post(f"{path}/draft/preset", "program.save_draft", preset, program_id=program_id)
    published = {"mark": await mark(), "against": "1", "when": "now"}
    await walk.post(f"{path}/draft/publish", "program.publish", published, program_id=program_id)
    route = f"{path}/versions/{{version_id:uuid}}/roll-back"
    await walk.post(route, "program.roll_back", program_id=program_id, version_id=shop.version_id)

    made = await walk.post("/engagement/programs", "program.create", {"name": "Визиты"})
    other_id = made.headers["location"].split("/")[3]
    home = f"/engagement/programs/{other_id}"
    file = exported.replace("Плюшки", "Визиты")
    await browser.post(f"{home}/draft/import", data={"mark": await mark(), "text": file})
    await browser.post(f"{home}/draft/publish", data={"mark": await mark(), "against": "0", "when": "now"})
    branch = re.search(r'name="branches" value="([^"]+)"', (await browser.get(f"{home}/branches")).text)
    assert branch is not None
    later = {"branches": branch[1], "when": "later", "valid_from": "2026-12-01T10:00", "do": "move"}
    await walk.post(f"{path}/branches", "program.serve", later, program_id=other_id)
    planned = {"branch": branch[1], "planned_for": "2026-12-01T07:00:00+00:00"}
    await walk.post(f"{path}/branches/withdraw", "program.serve", planned, program_id=other_id)
    await _walk_tiers(walk, shop)


async def _walk_tiers(walk: Walk, shop: Shop) -> None:
    await walk.post("/engagement/tiers/preview", "task.leave", {"program": str(shop.program_id)})


async def _walk_account(walk: Walk, app: Plushka, clock: SetClock) -> None:
    await walk.post("/account/profile", "account.change", {"name": "Анна", "language": "ru"})
    async with browser_at(app) as browser:
        for _ in range(2):
            browser.cookies.clear()
            await browser.post("/sign-in", data={"email": "owner@plushka.example", "password": PASSWORD})
    found = re.search(r"/account/sessions/([0-9a-f-]{36})/end", (await walk._browser.get("/account")).text)
    assert found is not None
    await walk.post("/account/sessions/{session_id:uuid}/end", "session.end", session_id=found[1])
    await walk.post("/account/sessions/end-others", "session.end_others")

    password = {"present_password": PASSWORD}
    begun = await walk._browser.post("/account/second-factor/begin", data=password)
    found = re.search(r'name="secret" value="([A-Z2-7]+)"', begun.text)
    assert found is not None
    proved = {"secret": found[1], "code": pyotp.TOTP(found[1]).at(clock.now())}
    await walk.post("/account/second-factor/confirm", "second_factor.on", proved)
    await walk.post("/account/second-factor/codes", "second_factor.renew_codes", password)
    await walk.post("/account/second-factor/off", "second_factor.off", password)
    await walk.post("/account/pin", "staff.choose_pin", {"pin": "5093", "pin_password": PASSWORD})
    changed = {"present": PASSWORD, "password": NEW_PASSWORD}
    await walk.post("/account/password", "password.change", changed)
