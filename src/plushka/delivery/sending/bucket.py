"""How fast a bot may send: a bucket that fills steadily and is emptied by what is sent. Time is an argument."""

from collections import OrderedDict

CHATS_MAX = 100_000


class Bucket:
    """``burst`` at once, ``per_second`` steadily."""

    def __init__(self, *, per_second: float, burst: float, at: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._level = burst
        self._at = at

    def wait_seconds(self, at: float, count: int = 1) -> float:
        """Return how long until so many may be taken, ``burst`` of them at most; 0: now."""
        self._fill(at)
        return max(0.0, (min(count, self._burst) - self._level) / self._per_second)

    def take(self, at: float) -> None:
        self._fill(at)
        self._level -= 1

    def count(self, at: float) -> int:
        """Return how many may be taken now."""
        self._fill(at)
        return max(0, int(self._level))

    def is_full(self, at: float) -> bool:
        """Tell whether nothing was taken lately, so that it need not be remembered."""
        self._fill(at)
        return self._level >= self._burst

    def _fill(self, at: float) -> None:
        self._level = min(self._burst, self._level + (at - self._at) * self._per_second)
        self._at = at


class Pace:
    """The limits of one bot: over all chats, and for each chat."""

    def __init__(
        self, *, per_second: float, burst: float, chat_per_second: float, chat_burst: float, at: float
    ) -> None:
        self._bot = Bucket(per_second=per_second, burst=burst, at=at)
        self._chat_per_second = chat_per_second
        self._chat_burst = chat_burst
        self._chats: OrderedDict[str, Bucket] = OrderedDict()
        self._held: dict[str, float] = {}

    def wait_seconds(self, at: float, count: int = 1) -> float:
        """Return how long until the bot may send so many."""
        return self._bot.wait_seconds(at, count)

    def count(self, at: float) -> int:
        """Return how many messages the bot may send now."""
        return self._bot.count(at)

    def busy_chats(self, at: float) -> list[str]:
        """Return the chats that have had enough for now; what has rested is forgotten."""
        for chat in [chat for chat, bucket in self._chats.items() if bucket.is_full(at)]:
            del self._chats[chat]
        self._held = {chat: until for chat, until in self._held.items() if until > at}
        return [*(chat for chat, bucket in self._chats.items() if bucket.wait_seconds(at) > 0), *self._held]

    def next_chat_seconds(self, at: float) -> float:
        """Return how long until a busy chat may be written to again; 0: none is busy."""
        waits = [bucket.wait_seconds(at) for bucket in self._chats.values()]
        waits += [until - at for until in self._held.values()]
        return min((seconds for seconds in waits if seconds > 0), default=0.0)

    def hold(self, chat: str, until: float) -> None:
        """Let a chat rest."""
        self._held[chat] = until

    def sent(self, chat: str, at: float) -> None:
        """Count a message."""
        self._bot.take(at)
        if chat not in self._chats:
            self._chats[chat] = Bucket(per_second=self._chat_per_second, burst=self._chat_burst, at=at)
            if len(self._chats) > CHATS_MAX:
                self._chats.popitem(last=False)
        self._chats[chat].take(at)
