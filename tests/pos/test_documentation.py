"""The guide for integrators, run as it stands: every request in order, every answer compared."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.pos.conftest import CASHBACK, Cast, client_of, new_cashier, new_certificate

from plushka.app import Plushka
from plushka.delivery.pos import limits
from plushka.domain.members.codes import issue_code
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import list_programs
from plushka.domain.purchases import queue
from plushka.domain.purchases.model import BATCH_MAX, CLOCK_SKEW_MAX, LINES_MAX
from plushka.domain.rewards.offering import create_offer
from plushka.domain.rewards.offers import OfferTerms
from plushka.domain.staff import keyring, pins
from plushka.engine.occasion_parts import FieldTest, Often, OnEvent
from plushka.engine.program import ExpiryFixed, Occasion, StampCard
from plushka.engine.stamp_parts import Gift, Visits
from plushka.platform.database import Database
from plushka.platform.settings import RATE_PER_SECOND

GUIDE = Path(__file__).parents[2] / "docs" / "pos-api"
BLOCK = re.compile(r"^```http\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CODE_OF_GUIDE = "481 516"
"""Stands for a code that the member of the page shows at that moment."""
NUMBER = re.compile(r"\b[2-9A-Y]{12}\b")
"""Of a certificate: another one each time."""
PIN_OF_GUIDE = "4815"
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Example(NamedTuple):
    """A request of the guide, and the answer it promises."""

    request: str
    answer: str


def examples(page: Path) -> Iterator[Example]:
    blocks = BLOCK.findall(page.read_text())
    assert len(blocks) % 2 == 0
    for request, answer in zip(blocks[::2], blocks[1::2], strict=True):
        assert answer.startswith("HTTP/1.1 "), answer
        yield Example(request, answer)


def parts(block: str) -> tuple[str, dict[str, str], str]:
    head, _, body = block.partition("\n\n")
    first, *headers = head.strip().split("\n")
    return first, dict(header.split(": ", 1) for header in headers), body


def promised(expected: Any, given: Any, ids: dict[str, str], path: str) -> None:
    """Check that ``given`` has all that is promised; the guide's ids stand for those that were really given."""
    match expected:
        case dict():
            for name, value in expected.items():
                assert name in given, f"{path}.{name}"
                promised(value, given[name], ids, f"{path}.{name}")
        case list():
            assert len(expected) == len(given), path
            for index, value in enumerate(expected):
                promised(value, given[index], ids, f"{path}[{index}]")
        case str() if ID.fullmatch(expected) or NUMBER.fullmatch(expected) or expected == PIN_OF_GUIDE:
            assert ids.setdefault(expected, given) == given, path
        case _:
            assert expected == given, path


@pytest.mark.parametrize("page", sorted(GUIDE.glob("*.md")), ids=lambda page: page.stem)
async def test_the_guide_tells_the_truth(
    page: Path, app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    ids: dict[str, str] = {}
    if page.stem == "rewards":
        await publish_card(database, clock, cast)
    if page.stem == "events":
        await publish_occasion(database, clock, cast)
    if page.stem == "catalogue":
        await offer_a_mug(database, clock, cast)
    await new_cashier(database, clock, cast.anna, name="Маша", pin="2580")
    await new_certificate(database, clock, cast.anna, needs_pin=True)
    async with client_of(app, cast.anna.secret) as till:
        for example in examples(page):
            request = ID.sub(lambda match: ids[match[0]], example.request)
            request = NUMBER.sub(lambda match: ids[match[0]], request)
            request = request.replace(f'"{PIN_OF_GUIDE}"', f'"{ids.get(PIN_OF_GUIDE)}"')
            if CODE_OF_GUIDE in request:
                member_id = UUID(next(iter(ids.values())))
                async with database.transaction(
                    cast.anna.tenant_id, actor="test:guide", at=clock.now()
                ) as tx:
                    request = request.replace(CODE_OF_GUIDE, (await issue_code(tx, member_id)).digits)
            answer = await send(till, request)
            status, headers, body = parts(example.answer)
            assert status == f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}", answer.text
            for name, value in headers.items():
                assert answer.headers[name] == value
            promised(json.loads(body), answer.json(), ids, example.request)


async def publish_occasion(database: Database, clock: SetClock, cast: Cast) -> None:
    """Put the occasion of the page on events into Anna's programme."""
    occasion = Occasion(
        "review",
        "За отзыв",
        OnEvent("review", (FieldTest("rating", at_least=4),)),
        50,
        expiry=ExpiryFixed(days=14),
        limit=Often(1, "month"),
    )
    async with database.transaction(cast.anna.tenant_id, actor="test:guide", at=clock.now()) as tx:
        (program,) = await list_programs(tx)
        rules = structs.replace(CASHBACK, occasions=(occasion,))
        await publish(tx, program_id=program.id, program=rules, valid_from=tx.at)


async def publish_card(database: Database, clock: SetClock, cast: Cast) -> None:
    """Put the card of the page on stamps into Anna's programme."""
    card = StampCard("coffee", "Кофейная карта", 2, Gift("Кофе", days=14), counts=Visits(once_a_day=False))
    async with database.transaction(cast.anna.tenant_id, actor="test:guide", at=clock.now()) as tx:
        (program,) = await list_programs(tx)
        rules = structs.replace(CASHBACK, cards=(card,))
        await publish(tx, program_id=program.id, program=rules, valid_from=tx.at)


async def offer_a_mug(database: Database, clock: SetClock, cast: Cast) -> None:
    """Put the reward of the page on the catalogue into Anna's."""
    async with database.transaction(cast.anna.tenant_id, actor="test:guide", at=clock.now()) as tx:
        (program,) = await list_programs(tx)
        await create_offer(
            tx, program_id=program.id, terms=OfferTerms(name="Кружка", price_points=20, life_days=30), stock=5
        )


async def send(till: httpx.AsyncClient, request: str) -> httpx.Response:
    first, headers, body = parts(request)
    method, address = first.split(" ")
    headers.pop("Authorization", None)
    return await till.request(method, address, headers=headers, content=body or None)


def test_the_guide_states_the_limits_that_hold() -> None:
    text = (GUIDE / "errors.md").read_text()

    for row in (
        f"| a request | {limits.BODY_BYTES_MAX // 2**20} MiB, a batch {limits.BATCH_BODY_BYTES_MAX // 2**20} MiB |",
        f"| lines of a receipt | {LINES_MAX} |",
        f"| receipts of a batch | {BATCH_MAX} |",
        f"| a receipt's number, a sku, a code | {limits.ID_LENGTH_MAX} characters |",
        f"| a name | {limits.TEXT_LENGTH_MAX} characters |",
        f"| a till's clock ahead of ours | {CLOCK_SKEW_MAX.seconds // 60} minutes |",
        f"{RATE_PER_SECOND} a second and {RATE_PER_SECOND * limits.RATE_BURST_SECONDS} at once",
        f"{queue.WAITING_MAX:,} in a process, {queue.WAITING_OF_BUSINESS_MAX:,} of one business,",
        f"{limits.UNKNOWN_KEYS_PER_SECOND} a second and {limits.UNKNOWN_KEYS_BURST_SECONDS} at once",
        f"| a revoked key may go on working | {keyring.TTL_SECONDS} seconds |",
    ):
        assert row in text


def test_the_guide_states_how_often_a_pin_may_be_wrong() -> None:
    words = {5: "five"}
    told = (
        f"After {words[pins.FAILURES_OF_CASHIER_MAX]} wrong PINs in {pins.WINDOW.seconds // 60} minutes "
        f"the cashier waits, after {pins.FAILURES_OF_TILL_MAX} the till"
    )

    assert told in (GUIDE / "tills.md").read_text()
