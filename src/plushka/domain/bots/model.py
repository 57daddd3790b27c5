"""A bot of a business, and why one is not connected."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.members.channels import Messenger
from plushka.platform.errors import Conflict, Invalid, NotFound

UNAUTHORIZED = "Unauthorized"
"""The problem of a bot whose token was taken back, in the words of messengers."""


class Credentials(Struct, frozen=True):
    """What a messenger and we prove ourselves to each other with; stored sealed.

    ``secret`` comes with each call of the messenger to us. ``app_id`` and ``app_secret`` are of the mini app, where
    it has its own (VK).
    """

    token: str
    secret: str
    app_id: str = ""
    app_secret: str = ""


class BotAccount(Struct, frozen=True):
    """Who a token is of, as the messenger says: ``username`` stands in links to the bot."""

    account_id: str
    username: str
    name: str


class Health(Struct, frozen=True):
    """How a bot was found when last looked at; ``problem`` is what went wrong last, in the messenger's words."""

    checked_at: datetime | None = None
    pending_updates: int = 0
    problem: str = ""
    problem_at: datetime | None = None


class Bot(Struct, frozen=True):
    """A connected bot, its credentials opened; ``cursor`` is where it asks for news from, empty: from now on."""

    id: UUID
    messenger: Messenger
    account_id: str
    username: str
    name: str
    credentials: Credentials
    is_polled: bool
    cursor: str
    connected_at: datetime
    health: Health

    @property
    def token(self) -> str:
        """What the messenger knows the bot by, and signs the app's data with."""
        return self.credentials.token


class UnknownBot(NotFound):
    code = "bot_not_found"


class TokenMissing(Invalid):
    code = "token_missing"


class TokenRefused(Invalid):
    """The messenger knows no bot of this token."""

    code = "token_refused"


class RightsMissing(Invalid):
    """The token does not allow what a bot does; ``rights`` are those that it lacks, as the messenger calls them."""

    code = "rights_missing"


class BotTaken(Conflict):
    """Another business has connected this bot."""

    code = "bot_taken"


class MessengerTaken(Conflict):
    """The business has a bot in this messenger already."""

    code = "messenger_taken"
