"""What the coffee shop's owner thinks about: more points for everybody, tried on the receipts of three months."""

from msgspec import structs

from plushka.domain.programs.drafts import get_draft, save_draft
from plushka.domain.programs.queries import get_program_id
from plushka.domain.simulation.operations import Wish, ask
from plushka.domain.simulation.queries import list_asked
from plushka.engine.program import Percent
from plushka.platform.database import Tx

RATE_BP = 700
MONTHS = 3


async def try_draft(tx: Tx) -> None:
    """Save a draft with a higher rate of its first rule and leave the question; the worker answers. Safe to repeat."""
    program_id = await get_program_id(tx)
    draft = await get_draft(tx, program_id)
    if draft.revision is not None or await list_asked(tx, program_id):
        return
    first, *others = draft.program.earning
    raised = structs.replace(first, effect=Percent(rate_bp=RATE_BP))
    saved = await save_draft(
        tx, program_id, structs.replace(draft.program, earning=(raised, *others)), mark=draft.mark
    )
    await ask(tx, program_id, Wish(months=MONTHS), mark=saved.mark)
