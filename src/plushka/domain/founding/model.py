"""What is asked for before a business is founded, and what there is after."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict
from plushka.platform.i18n import Language


class Plan(Struct, frozen=True):
    """A business to be founded. ``preset`` names the programme to begin with; without one it begins empty."""

    name: str
    country: str
    currency: str
    language: Language
    time_zone: str
    branch: str
    preset: str | None


class Owner(Struct, frozen=True):
    """A person who is not registered yet; the password is hashed already."""

    email: str
    name: str
    password_hash: str
    language: Language


class Founded(Struct, frozen=True):
    """A new business. ``till_key`` is shown once and stored nowhere."""

    tenant_id: UUID
    account_id: UUID
    program_id: UUID
    till_id: UUID
    till_key: str


class Setup(Struct, frozen=True):
    """A set-up under way: ``draft`` holds what was typed, as the forms know it."""

    id: UUID
    draft: dict[str, Any]
    created_at: datetime


class FoundedAlready(Conflict):
    """There is a business: from here on its owner signs in."""

    code = "founded_already"
