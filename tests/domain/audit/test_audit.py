"""The trail of changes."""

import asyncpg
import pytest

from plushka.domain.audit.model import EntryFilter
from plushka.domain.audit.operations import record
from plushka.domain.audit.queries import list_entries
from plushka.platform.database import Tx


async def test_a_change_is_noted_with_who_when_and_what(tx: Tx) -> None:
    await record(tx, action="key.issue", subject="key:1", till="7", scopes=None, count=2)

    (entry,) = await list_entries(tx, EntryFilter(subject="key:1"))
    assert (entry.actor, entry.at, entry.action) == ("test:anna", tx.at, "key.issue")
    assert entry.details == {"till": "7", "scopes": None, "count": 2}


@pytest.mark.parametrize("statement", ["delete from audit_entries", "update audit_entries set actor = 'eve'"])
async def test_a_note_stays(statement: str, tx: Tx) -> None:
    await tx.execute("savepoint before")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await tx.execute(statement)
    await tx.execute("rollback to before")
