"""What was compared, by the names that people know."""

from collections.abc import Mapping

from plushka.domain.insights.campaigns.model import subject_of_promotion
from plushka.domain.programs.queries import find_version_in_force, list_programs
from plushka.platform.database import Tx


async def list_subjects(tx: Tx) -> Mapping[str, str]:
    """Return the name of each campaign, and of each promotion of the programmes in force, that was compared."""
    rows = await tx.fetch(
        """
        -- insights.list_subjects
        select x.subject, c.name
        from experiments x
        left join campaigns c on c.tenant_id = $1 and x.subject = 'campaign:' || c.id
        where x.tenant_id = $1
        """,
        tx.tenant_id,
    )
    names: dict[str, str] = {row["subject"]: row["name"] for row in rows if row["name"] is not None}
    counted = {row["subject"] for row in rows}
    for program in await list_programs(tx):
        version = await find_version_in_force(tx, program.id)
        for promotion in version.program.promotions if version else ():
            subject = subject_of_promotion(program.id, promotion.id)
            if subject in counted:
                names[subject] = promotion.name
    return names
