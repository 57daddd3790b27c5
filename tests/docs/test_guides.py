"""The Russian guides say what the product does: their programmes, sentences, messages and laws are checked here."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from babel.messages.pofile import read_po

from plushka.commands.rules import run_folder
from plushka.delivery.jobs.verification import LAWS
from plushka.delivery.office.permissions import ACTIONS
from plushka.domain.ledger.verify import LAWS as LEDGER_LAWS
from plushka.domain.programs.telling.explanation import explain
from plushka.domain.programs.telling.program import describe_program
from plushka.domain.programs.telling.voice import Names
from plushka.engine.check import problems
from plushka.engine.evaluate import evaluate
from plushka.engine.program_files import parse_program
from plushka.engine.purchase import Basket, Line, Look, Lot, Member, Place, Totals
from plushka.engine.specs.run import run_file
from plushka.engine.version import compile_version

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs/ru"
CATALOGUE = ROOT / "src/plushka/locales/ru/LC_MESSAGES/plushka.po"
NAMES = Names(categories={"bakery": "Выпечка", "alcohol": "Алкоголь"})
SAYING_LENGTH_MIN = 12
TWO_TIERS = {
    "tiers": [
        {"id": "base", "name": "Базовый"},
        {"id": "gold", "name": "Золотой", "requirements": [{"metric": "spend", "at_least": 1_000_000}]},
    ]
}
_BLOCK = re.compile(r"```json\n(?P<json>.*?)```(?P<told>(?:\n+>[^\n]*)*)", re.DOTALL)


def blocks() -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield each JSON block of the marketer's guide with the sentences quoted below it."""
    for block in _BLOCK.finditer(guide("marketer")):
        yield msgspec.json.decode(block["json"]), quoted(block["told"])


def quoted(text: str) -> list[str]:
    return [line.removeprefix(">").strip() for line in text.splitlines() if line.strip("> ")]


def guide(name: str) -> str:
    return (GUIDES / f"{name}.md").read_text()


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("block", "sentences"), list(blocks()))
def test_the_marketers_programmes_are_sound_and_sound_so(block: dict[str, Any], sentences: list[str]) -> None:
    if "cases" in block:
        results = run_file("guide", msgspec.json.encode(block), lambda _: None)
        assert [result for result in results if result.differences] == []
        return
    fragment = {"earning": [block]} if "effect" in block else block
    file = {"name": "Кофейня", "currency": "RUB", "tiers": TWO_TIERS, **fragment}
    program = parse_program(msgspec.json.encode(file))
    assert problems(program) == ()
    told = msgspec.json.encode(describe_program(program, language="ru", names=NAMES)).decode()
    assert [sentence for sentence in sentences if sentence not in plain(told).replace('\\"', '"')] == []


def test_the_guides_examples_come_out_as_they_say() -> None:
    results = run_folder(GUIDES / "examples")
    assert [result for result in results if result.differences] == []
    assert f"{len(results)} of {len(results)} examples are as expected" in guide("marketer")


def test_the_owners_receipt_is_explained_in_these_words() -> None:
    program = parse_program((GUIDES / "examples/programs/coffee.json").read_bytes())
    version = compile_version(UUID(int=0), program)
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    totals = Totals(spend_minor=9_500_00, visits=4, points_earned=400)
    member = Member(
        available=500,
        lots=(Lot(id=UUID(int=1), available=500, earned_at=datetime(2026, 2, 1, tzinfo=UTC)),),
        tier="base",
        purchases=4,
        totals=(totals,) * len(version.windows),
    )
    lines = (Line("latte", 2000, 460_00), Line("croissant", 3000, 540_00, Look(("bakery",))))
    basket = Basket(lines, Place("main", "Europe/Moscow", 240), "till", "max")
    told = explain(
        evaluate(version, member, basket, at), program, language="ru", zone="Europe/Moscow", names=NAMES
    )
    said = [
        plain(reason.text)
        for part in (told.redemption, told.earning, told.grants, told.tier, told.not_applied)
        for reason in part
    ]
    assert [sentence for sentence in said if f"> {sentence}\n" not in guide("owner")] == []


def test_every_law_of_the_journal_is_explained_to_the_owner() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", guide("owner"), re.MULTILINE))
    assert rows == {*LEDGER_LAWS, *LAWS, "conservation"}


def test_the_owner_is_told_who_may_do_what() -> None:
    roles = ("owner", "manager", "marketer", "accountant", "cashier")
    told = {
        name.strip(): {
            role for role, cell in zip(roles, cells.split("|"), strict=False) if cell.strip() == "да"
        }
        for name, cells in re.findall(
            r"^\| ([А-Я][^|]*) \|((?: (?:да|—) \|){5})$", guide("owner"), re.MULTILINE
        )
    }
    assert told == {
        "Сводка": ACTIONS["summary.read"],
        "Чеки, клиенты, программа": ACTIONS["receipts.read"]
        & ACTIONS["members.read"]
        & ACTIONS["programs.read"],
        "Начислить и списать вручную": ACTIONS["members.adjust"],
        "Анкета, блокировка, уровень, объединение карт": ACTIONS["members.edit"]
        & ACTIONS["members.block"]
        & ACTIONS["members.tier"]
        & ACTIONS["members.merge"],
        "События клиентов: читать и записывать": ACTIONS["events.read"] & ACTIONS["events.note"],
        "Отменить событие, выгрузить их в файл": ACTIONS["events.cancel"] & ACTIONS["events.export"],
        "Заметки и важные даты, запись нового клиента": ACTIONS["members.note"] & ACTIONS["members.enroll"],
        "Сообщения клиентов: читать и отвечать": ACTIONS["chats.read"] & ACTIONS["chats.answer"],
        "Журнал и его проверка": ACTIONS["ledger.read"] & ACTIONS["ledger.verify"],
    }


def test_every_message_in_the_cashiers_table_is_one_that_a_till_gets() -> None:
    with CATALOGUE.open("rb") as file:
        sayings = {text for message in read_po(file) for text in _variants(message.string)}
    # «{points}.» alone would fit any sentence, so only sayings with words of their own are compared.
    telling = [saying for saying in sayings if len(re.sub(r"\{\w+\}", "", saying)) > SAYING_LENGTH_MIN]
    known = [re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(saying))) for saying in telling]
    messages = re.findall(r"^\| ([А-Я][^|]*\.) \|", plain(guide("cashier")), re.MULTILINE)
    assert len(messages) > 20
    assert [said for said in messages if not any(one.fullmatch(said) for one in known)] == []


def _variants(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string or ())
