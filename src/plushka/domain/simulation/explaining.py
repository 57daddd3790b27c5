"""One receipt of an answer, with all that explains it: its member's past is gone through up to it, by both rules."""

from uuid import UUID

from msgspec import Struct

from plushka.domain.simulation.past import Sale
from plushka.domain.simulation.question import Question
from plushka.domain.simulation.reading import Members
from plushka.domain.simulation.replaying import decide_one
from plushka.domain.simulation.shares import DRAFT, PUBLISHED, make_ready, read_members
from plushka.engine.purchase import Outcome
from plushka.platform.database import Tx


class Explained(Struct, frozen=True):
    """A receipt as both rules decide it, members spending as they did; ``sale`` is how it was."""

    sale: Sale
    published: Outcome
    draft: Outcome


async def explain_receipt(
    tx: Tx, question: Question, *, member_id: UUID, receipt_id: UUID
) -> Explained | None:
    """Return the receipt decided anew; None where the member's past has it no more: erased, merged, or not theirs."""
    desk = await make_ready(tx, question)
    for past in await read_members(tx, desk, Members(member_id, member_id)):
        sale = next((each for each in past.sales if each.id == receipt_id), None)
        published = decide_one(past, desk.course(PUBLISHED, "observed"), receipt_id)
        draft = decide_one(past, desk.course(DRAFT, "observed"), receipt_id)
        if sale is not None and published is not None and draft is not None:
            return Explained(sale, published, draft)
    return None
