"""Notices after being sent on: shown once, undone on our own site only."""

from base64 import urlsafe_b64encode

import httpx
import pytest

from plushka.delivery.web.notices import notice_of, sent_on

COOKIE = "plushka_notice"


def test_a_notice_is_carried_to_the_next_page() -> None:
    answer = sent_on("/members", "Метка добавлена 87 клиентам.", undo="/tasks/1/undo")
    cookie = answer.cookies[0]

    notice = notice_of({COOKIE: cookie.value or ""})

    assert notice is not None
    assert (notice.text, notice.undo) == ("Метка добавлена 87 клиентам.", "/tasks/1/undo")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "no base64!",
        "x" * 5000,
        urlsafe_b64encode(b'{"text": 5}').decode(),
        urlsafe_b64encode(b'{"text": "x", "undo": "https://evil.example/"}').decode(),
        urlsafe_b64encode(b'{"text": "x", "undo": "//evil.example/"}').decode(),
        urlsafe_b64encode(b'{"text": "x", "undo": "/\\\\\\\\evil.example/"}').decode(),
    ],
)
def test_what_is_no_notice_of_ours_is_passed_over(value: str) -> None:
    assert notice_of({COOKIE: value}) is None


async def test_a_notice_is_shown_once_and_escaped(anna: httpx.AsyncClient) -> None:
    anna.cookies.set(COOKIE, urlsafe_b64encode(b'{"text": "<b>done</b>"}').decode(), domain="plushka.test")

    first = await anna.get("/receipts")
    again = await anna.get("/receipts")

    assert "&lt;b&gt;done" in first.text
    assert "done" not in again.text
