"""Addresses that open a bot in its messenger."""

from typing import assert_never

from plushka.domain.members.channels import Messenger


def start_link(messenger: Messenger, username: str, start: str) -> str:
    """Return the address that opens the bot and tells it ``start``."""
    match messenger:
        case "telegram":
            return f"https://t.me/{username}?start={start}"
        case "max":
            return f"https://max.ru/{username}?start={start}"
        case "vk":
            return f"https://vk.me/{username}?ref={start}"
        case _:
            assert_never(messenger)
