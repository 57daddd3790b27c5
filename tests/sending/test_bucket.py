"""How fast a bot may send: never more than messengers allow, and nobody waits for another's chat."""

from plushka.delivery.sending.bucket import Pace

AT = 1000.0


def pace() -> Pace:
    """Return the limits of a bot of 10 a second, 5 at once, in a chat 1 a second, 2 at once."""
    return Pace(per_second=10, burst=5, chat_per_second=1, chat_burst=2, at=AT)


def test_a_bot_sends_some_at_once_and_then_steadily() -> None:
    bot = pace()
    for chat in range(5):
        assert bot.wait_seconds(AT) == 0
        bot.sent(str(chat), AT)

    assert bot.wait_seconds(AT) == 0.1
    assert bot.wait_seconds(AT + 0.1) == 0
    at = AT + 0.1
    for chat in range(10):
        bot.sent(f"next {chat}", at)
        at += bot.wait_seconds(at)
    assert round(at - AT, 6) == 1.1


def test_a_chat_that_has_had_enough_rests_while_others_are_written_to() -> None:
    bot = pace()
    for _ in range(2):
        bot.sent("vera", AT)
    bot.sent("gleb", AT)

    assert bot.busy_chats(AT) == ["vera"]
    assert bot.wait_seconds(AT) == 0
    assert bot.next_chat_seconds(AT) == 1
    assert bot.busy_chats(AT + 1) == []
    bot.sent("vera", AT + 1)
    assert bot.busy_chats(AT + 1) == ["vera"]


def test_a_long_rest_saves_up_no_more_than_a_burst() -> None:
    bot = pace()
    for _ in range(5):
        bot.sent("vera", AT + 3600)

    assert bot.wait_seconds(AT + 3600) == 0.1
