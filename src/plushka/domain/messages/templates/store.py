"""Writing and reading templates."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec
from asyncpg import Record

from plushka.domain.audit.operations import record
from plushka.domain.businesses.pictures import digest_of
from plushka.domain.members.model import TextMissing, TextTooLong
from plushka.domain.messages.templates.checking import find_problems
from plushka.domain.messages.templates.model import (
    BUTTONS_MAX,
    NAME_LENGTH_MAX,
    TEMPLATES_MAX,
    Body,
    Draft,
    Template,
    TemplateArchived,
    TemplateChanged,
    TemplateFaulty,
    TooManyTemplates,
    UnknownTemplate,
)
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

_COLUMNS = """
    id, name, purpose, body::text, picture_digest, revision, changed_at, changed_by, archived_at
"""
REVISED_MAX = 500
_revised = OrderedDict[tuple[UUID, UUID, int], Template]()
"""By tenant, id and revision: each change makes another one. The least recently used gives way."""
_body = msgspec.json.Decoder(Body)


async def create_template(tx: Tx, draft: Draft, *, template_id: UUID | None = None) -> UUID:
    """Write a template and return its id; safe to repeat with the same ``template_id``.

    :raises TemplateFaulty: something is wrong in its words
    :raises TextMissing, TextTooLong: of its name
    :raises TooManyTemplates: the business has ``TEMPLATES_MAX``
    """
    _check(draft, has_picture=False)
    if await _count(tx) >= TEMPLATES_MAX:
        raise TooManyTemplates(field="name", templates_max=TEMPLATES_MAX)
    template_id = template_id or new_id()
    created = await tx.fetchval(
        """
        -- templates.create_template
        insert into templates (tenant_id, id, name, purpose, body, created_at, changed_at, changed_by)
        values ($1, $2, $3, $4, $5, $6, $6, $7)
        on conflict do nothing
        returning id
        """,
        tx.tenant_id,
        template_id,
        draft.name.strip(),
        draft.purpose,
        msgspec.json.encode(draft.body).decode(),
        tx.at,
        tx.actor,
    )
    if created is not None:
        await record(
            tx,
            action="template.create",
            subject=f"template:{template_id}",
            name=draft.name.strip(),
            purpose=draft.purpose,
        )
    return template_id


async def change_template(tx: Tx, template_id: UUID, draft: Draft, *, revision: int) -> None:
    """Write a template anew, which somebody has seen in this ``revision``; what waits to be sent says the new words.

    :raises UnknownTemplate: the business has none of this id
    :raises TemplateChanged: somebody else has saved it since
    :raises TemplateArchived: it is put away
    :raises TemplateFaulty: something is wrong in its words
    """
    known = await get_template(tx, template_id, lock=True)
    if known.archived_at is not None:
        raise TemplateArchived
    _check(draft, has_picture=bool(known.picture_digest))
    if known.revision != revision:
        raise TemplateChanged
    await tx.execute(
        """
        -- templates.change_template
        update templates
        set name = $3, purpose = $4, body = $5, revision = revision + 1, changed_at = $6, changed_by = $7
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        template_id,
        draft.name.strip(),
        draft.purpose,
        msgspec.json.encode(draft.body).decode(),
        tx.at,
        tx.actor,
    )
    await record(
        tx,
        action="template.change",
        subject=f"template:{template_id}",
        name=draft.name.strip(),
        changes={"name": (known.name, draft.name.strip()), "purpose": (known.purpose, draft.purpose)},
    )


async def copy_template(tx: Tx, template_id: UUID, *, name: str) -> UUID:
    """Write the same once more under another name, with its picture, and return its id.

    :raises UnknownTemplate: the business has none of this id
    """
    known = await get_template(tx, template_id)
    copy_id = await create_template(tx, Draft(name[:NAME_LENGTH_MAX], known.purpose, known.body))
    await tx.execute(
        """
        -- templates.copy_picture
        update templates t set picture = s.picture, picture_digest = s.picture_digest
        from templates s
        where t.tenant_id = $1 and t.id = $2 and s.tenant_id = $1 and s.id = $3
        """,
        tx.tenant_id,
        copy_id,
        template_id,
    )
    return copy_id


async def archive_template(tx: Tx, template_id: UUID) -> None:
    """Put a template away: nothing new is written by it, what waits is still sent. Safe to repeat."""
    known = await get_template(tx, template_id, lock=True)
    if known.archived_at is None:
        await _set_archived(tx, template_id, is_archived=True)
        await record(tx, action="template.archive", subject=f"template:{template_id}", name=known.name)


async def restore_template(tx: Tx, template_id: UUID) -> None:
    """Take a template out again. Safe to repeat."""
    known = await get_template(tx, template_id, lock=True)
    if known.archived_at is not None:
        await _set_archived(tx, template_id, is_archived=False)
        await record(tx, action="template.restore", subject=f"template:{template_id}", name=known.name)


async def set_template_picture(tx: Tx, template_id: UUID, picture: bytes | None) -> None:
    """Give a template its picture, drawn by us, or take it away.

    :raises TemplateFaulty: its text is too long to stand under a picture
    """
    known = await get_template(tx, template_id, lock=True)
    digest = "" if picture is None else digest_of(picture)
    if digest == known.picture_digest:
        return
    if picture is not None:
        _check(known.draft, has_picture=True)
    await tx.execute(
        """
        -- templates.set_picture
        update templates
        set picture = $3, picture_digest = $4, revision = revision + 1, changed_at = $5, changed_by = $6
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        template_id,
        picture,
        digest,
        tx.at,
        tx.actor,
    )
    await record(tx, action="template.picture", subject=f"template:{template_id}", name=known.name)


async def get_template(tx: Tx, template_id: UUID, *, lock: bool = False) -> Template:
    """Return a template, put away or not; ``lock`` it to change it.

    :raises UnknownTemplate: the business has none of this id
    """
    row = await tx.fetchrow(
        f"""
        -- templates.get_template
        select {_COLUMNS} from templates where tenant_id = $1 and id = $2 {"for update" if lock else ""}
        """,  # noqa: S608  constants
        tx.tenant_id,
        template_id,
    )
    if row is None:
        raise UnknownTemplate
    return _template_of(row)


async def find_templates(tx: Tx, ids: Collection[UUID]) -> Mapping[UUID, Template]:
    """Return templates by their ids, those that there are."""
    rows = await tx.fetch(
        f"""
        -- templates.find_templates
        select {_COLUMNS} from templates where tenant_id = $1 and id = any($2::uuid[])
        """,  # noqa: S608  constants
        tx.tenant_id,
        list(ids),
    )
    return {row["id"]: _template_of(row) for row in rows}


async def find_revised(tx: Tx, revisions: Mapping[UUID, int]) -> Mapping[UUID, Template]:
    """Return templates as they are to be worded, by their ids: of these revisions, or of later ones.

    Each revision is read once by a process. Whether a template was put away meanwhile is not told.
    """
    keys = {template_id: (tx.tenant_id, template_id, revision) for template_id, revision in revisions.items()}
    unknown = [template_id for template_id, key in keys.items() if key not in _revised]
    read = await find_templates(tx, unknown) if unknown else {}
    templates: dict[UUID, Template] = {}
    for template_id, key in keys.items():
        template = read.get(template_id) or _revised.get(key)
        if template is None:
            continue
        templates[template_id] = template
        _revised[key[0], key[1], template.revision] = template
        _revised.move_to_end((key[0], key[1], template.revision))
    while len(_revised) > REVISED_MAX:
        _revised.popitem(last=False)
    return templates


async def list_templates(tx: Tx, *, are_archived: bool = False, words: str = "") -> Sequence[Template]:
    """Return the business's templates in the order of their names, those with ``words`` in it."""
    rows = await tx.fetch(
        f"""
        -- templates.list_templates
        select {_COLUMNS} from templates
        where tenant_id = $1 and (archived_at is not null) = $2 and name ilike '%' || $3 || '%'
        order by lower(name), id
        """,  # noqa: S608  constants
        tx.tenant_id,
        are_archived,
        words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_"),
    )
    return [_template_of(row) for row in rows]


async def find_template_picture(tx: Tx, template_id: UUID, digest: str) -> bytes | None:
    """Return the picture of this digest."""
    picture: bytes | None = await tx.fetchval(
        """
        -- templates.find_picture
        select picture from templates where tenant_id = $1 and id = $2 and picture_digest = $3
        """,
        tx.tenant_id,
        template_id,
        digest,
    )
    return picture


def _check(draft: Draft, *, has_picture: bool) -> None:
    if not draft.name.strip():
        raise TextMissing(field="name")
    if len(draft.name.strip()) > NAME_LENGTH_MAX:
        raise TextTooLong(field="name", length_max=NAME_LENGTH_MAX)
    if len(draft.body.buttons) > BUTTONS_MAX:
        raise TextTooLong(field="buttons", length_max=BUTTONS_MAX)
    if problems := find_problems(draft.body, has_picture=has_picture):
        raise TemplateFaulty(problems)


async def _count(tx: Tx) -> int:
    count: int = await tx.fetchval(
        """
        -- templates.count
        select count(*) from templates where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return count


async def _set_archived(tx: Tx, template_id: UUID, *, is_archived: bool) -> None:
    await tx.execute(
        """
        -- templates.set_archived
        update templates set archived_at = case when $3 then $4::timestamptz end where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        template_id,
        is_archived,
        tx.at,
    )


def _template_of(row: Record) -> Template:
    return Template(
        id=row["id"],
        name=row["name"],
        purpose=row["purpose"],
        body=_body.decode(row["body"]),
        picture_digest=row["picture_digest"],
        revision=row["revision"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
        archived_at=row["archived_at"],
    )
