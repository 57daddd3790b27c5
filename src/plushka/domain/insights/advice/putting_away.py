"""Advice that somebody has put away: it is not told for a month, or until it is taken back."""

from collections.abc import Collection
from datetime import date, timedelta

from plushka.domain.audit import operations as audit
from plushka.domain.insights.advice.model import Rule
from plushka.platform.database import Tx

PUT_AWAY_DAYS = 30
SUBJECT_LENGTH_MAX = 300


async def put_away(tx: Tx, rule: Rule, subject: str, *, today: date) -> date:
    """Do not tell ``rule`` of ``subject`` until the day returned; once more: from today anew."""
    until_on = today + timedelta(days=PUT_AWAY_DAYS)
    await tx.execute(
        """
        -- insights.put_advice_away
        insert into advice_put_away (tenant_id, rule, subject, until_on, actor, at) values ($1, $2, $3, $4, $5, $6)
        on conflict (tenant_id, rule, subject) do update
        set until_on = excluded.until_on, actor = excluded.actor, at = excluded.at
        """,
        tx.tenant_id,
        rule,
        subject[:SUBJECT_LENGTH_MAX],
        until_on,
        tx.actor,
        tx.at,
    )
    await audit.record(tx, action="advice.put_away", subject=f"advice:{rule}", days=PUT_AWAY_DAYS)
    return until_on


async def take_back(tx: Tx, rule: Rule, subject: str) -> None:
    """Tell it again; what was not put away is told anyway."""
    is_there = await tx.fetchval(
        """
        -- insights.take_advice_back
        delete from advice_put_away where tenant_id = $1 and rule = $2 and subject = $3 returning true
        """,
        tx.tenant_id,
        rule,
        subject[:SUBJECT_LENGTH_MAX],
    )
    if is_there:
        await audit.record(tx, action="advice.take_back", subject=f"advice:{rule}")


async def list_put_away(tx: Tx, today: date) -> Collection[tuple[str, str]]:
    """Return what is not to be told today, as rule and subject."""
    rows = await tx.fetch(
        """
        -- insights.list_advice_put_away
        select rule, subject from advice_put_away where tenant_id = $1 and until_on > $2
        """,
        tx.tenant_id,
        today,
    )
    return {(row["rule"], row["subject"]) for row in rows}
