"""``plushka import``: members of a file, brought into a business by the operator."""

import asyncio
from pathlib import Path
from uuid import UUID

from cyclopts import App

from plushka.domain.businesses.queries import get_business, list_tenant_ids
from plushka.domain.members.imports.files import read_table
from plushka.domain.members.imports.understanding import propose, understand
from plushka.domain.occasions.profiles import note_imported
from plushka.domain.programs.import_work import ROWS_A_STEP, Report, Telling, import_part, note_import
from plushka.domain.programs.importing import facts_of
from plushka.domain.programs.queries import find_version_in_force, get_current_version
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.errors import Invalid
from plushka.platform.operating import NeedsOperator
from plushka.platform.postgres.access import available
from plushka.platform.progress import progress
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

app = App(name="import", help="Bring members in from a CSV or Excel file.")

ACTOR = "operator:cli"


class NotImported(NeedsOperator):
    """The file or the business is not fit; the message says why."""


@app.default
def import_file(
    file: Path,
    *,
    source: str,
    tenant: UUID | None = None,
    program: UUID | None = None,
    trial: bool = False,
    problems: Path | None = None,
) -> None:
    """Bring the members of FILE in: created, updated, left out; the same file again changes nothing.

    Parameters
    ----------
    source
        Where the balances come from: a member's balance of one source is booked once.
    tenant
        The business; may be left out when there is only one.
    program
        The programme that balances and tiers go into; the business's first one if left out.
    trial
        Tell what would be done and leave everything as it is.
    problems
        Where to write the rows that have problems.
    """
    settings = Settings.from_environment()
    with available(settings) as dsn:
        report, told = asyncio.run(
            _import(
                dsn,
                file.read_bytes(),
                source,
                tenant,
                program,
                vault=Vault.of(settings),
                is_trial=trial,
            )
        )
    for name in Report.__struct_fields__:
        print(f"  {name:<12}{getattr(report, name):>14,}")
    if problems is not None:
        problems.write_bytes(told)


async def _import(
    dsn: str,
    content: bytes,
    source: str,
    tenant: UUID | None,
    program: UUID | None,
    *,
    vault: Vault,
    is_trial: bool,
) -> tuple[Report, bytes]:
    database, clock = await Database.connect(dsn, connections_max=1, vault=vault), SystemClock()
    try:
        async with database.global_transaction(actor=ACTOR, at=clock.now()) as tx:
            tenant_ids = [tenant] if tenant else list(await list_tenant_ids(tx))
        if len(tenant_ids) != 1:
            raise NotImported(f"there are {len(tenant_ids)} businesses: name one with --tenant")
        async with database.transaction(tenant_ids[0], actor=ACTOR, at=clock.now(), read_only=True) as tx:
            business = await get_business(tx)
            version = await (find_version_in_force(tx, program) if program else get_current_version(tx))
        if version is None:
            raise NotImported("no programme is in force: publish one first")
        facts = facts_of(business, version, clock.now())
        plan = propose(read_table(content), country=facts.country, today=facts.today, source=source)
        understood = understand(content, plan, facts)
        telling, report, told = Telling(understood.table, plan, business.language, facts.scale), Report(), b""
        with progress("Importing", len(understood.rows), "rows") as steps:
            for start in range(0, len(understood.rows), ROWS_A_STEP):
                rows = understood.rows[start : start + ROWS_A_STEP]
                async with database.transaction(tenant_ids[0], actor=ACTOR, at=clock.now()) as tx:
                    outcomes, given = await import_part(
                        tx,
                        rows,
                        business=business,
                        version=version,
                        source=source,
                        fill=note_imported,
                        is_trial=is_trial,
                    )
                report.given += given
                for row, outcome in zip(rows, outcomes, strict=True):
                    report.add(row, outcome)
                told += telling.write(outcomes, is_first=start == 0)
                steps.advance(len(rows))
        if not is_trial:
            async with database.transaction(tenant_ids[0], actor=ACTOR, at=clock.now()) as tx:
                await note_import(tx, f"business:{business.tenant_id}", source, report)
    except Invalid as refusal:
        raise NotImported(refusal_sentence(refusal.code, refusal.facts, "en")) from refusal
    finally:
        await database.close()
    return report, told
