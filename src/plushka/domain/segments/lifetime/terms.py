"""By what a business weighs money to come: our terms until it has its own."""

from msgspec import structs

from plushka.domain.audit import operations as audit
from plushka.domain.segments.lifetime.model import Terms
from plushka.platform.database import Tx


async def get_lifetime_terms(tx: Tx) -> Terms:
    """Return the business's terms, ours where it has none."""
    row = await tx.fetchrow(
        """
        -- segments.get_lifetime_terms
        select discount_bp, margin_bp, costed_min_bp from lifetime_terms where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return Terms() if row is None else Terms(**row)


async def set_lifetime_terms(tx: Tx, terms: Terms) -> None:
    """Let money to come be weighed by ``terms``: its margin from now on, its discount from the next run."""
    before = await get_lifetime_terms(tx)
    if terms == before:
        return
    await tx.execute(
        """
        -- segments.set_lifetime_terms
        insert into lifetime_terms (tenant_id, discount_bp, margin_bp, costed_min_bp) values ($1, $2, $3, $4)
        on conflict (tenant_id) do update
        set discount_bp = excluded.discount_bp, margin_bp = excluded.margin_bp, costed_min_bp = excluded.costed_min_bp
        """,
        tx.tenant_id,
        terms.discount_bp,
        terms.margin_bp,
        terms.costed_min_bp,
    )
    await audit.record(
        tx,
        action="forecast.change_terms",
        subject=f"business:{tx.tenant_id}",
        changes={
            name: (getattr(before, name), value)
            for name, value in structs.asdict(terms).items()
            if value != getattr(before, name)
        },
    )
