"""What is given for friends, written in the editor."""

from typing import Any

import httpx
import pytest
from tests.office.conftest import plain
from tests.office.engagement.forms import fields_of
from tests.office.engagement.test_editor import Editor, editor

from plushka.engine.conditions import Category, Weekday
from plushka.engine.program import AfterDays, ExpiryFixed, GrantCap, PointsReward, Referral
from plushka.engine.referral_parts import BaseShare, FixedReward, ReferralCaps

__all__ = ("editor",)


async def test_what_the_form_begins_with_is_a_hundred_points_for_the_first_purchase(editor: Editor) -> None:
    before = await editor.draft()
    await editor.save("friends")
    assert (await editor.draft()).revision == before.revision
    await editor.save("friends", enabled="on")
    assert (await editor.draft()).program.referral == Referral((FixedReward(100),))
    await editor.save("friends", enabled="")
    assert (await editor.draft()).program.referral is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("both", Referral((FixedReward(200),), friend=PointsReward(200))),
        ("share", Referral((BaseShare(10_00),))),
        ("three", Referral((BaseShare(10_00), BaseShare(2_00), BaseShare(1_00)), purchases_max=None)),
    ],
)
async def test_a_ready_beginning_is_typed_and_kept_when_it_is_saved(
    editor: Editor, kind: str, expected: Referral
) -> None:
    before = await editor.draft()
    begun = await editor.send("friends", await editor.open("friends"), f"begin:{kind}")
    assert (await editor.draft()).revision == before.revision
    await editor.send("friends", fields_of(begun.text))
    assert (await editor.draft()).program.referral == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            {
                "level__1__kind": "percent",
                "level__1__rate": "10",
                "level__2__kind": "percent",
                "level__2__rate": "2",
                "level__3__kind": "percent",
                "level__3__rate": "1,5",
                "occasions": "each",
                "wait_days": "0",
                "bind_days": "",
            },
            Referral(
                (BaseShare(10_00), BaseShare(2_00), BaseShare(1_50)),
                purchases_max=None,
                paid_after_days=0,
                bind_within_days=None,
            ),
        ),
        (
            {
                "level__1__points": "150",
                "occasions": "some",
                "purchases": "3",
                "paid_min": "500",
                "friend": "on",
                "friend_points": "50",
                "friend_activation__kind": "after_days",
                "friend_activation__days": "1",
                "friend_expiry__kind": "fixed",
                "friend_expiry__count": "15",
                "friend__cap": "30",
                "expiry__kind": "fixed",
                "expiry__count": "60",
                "grant__cap": "50",
                "cap_points": "1000",
                "cap_friends": "10",
                "goods__only": ["category:coffee"],
                "when__days": ["1", "2"],
            },
            Referral(
                (FixedReward(150),),
                purchases_max=3,
                paid_min_minor=500_00,
                when=Weekday((1, 2)),
                lines=Category(("coffee",)),
                friend=PointsReward(50, AfterDays(1), ExpiryFixed(days=15), GrantCap(30_00)),
                expiry=ExpiryFixed(days=60),
                grant_cap=GrantCap(50_00),
                caps=ReferralCaps(1000, 10),
            ),
        ),
    ],
)
async def test_all_of_it_is_typed_and_shown_again(
    editor: Editor, typed: dict[str, Any], expected: Referral
) -> None:
    await editor.save("friends", enabled="on", **typed)
    saved = await editor.draft()
    assert saved.program.referral == expected
    await editor.save("friends")
    assert (await editor.draft()).revision == saved.revision


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(editor: Editor) -> None:
    wrong = {
        "enabled": "on",
        "level.2.kind": "",
        "level.3.kind": "fixed",
        "level.3.points": "7",
        "paid_min": "сто",
    }
    typed = await editor.open("friends") | {name: [value] for name, value in wrong.items()}
    answer = await editor.send("friends", typed)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    told = plain(answer.text)
    assert "Предыдущая ступень ничего не получает" in told
    assert 'value="сто"' in told
    assert 'value="7"' in told


async def test_the_programme_says_it_and_the_panel_shows_what_each_level_gets(editor: Editor) -> None:
    levels = {f"level__{number}__kind": "percent" for number in (1, 2, 3)}
    rates = {"level__1__rate": "10", "level__2__rate": "2", "level__3__rate": "1"}
    await editor.save("friends", enabled="on", **levels, **rates)
    typed = await editor.open("friends") | {"try.invited": ["on"]}
    told = plain((await editor.send("friends", typed, "refresh")).text)
    assert "Кто привёл друга, получает 10 % от покупки за первую покупку друга" in told
    for who, points in (
        ("кто привёл друга", "100"),
        ("кто привёл его самого", "20"),
        ("кто ещё на шаг выше", "10"),
    ):
        row = told[told.index(f"За друзей: {who}") :]
        assert points in row[:400]


async def test_bring_a_friend_stands_among_the_beginnings_of_promotions_and_leads_here(
    anna: httpx.AsyncClient, editor: Editor
) -> None:
    page = (await anna.get(f"{editor.home}/draft/promotions")).text
    beginnings = page[page.index("Добавить акцию") :]
    path = f"{editor.home}/draft/friends"
    assert f'href="{path}"' in beginnings
    assert "Приведи друга" in beginnings
    assert (await anna.get(path)).status_code == httpx.codes.OK
