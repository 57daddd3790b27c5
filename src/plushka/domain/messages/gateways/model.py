"""A gateway of a business, what it carries, and why one is not connected."""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Invalid, NotFound
from plushka.platform.i18n import marked

Kind = Literal["sms", "email", "push"]
"""What a gateway carries; a business has one of each at most."""
KINDS: tuple[Kind, ...] = ("sms", "email", "push")
Provider = Literal["smsru", "smsaero", "exolve", "smpp", "smtp", "webpush"]
CARRIED: Mapping[Provider, Kind] = MappingProxyType(
    {
        "smsru": "sms",
        "smsaero": "sms",
        "exolve": "sms",
        "smpp": "sms",
        "smtp": "email",
        "webpush": "push",
    }
)
PROVIDER_NAMES: Mapping[Provider, str] = MappingProxyType(
    {
        "smsru": marked("SMS.ru"),
        "smsaero": marked("SMS Aero"),
        "exolve": marked("MTS Exolve"),
        "smpp": marked("SMPP 3.4"),
        "smtp": marked("Mail server"),
        "webpush": marked("Browsers"),
    }
)
Security = Literal["tls", "starttls", "none"]
"""How a mail server is spoken to: encrypted from the start, from the first words on, or not at all."""

PER_SECOND: Mapping[Provider, int] = MappingProxyType(
    {"smsru": 10, "smsaero": 10, "exolve": 10, "smpp": 10, "smtp": 10, "webpush": 50}
)
"""How many a second are sent, where the business says nothing else."""
PER_SECOND_MAX = 500
SENDER_LENGTH_MAX = 100
HOST_LENGTH_MAX = 200
PORT_MAX = 65_535
PROBLEM_LENGTH_MAX = 500
MAIL_PATTERN = re.compile(
    r"[^@\s<>,;:\"\\()\[\]\x00-\x20]{1,64}@[^@\s<>,;:\"\\()\[\]]{1,190}\.[^@\s<>,;:\"\\()\[\].]{2,}"
)
HOST_PATTERN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?")
SMPP_PASSWORD_LENGTH_MAX = 8
SMPP_LOGIN_LENGTH_MAX = 15


class Credentials(Struct, frozen=True):
    """What a gateway and we prove ourselves to each other with; stored sealed.

    ``secret`` is a password, a key of an API, or the private key that pushes are signed with. ``hook`` stands in the
    address at which the gateway tells us what became of a message.
    """

    login: str = ""
    secret: str = ""
    hook: str = ""


class Server(Struct, frozen=True):
    """Where a gateway that has no address of its own listens; an empty ``host``: it has one."""

    host: str = ""
    port: int = 0
    security: Security = "tls"


class Health(Struct, frozen=True):
    """How a gateway was found when last looked at; ``problem`` is what went wrong last, in its own words.

    ``balance_minor`` is what is left there to be spent; None where it does not tell.
    """

    checked_at: datetime | None = None
    balance_minor: int | None = None
    problem: str = ""
    problem_at: datetime | None = None


class Gateway(Struct, frozen=True):
    """A connected gateway, its credentials opened.

    ``sender`` is the name or the address that messages come from; of push, whom a push service writes to in trouble.
    ``public_key`` is what browsers subscribe with, of push.
    """

    id: UUID
    provider: Provider
    sender: str
    server: Server
    credentials: Credentials
    per_second: int
    public_key: str
    connected_at: datetime
    health: Health = Health()

    @property
    def kind(self) -> Kind:
        return CARRIED[self.provider]


class UnknownGateway(NotFound):
    code = "gateway_not_found"


class GatewayTaken(Conflict):
    """The business has a gateway of this kind already."""

    code = "gateway_taken"


class GatewayInSandbox(Conflict):
    """A sandbox sends nothing to anybody."""

    code = "gateway_in_sandbox"


class GatewayRefused(Invalid):
    """The gateway does not know these credentials; ``problem`` is what it says."""

    code = "gateway_refused"


class SecretMissing(Invalid):
    code = "secret_missing"


class SecretInvalid(Invalid):
    """SMPP has room for fifteen signs of a name and eight of a password, all of ASCII."""

    code = "secret_invalid"


class SenderInvalid(Invalid):
    """It is no address of mail, or no name that SMS can come from."""

    code = "sender_invalid"


class HostInvalid(Invalid):
    code = "host_invalid"


class PaceInvalid(Invalid):
    code = "pace_invalid"
