"""How people like to see the list of members: views under a name, columns, and what it opens with."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from plushka.domain.members.model import TextMissing, TextTooLong
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict, NotFound
from plushka.platform.ids import new_id

VIEW_NAME_LENGTH_MAX = 60
VIEWS_MAX = 50


class SavedView(Struct, frozen=True):
    """A list under a name; ``query`` is that of its address, ``is_own``: of the one who asks."""

    id: UUID
    name: str
    query: str
    columns: tuple[str, ...]
    is_shared: bool
    is_own: bool


class Habits(Struct, frozen=True):
    """What a person has chosen for the list; None: nothing yet."""

    columns: tuple[str, ...] | None = None
    view_id: UUID | None = None


class UnknownView(NotFound):
    code = "view_not_found"


class TooManyViews(Conflict):
    code = "views_too_many"


async def list_views(tx: Tx) -> tuple[SavedView, ...]:
    """Return the views that the actor sees: their own and the shared ones, by name."""
    rows = await tx.fetch(
        """
        -- members.list_views
        select id, name, query, columns, is_shared, actor = $2 as is_own
        from saved_views
        where tenant_id = $1 and (is_shared or actor = $2)
        order by lower(name), id
        """,
        tx.tenant_id,
        tx.actor,
    )
    return tuple(SavedView(**{**row, "columns": tuple(row["columns"])}) for row in rows)


async def save_view(tx: Tx, *, name: str, query: str, columns: Sequence[str], is_shared: bool) -> UUID:
    """Keep a view under a name; names may repeat.

    :raises Invalid: the name is empty or too long
    :raises TooManyViews: the business has ``VIEWS_MAX``
    """
    name = " ".join(name.split())
    if not name:
        raise TextMissing(field="name")
    if len(name) > VIEW_NAME_LENGTH_MAX:
        raise TextTooLong(field="name", length_max=VIEW_NAME_LENGTH_MAX)
    view_id = new_id()
    saved = await tx.fetchval(
        """
        -- members.save_view
        insert into saved_views (tenant_id, id, actor, name, query, columns, is_shared, created_at)
        select $1, $2, $3, $4, $5, $6, $7, $8
        where (select count(*) from saved_views where tenant_id = $1) < $9
        returning true
        """,
        tx.tenant_id,
        view_id,
        tx.actor,
        name,
        query,
        list(columns),
        is_shared,
        tx.at,
        VIEWS_MAX,
    )
    if not saved:
        raise TooManyViews(field="name", views_max=VIEWS_MAX)
    return view_id


async def delete_view(tx: Tx, view_id: UUID) -> None:
    """Forget a view of the actor's own; who opened the list with it opens it whole again.

    :raises UnknownView: the actor has no such view
    """
    deleted = await tx.fetchval(
        """
        -- members.delete_view
        delete from saved_views where tenant_id = $1 and id = $2 and actor = $3 returning true
        """,
        tx.tenant_id,
        view_id,
        tx.actor,
    )
    if not deleted:
        raise UnknownView


async def get_habits(tx: Tx) -> Habits:
    """Return what the actor has chosen."""
    row = await tx.fetchrow(
        """
        -- members.get_habits
        select columns, view_id from list_habits where tenant_id = $1 and actor = $2
        """,
        tx.tenant_id,
        tx.actor,
    )
    if row is None:
        return Habits()
    return Habits(None if row["columns"] is None else tuple(row["columns"]), row["view_id"])


async def choose_columns(tx: Tx, columns: Sequence[str]) -> None:
    """Remember the actor's columns."""
    await tx.execute(
        """
        -- members.choose_columns
        insert into list_habits (tenant_id, actor, columns) values ($1, $2, $3)
        on conflict (tenant_id, actor) do update set columns = excluded.columns
        """,
        tx.tenant_id,
        tx.actor,
        list(columns),
    )


async def open_with(tx: Tx, view_id: UUID | None) -> None:
    """Let the actor's list open with a view, or with nothing narrowed.

    :raises UnknownView: the actor sees no such view
    """
    if view_id is not None and all(view.id != view_id for view in await list_views(tx)):
        raise UnknownView
    await tx.execute(
        """
        -- members.open_with
        insert into list_habits (tenant_id, actor, view_id) values ($1, $2, $3)
        on conflict (tenant_id, actor) do update set view_id = excluded.view_id
        """,
        tx.tenant_id,
        tx.actor,
        view_id,
    )
