"""What was compared, by the names that people know."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from plushka.domain.insights.campaigns.held import list_held
from plushka.domain.insights.campaigns.model import is_promotion, subject_of_promotion
from plushka.platform.database import Tx


class Subject(Struct, frozen=True):
    """``is_gone``: a promotion that was taken out of its programme, or whose control group was."""

    name: str
    kind: Literal["broadcast", "journey", "promotion"]
    is_gone: bool = False


async def list_subjects(tx: Tx) -> Mapping[str, Subject]:
    """Return what each campaign and each promotion that was compared is called, those that are gone as they were."""
    rows = await tx.fetch(
        """
        -- insights.list_subjects
        select x.subject, c.name, c.kind
        from experiments x
        left join campaigns c on c.tenant_id = $1 and x.subject = 'campaign:' || c.id
        where x.tenant_id = $1
        """,
        tx.tenant_id,
    )
    found = {row["subject"]: Subject(row["name"], row["kind"]) for row in rows if row["name"] is not None}
    counted = {row["subject"] for row in rows}
    for held in await list_held(tx) if any(map(is_promotion, counted)) else ():
        subject = subject_of_promotion(held.program_id, held.promotion.id)
        if subject in counted:
            found[subject] = Subject(held.promotion.name, "promotion", is_gone=held.ended_at is not None)
    return found
