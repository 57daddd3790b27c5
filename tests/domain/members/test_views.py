"""Views of the list: one's own, those shared, and what the list opens with."""

from dataclasses import replace
from uuid import uuid4

import pytest

from plushka.domain.members.model import TextMissing, TextTooLong
from plushka.domain.members.views import (
    VIEWS_MAX,
    Habits,
    TooManyViews,
    UnknownView,
    choose_columns,
    delete_view,
    get_habits,
    list_views,
    open_with,
    save_view,
)
from plushka.platform.database import Tx


async def test_a_view_is_seen_by_whom_it_was_saved_for(tx: Tx) -> None:
    boris = replace(tx, actor="test:boris")
    own = await save_view(tx, name=" Мои  гости ", query="tag=vip", columns=["tier"], is_shared=False)
    shared = await save_view(tx, name="Спящие", query="unseen=60", columns=[], is_shared=True)

    assert [(view.id, view.name, view.is_own) for view in await list_views(tx)] == [
        (own, "Мои гости", True),
        (shared, "Спящие", True),
    ]
    assert [(view.id, view.is_own) for view in await list_views(boris)] == [(shared, False)]

    for view_id in (own, shared):
        with pytest.raises(UnknownView):
            await delete_view(boris, view_id)
    await delete_view(tx, own)
    assert [view.id for view in await list_views(tx)] == [shared]


async def test_the_list_opens_as_each_person_likes(tx: Tx) -> None:
    boris = replace(tx, actor="test:boris")
    shared = await save_view(tx, name="Спящие", query="unseen=60", columns=[], is_shared=True)
    assert await get_habits(boris) == Habits()

    await open_with(boris, shared)
    await choose_columns(boris, ["tier", "spend"])

    assert await get_habits(boris) == Habits(columns=("tier", "spend"), view_id=shared)
    assert await get_habits(tx) == Habits()
    await open_with(boris, None)
    assert (await get_habits(boris)).view_id is None
    with pytest.raises(UnknownView):
        await open_with(boris, uuid4())


async def test_views_have_names_and_are_not_without_number(tx: Tx) -> None:
    with pytest.raises(TextMissing):
        await save_view(tx, name=" ", query="", columns=[], is_shared=False)
    with pytest.raises(TextTooLong):
        await save_view(tx, name="я" * 61, query="", columns=[], is_shared=False)
    for number in range(VIEWS_MAX):
        await save_view(tx, name=str(number), query="", columns=[], is_shared=False)
    with pytest.raises(TooManyViews):
        await save_view(tx, name="ещё", query="", columns=[], is_shared=False)
