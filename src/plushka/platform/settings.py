"""What an operator may set, read once from the environment and never changed after."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from plushka.platform.operating import NeedsOperator

WEB_WORKERS_MAX = 64
WEB_WORKERS = min(os.cpu_count() or 1, 2)
"""Two, where there are two cores: the same rate as one, and the slowest answers sooner (docs/benchmarks.md)."""
RATE_PER_SECOND = 100
"""Requests of one API key, steadily, in one process."""

TELEGRAM_API = "https://api.telegram.org"
MAX_API = "https://platform-api2.max.ru"
VK_API = "https://api.vk.ru"
SMSRU_API = "https://sms.ru"
SMSAERO_API = "https://gate.smsaero.ru/v2"
EXOLVE_API = "https://api.exolve.ru"
TOKEN_LENGTH_MIN = 16
PHONES_PORT = 9000
PHONES_PORT_AFTER = 1000
SECRET_KEY_LENGTH_MIN = 32

_TOKEN = re.compile(r"[\x21-\x7e]+")


class Environment(StrEnum):
    """``local`` favours a person at a terminal, ``production`` machines that read logs."""

    LOCAL = "local"
    PRODUCTION = "production"


class BadSettings(NeedsOperator):
    """Some variables cannot be used; each line of the message names one and says what it must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``database_url`` is None when the embedded PostgreSQL in ``data_folder`` is to serve."""

    data_folder: Path
    database_url: str | None
    host: str
    port: int
    environment: Environment
    web_workers: int
    rate_per_second: int = RATE_PER_SECOND
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose word about who asks is taken (``X-Forwarded-For``)."""
    metrics_token: str | None = None
    """What Prometheus must send; None: only this machine itself may ask."""
    public_url: str | None = None
    """Where people and messengers reach this installation: ``https://plushka.example``; None: from nowhere else."""
    telegram_api: str = TELEGRAM_API
    max_api: str = MAX_API
    vk_api: str = VK_API
    smsru_api: str = SMSRU_API
    smsaero_api: str = SMSAERO_API
    exolve_api: str = EXOLVE_API
    inner_hosts: tuple[str, ...] = ()
    """Hosts of the inner network that businesses may name as their servers (platform/outward.py)."""
    phones_port: int = PHONES_PORT
    """Of the demo's messengers, on this machine alone."""
    webhooks_anywhere: bool = False
    """Webhooks may go to plain http and to this machine's own networks: for tests and the demo."""
    secret_key: str | None = None
    """What secrets in the database are sealed with; None: a key file in the data folder (platform/vault.py)."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the variables; an empty one counts as absent.

        :raises BadSettings: naming every variable that is wrong, not only the first
        """
        problems: list[str] = []
        settings = cls(
            data_folder=_data_folder(environ, problems),
            database_url=_database_url(environ, problems),
            host=environ.get("PLUSHKA_HOST") or "127.0.0.1",
            port=_whole_number(environ, "PLUSHKA_PORT", 8000, range(1, 65536), problems),
            environment=_environment(environ, problems),
            web_workers=_whole_number(
                environ, "PLUSHKA_WORKERS", WEB_WORKERS, range(1, WEB_WORKERS_MAX + 1), problems
            ),
            rate_per_second=_whole_number(
                environ, "PLUSHKA_RATE_PER_SECOND", RATE_PER_SECOND, range(1, 1_000_001), problems
            ),
            trusted_proxies=_networks(environ, "PLUSHKA_TRUSTED_PROXIES", problems),
            metrics_token=_token(environ, "PLUSHKA_METRICS_TOKEN", problems),
            phones_port=_whole_number(
                environ, "PLUSHKA_PHONES_PORT", _phones_port(environ), range(1, 65536), problems
            ),
            public_url=_url(environ, "PLUSHKA_PUBLIC_URL", problems),
            max_api=_url(environ, "PLUSHKA_MAX_API", problems) or MAX_API,
            vk_api=_url(environ, "PLUSHKA_VK_API", problems) or VK_API,
            telegram_api=_url(environ, "PLUSHKA_TELEGRAM_API", problems) or TELEGRAM_API,
            smsru_api=_url(environ, "PLUSHKA_SMSRU_API", problems) or SMSRU_API,
            smsaero_api=_url(environ, "PLUSHKA_SMSAERO_API", problems) or SMSAERO_API,
            exolve_api=_url(environ, "PLUSHKA_EXOLVE_API", problems) or EXOLVE_API,
            inner_hosts=_words(environ, "PLUSHKA_INNER_HOSTS"),
            webhooks_anywhere=_switch(environ, "PLUSHKA_WEBHOOKS_ANYWHERE", problems),
            secret_key=_token(environ, "PLUSHKA_SECRET_KEY", problems, length_min=SECRET_KEY_LENGTH_MIN),
        )
        if problems:
            raise BadSettings("\n".join(problems))
        return settings


def _data_folder(environ: Mapping[str, str], problems: list[str]) -> Path:
    if chosen := environ.get("PLUSHKA_DATA"):
        folder = Path(chosen).expanduser()
    elif shared := environ.get("XDG_DATA_HOME"):
        folder = Path(shared) / "plushka"
    else:
        folder = Path("~/.local/share/plushka").expanduser()
    if not folder.is_absolute():
        problems.append(f"PLUSHKA_DATA must be an absolute path, not {str(folder)!r}")
    return folder


def _database_url(environ: Mapping[str, str], problems: list[str]) -> str | None:
    url = environ.get("DATABASE_URL")
    if not url:
        return None
    # The value may hold a password, so the message does not repeat it.
    if urlsplit(url).scheme not in {"postgresql", "postgres"}:
        problems.append("DATABASE_URL must begin with postgresql://")
    return url


def _url(environ: Mapping[str, str], name: str, problems: list[str]) -> str | None:
    text = environ.get(name)
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        problems.append(f"{name} must be an address such as https://plushka.example, not {text!r}")
        return None
    return text.rstrip("/")


def _phones_port(environ: Mapping[str, str]) -> int:
    """Return a port beside that of the office, so that two demos on one machine do not meet."""
    port = environ.get("PLUSHKA_PORT") or ""
    return int(port) + PHONES_PORT_AFTER if port.isascii() and port.isdigit() else PHONES_PORT


def _whole_number(
    environ: Mapping[str, str], name: str, default: int, allowed: range, problems: list[str]
) -> int:
    text = environ.get(name) or str(default)
    if text.isascii() and text.isdigit() and int(text) in allowed:
        return int(text)
    problems.append(f"{name} must be a whole number from {allowed[0]} to {allowed[-1]}, not {text!r}")
    return default


def _words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word for part in environ.get(name, "").split(",") if (word := part.strip()))


def _switch(environ: Mapping[str, str], name: str, problems: list[str]) -> bool:
    text = environ.get(name) or "0"
    if text not in {"0", "1"}:
        problems.append(f"{name} must be 0 or 1, not {text!r}")
    return text == "1"


def _networks(environ: Mapping[str, str], name: str, problems: list[str]) -> tuple[str, ...]:
    networks = _words(environ, name)
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            problems.append(
                f"{name} must be addresses or networks such as 10.0.0.0/8, with commas between, not {network!r}"
            )
    return networks


def _token(
    environ: Mapping[str, str], name: str, problems: list[str], *, length_min: int = TOKEN_LENGTH_MIN
) -> str | None:
    token = environ.get(name)
    if not token:
        return None
    if len(token) < length_min or not _TOKEN.fullmatch(token):
        problems.append(f"{name} must be at least {length_min} letters, digits and plain signs")
    return token


def _environment(environ: Mapping[str, str], problems: list[str]) -> Environment:
    text = environ.get("PLUSHKA_ENV") or Environment.LOCAL.value
    if text in set(Environment):
        return Environment(text)
    problems.append(f"PLUSHKA_ENV must be one of {', '.join(Environment)}, not {text!r}")
    return Environment.LOCAL
