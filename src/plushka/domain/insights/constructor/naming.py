"""How keys of an answer are called: one look for each kind of thing that has an id or a code."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from plushka.domain.insights.constructor.catalogue import LISTED, Dimension, Naming
from plushka.domain.insights.constructor.model import Group, Question
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.platform.database import Tx

CHOICES_MAX = 300
"""Things that a condition offers."""

_TIERS = """
    select distinct on (tier.body->>'id') tier.body->>'id' as key, tier.body->>'name' as name
    from program_versions v cross join lateral jsonb_array_elements(v.body #> '{tiers,tiers}') as tier (body)
    where v.tenant_id = $1 and jsonb_typeof(v.body #> '{tiers,tiers}') = 'array'
    order by tier.body->>'id', v.valid_from desc
"""
_LOOKS: Mapping[Naming, str] = {
    "branch": "select id::text as key, name from branches where tenant_id = $1",
    "program": "select id::text as key, name from programs where tenant_id = $1",
    "tier": _TIERS,
    "category": "select code as key, name from categories where tenant_id = $1",
    "campaign": "select id::text as key, name from campaigns where tenant_id = $1",
}
_LOOKS_BY_KEY: Mapping[Naming, str] = {
    "product": "select sku as key, name from products where tenant_id = $1 and sku = any($2::text[])",
    "member": "select id::text as key, name from members where tenant_id = $1 and id = any($2::uuid[])",
}


async def name_keys(tx: Tx, question: Question, groups: Sequence[Group]) -> dict[str, dict[str, str]]:
    """Return by dimension the names of the keys that have one; what has gone is called by its key."""
    dimensions = SOURCES[question.source].dimensions
    names: dict[str, dict[str, str]] = {}
    for place, name in enumerate(question.dimensions):
        if name == question.column:
            keys = {group.column for group in groups if group.column}
        else:
            keys = {group.keys[place] for group in groups if len(group.keys) > place and group.keys[place]}
        if keys:
            names[name] = await name_values(tx, dimensions[name], {key for key in keys if key})
    return {name: found for name, found in names.items() if found}


async def name_values(tx: Tx, dimension: Dimension, keys: Collection[str]) -> dict[str, str]:
    """Return the names of those keys of a dimension that have one."""
    naming = dimension.naming
    if naming in _LOOKS_BY_KEY:
        typed = [UUID(key) for key in keys] if naming == "member" else list(keys)
        rows = await tx.fetch(f"-- insights.name_keys\n{_LOOKS_BY_KEY[naming]}", tx.tenant_id, typed)
    elif naming in LISTED:
        rows = await tx.fetch(f"-- insights.name_keys\n{_LOOKS[naming]}", tx.tenant_id)
    else:
        return {}
    return {row["key"]: row["name"] for row in rows if row["key"] in keys and row["name"]}


async def list_choices(
    tx: Tx, dimension: Dimension, *, branch_ids: Collection[UUID] = ()
) -> list[tuple[str, str]]:
    """Return what a condition of a dimension offers, key and name, in the order of names."""
    rows = await tx.fetch(
        f"""
        -- insights.list_choices
        select key, name from ({_LOOKS[dimension.naming]}) as found order by lower(name), key limit {CHOICES_MAX}
        """,  # noqa: S608  constants only
        tx.tenant_id,
    )
    kept = set(map(str, branch_ids)) if dimension.naming == "branch" else set()
    return [(row["key"], row["name"]) for row in rows if not kept or row["key"] in kept]
