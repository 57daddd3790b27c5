"""How a business looks to its members: colour, logo, card. The member's app and wallet passes use it."""

from typing import Literal

from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.businesses.colors import is_color
from plushka.domain.businesses.pictures import digest_of
from plushka.platform.database import Tx
from plushka.platform.errors import Invalid

CardStyle = Literal["plain", "waves", "bun"]
CARD_STYLES: tuple[CardStyle, ...] = ("plain", "waves", "bun")
MOTTO_LENGTH_MAX = 60


class Branding(Struct, frozen=True):
    """``logo_digest`` names the logo, empty where there is none."""

    color: str = "#b4531d"
    card_style: CardStyle = "plain"
    motto: str = ""
    logo_digest: str = ""


class ColorInvalid(Invalid):
    code = "color_invalid"


class MottoTooLong(Invalid):
    code = "motto_too_long"


async def get_branding(tx: Tx) -> Branding:
    """Return how the business looks; as ours does before anything was chosen."""
    row = await tx.fetchrow(
        """
        -- businesses.get_branding
        select color, card_style, motto, logo_digest from branding where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return Branding() if row is None else Branding(**row)


async def change_branding(tx: Tx, *, color: str, card_style: CardStyle, motto: str) -> None:
    """Change the colour, the card and what stands on it; the logo stays.

    :raises ColorInvalid: it is none
    :raises MottoTooLong: it would not fit on a card
    """
    if not is_color(color):
        raise ColorInvalid(field="color")
    if len(motto) > MOTTO_LENGTH_MAX:
        raise MottoTooLong(field="motto", length_max=MOTTO_LENGTH_MAX)
    before = await get_branding(tx)
    await tx.execute(
        """
        -- businesses.change_branding
        insert into branding (tenant_id, color, card_style, motto) values ($1, $2, $3, $4)
        on conflict (tenant_id) do update set color = $2, card_style = $3, motto = $4
        """,
        tx.tenant_id,
        color,
        card_style,
        motto,
    )
    await record(
        tx,
        action="branding.change",
        subject=f"business:{tx.tenant_id}",
        changes={
            "color": (before.color, color),
            "card_style": (before.card_style, card_style),
            "motto": (before.motto or None, motto or None),
        },
    )


async def set_logo(tx: Tx, logo: bytes) -> None:
    """Set the logo, a ``LOGO`` drawn anew."""
    await tx.execute(
        """
        -- businesses.set_logo
        insert into branding (tenant_id, logo, logo_digest) values ($1, $2, $3)
        on conflict (tenant_id) do update set logo = $2, logo_digest = $3
        """,
        tx.tenant_id,
        logo,
        digest_of(logo),
    )
    await record(tx, action="branding.set_logo", subject=f"business:{tx.tenant_id}")


async def remove_logo(tx: Tx) -> None:
    """Take the logo away; nothing happens where there is none."""
    await tx.execute(
        """
        -- businesses.remove_logo
        update branding set logo = null, logo_digest = '' where tenant_id = $1
        """,
        tx.tenant_id,
    )
    await record(tx, action="branding.remove_logo", subject=f"business:{tx.tenant_id}")


async def find_logo(tx: Tx, digest: str) -> bytes | None:
    """Return the logo of this digest, a PNG."""
    logo: bytes | None = await tx.fetchval(
        """
        -- businesses.find_logo
        select logo from branding where tenant_id = $1 and logo_digest = $2
        """,
        tx.tenant_id,
        digest,
    )
    return logo
