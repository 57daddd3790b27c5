"""Founding a business, by whatever way the wish came in."""

from dataclasses import replace
from uuid import UUID

from plushka.domain.businesses.branches import open_branch
from plushka.domain.businesses.names import check_name
from plushka.domain.businesses.operations import found_business
from plushka.domain.founding.model import Founded, Owner, Plan
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.programs.presets.categories import add_categories
from plushka.domain.programs.presets.shelf import get_preset
from plushka.domain.programs.presets.writing import write_program
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import add_account, hire, issue_key, set_up_till
from plushka.engine.program import Program
from plushka.platform.database import Tx
from plushka.platform.i18n import Language, translator

FIRST_BRANCH = "1"
"""The code of the first branch; people know it by its name."""


async def found(tx: Tx, plan: Plan, owner: Owner | UUID) -> Founded:
    """Found the business of the transaction, all of it: ``owner`` is a new person or an account.

    The caller makes the business's id by opening the transaction on ``new_id()``.

    :raises Invalid: for what cannot be, with its field
    :raises EmailTaken: a new owner's e-mail belongs to somebody
    """
    for field, name in (("name", plan.name), ("branch", plan.branch)):
        check_name(name, field=field)
    account_id = owner if isinstance(owner, UUID) else await _register(tx, owner)
    if tx.actor == "visitor":
        # Nobody was known a statement ago: all that follows is the new owner's own doing.
        tx = replace(tx, actor=f"account:{account_id}")
    await found_business(
        tx,
        name=plan.name,
        currency=plan.currency,
        country=plan.country,
        language=plan.language,
        time_zone=plan.time_zone,
    )
    await hire(tx, account_id=account_id, role="owner")
    branch = await open_branch(tx, code=FIRST_BRANCH, name=plan.branch)
    till = await set_up_till(tx, name=till_name(plan.branch, plan.language), branch_id=branch.id)
    _, key = await issue_key(tx, till_id=till.id, scopes=SCOPES)
    program_id = await begin_program(tx, plan)
    return Founded(
        tenant_id=tx.tenant_id,
        account_id=account_id,
        program_id=program_id,
        till_id=till.id,
        till_key=key,
    )


async def begin_program(tx: Tx, plan: Plan) -> UUID:
    """Publish the business's first programme: that of the preset, with the categories its rules name, or an empty one.

    An empty programme gives nothing, but tills may report purchases from the first day on.

    :raises UnknownPreset: there is no such preset
    :raises PresetWithoutCurrency: its amounts are not known in the business's currency
    """
    words = translator(plan.language)
    if plan.preset is None:
        program = Program(name=words.gettext("First programme"), currency=plan.currency)
    else:
        preset = get_preset(plan.preset)
        program = write_program(preset, currency=plan.currency, language=plan.language)
        await add_categories(tx, preset, plan.language)
    program_id = await create_program(tx, name=program.name)
    await publish(tx, program_id=program_id, program=program, valid_from=tx.at)
    return program_id


def till_name(branch: str, language: Language, number: int = 1) -> str:
    """Return what the till ``number`` of a branch is called until somebody names it."""
    return translator(language).gettext("{branch}, till {number}", branch=branch, number=number)


async def _register(tx: Tx, owner: Owner) -> UUID:
    account = await add_account(
        tx,
        email=owner.email,
        name=owner.name,
        password_hash=owner.password_hash,
        language=owner.language,
    )
    return account.id
