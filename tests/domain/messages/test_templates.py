"""Templates: variables filled in and nothing else, faults told by their place, letters worded with the facts of now."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.messages.next_message import take_next
from tests.domain.messages.recipients import connect_bots, letter, recipient, state_of
from tests.domain.shop import open_shop

from plushka.domain.bots.enrolling import find_inviter
from plushka.domain.businesses.queries import get_business
from plushka.domain.coupons.codes import in_halves
from plushka.domain.coupons.operations import create_coupon, give_codes
from plushka.domain.events.carts.model import CART
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.members.consents import note_consent
from plushka.domain.members.model import Identity
from plushka.domain.members.naming import add_identity
from plushka.domain.members.operations import enroll
from plushka.domain.messages.composing import Blank, Printer, compose
from plushka.domain.messages.letters import post
from plushka.domain.messages.model import Button, Channel, Message
from plushka.domain.messages.templates.checking import find_missing, find_problems, list_risks
from plushka.domain.messages.templates.facts import Asked, list_own_values
from plushka.domain.messages.templates.happenings import example_fields
from plushka.domain.messages.templates.model import (
    Body,
    Draft,
    Problem,
    Template,
    TemplateArchived,
    TemplateButton,
    TemplateChanged,
    TemplateFaulty,
    Words,
)
from plushka.domain.messages.templates.points_given import given_later, known_until
from plushka.domain.messages.templates.ready import READY, draft_of
from plushka.domain.messages.templates.rendering import rendered
from plushka.domain.messages.templates.store import (
    archive_template,
    change_template,
    copy_template,
    create_template,
    get_template,
    list_templates,
    set_template_picture,
)
from plushka.domain.messages.templates.text import Missing, fill, take_apart
from plushka.domain.messages.templates.variables import VARIABLES, examples
from plushka.domain.programs.operations import publish
from plushka.domain.referrals.invitations import friend_start
from plushka.engine.program import (
    EarningRule,
    ExpiryFixed,
    Percent,
    Program,
    Redemption,
    Referral,
    StampCard,
    TierReview,
    TierRule,
    Tiers,
)
from plushka.engine.purchase import Place
from plushka.engine.referral_parts import FixedReward
from plushka.engine.stamp_parts import Gift, Spend, Visits
from plushka.engine.welcome import by_hand, welcome_grant
from plushka.platform.database import Database, Tx
from plushka.platform.i18n import LANGUAGES


def words(ru: str) -> Body:
    return Body(words={"ru": Words(ru)})


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Привет, {name}!", "Привет, Анна!"),
        ("Привет, { name | друг }!", "Привет, Анна!"),
        ("{tier|гость}", "гость"),
        ("{{name}} — {name}", "{name} — Анна"),
        ("{name|{", None),
    ],
)
def test_variables_are_filled_in(text: str, filled: str | None) -> None:
    if filled is None:
        assert take_apart(text)[1]
    else:
        assert fill(text, {"name": "Анна", "tier": ""}) == filled


def test_what_has_no_value_and_no_word_instead_is_refused() -> None:
    with pytest.raises(Missing, match="tier"):
        fill("{tier}", {"name": "Анна"})


@given(st.text(max_size=60), st.text(max_size=20))
def test_whatever_is_written_is_text_and_values_are_not_read_again(text: str, value: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert fill(f"{doubled}{{name}}", {"name": value or "x"}) == f"{text}{value or 'x'}"


def test_faults_are_told_by_their_language_channel_and_place() -> None:
    body = Body(
        words={
            "ru": Words("Привет, {имя}!", own={"sms": "Код {coupon"}),
            "en": Words("Hi {name}", subject="x" * 200),
        },
        buttons=(TemplateButton({"ru": "Сайт"}, link="javascript:alert(1)"),),
    )
    assert set(find_problems(body)) == {
        Problem("variable_unknown", "ru", None, "имя", 8),
        Problem("brace_alone", "ru", "sms", "{", 4),
        Problem("subject_too_long", "en", limit=120),
        Problem("label_missing", "en", limit=40),
        Problem("link_impossible", "ru", what="javascript:alert(1)"),
        Problem("link_impossible", "en", what="javascript:alert(1)"),
    }
    assert [problem.trouble for problem in find_problems(Body())] == ["text_missing"]


async def test_a_campaign_learns_beforehand_what_nobody_gives_a_value(tx: Tx) -> None:
    template_id = await create_template(
        tx, Draft("Код", "marketing", words("{name}, код {coupon} и {points|всё}"))
    )
    template = await get_template(tx, template_id)
    assert find_missing(template, ["coupon"]) == ()
    assert find_missing(template, []) == (Problem("value_missing", "ru", None, "coupon", 12),)
    assert list_risks(template.body, has_address=False) == ["name"]


def test_a_link_to_the_app_is_nobodys_before_there_is_an_address_that_can_be_told() -> None:
    assert list_risks(words("{business}: {app_link}"), has_address=False) == ["app_link"]
    assert list_risks(words("{business}: {app_link}"), has_address=True) == []
    assert list_risks(words("{app_link|в приложении}"), has_address=False) == []


@pytest.mark.parametrize("key", READY)
def test_ready_templates_are_sound_in_both_languages(key: str) -> None:
    draft = draft_of(key, "ru")  # type: ignore[arg-type]
    assert find_problems(draft.body) == ()
    assert set(draft.body.words) == set(LANGUAGES)
    for language in LANGUAGES:
        values = examples(language) | example_fields([CART], language, "RUB")
        said = fill(draft.body.words[language].text, values)
        assert "{" not in said


def test_every_variable_has_an_example() -> None:
    assert all(variable.examples[language] for variable in VARIABLES.values() for language in LANGUAGES)


async def template_of(tx: Tx, draft: Draft) -> Template:
    return await get_template(tx, await create_template(tx, draft))


async def test_a_channel_may_have_words_of_its_own_and_advertising_ends_with_a_way_out(tx: Tx) -> None:
    body = Body(
        words={"ru": Words("<b>Долго</b>: {name}", own={"sms": "Кратко"})},
        buttons=(TemplateButton({"ru": "Карта"}), TemplateButton({"ru": "Сайт"}, link="https://example.ru")),
    )
    template = await template_of(tx, Draft("Т", "marketing", body))
    chat = rendered(template, {"name": "<Аня>"}, "ru", "telegram")
    assert chat == Message(
        "&lt;b&gt;Долго&lt;/b&gt;: &lt;Аня&gt;",
        rows=(
            (Button("Карта", opens_app=True),),
            (Button("Сайт", link="https://example.ru"),),
            (Button("Отписаться", action="offers:off"),),
        ),
    )
    assert rendered(template, {}, "ru", "sms").text == "Кратко"


async def test_a_letter_that_asks_for_a_rating_has_five_buttons_or_a_link(tx: Tx) -> None:
    body = Body(words={"ru": Words("Как всё прошло?")}, asks_rating=True)
    template = await template_of(tx, Draft("Т", "transactional", body))
    receipt_id = "0190ed4f-3f54-7cc0-8000-0123456789ab"

    def rows(channel: Channel, **values: str) -> list[list[tuple[str, str, str]]]:
        message = rendered(template, values, "ru", channel, app_url="https://plushka.example/app/1")
        return [[(button.text, button.action, button.link) for button in row] for row in message.rows]

    bots: tuple[Channel, ...] = ("telegram", "max", "vk")
    for channel in bots:
        (stars,) = rows(channel, receipt=receipt_id)
        assert [button[0] for button in stars] == ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★"]
        assert stars[4][1] == "rate:5:0190ed4f3f547cc080000123456789ab"
    link = f"https://plushka.example/app/1/rate/{receipt_id}"
    assert rows("email", receipt=receipt_id) == [[("Оценить покупку", "", link)]]
    assert rows("telegram") == [], "who never bought has nothing to rate"


async def test_templates_are_changed_by_who_has_seen_the_latest_put_away_and_copied(tx: Tx) -> None:
    template_id = await create_template(tx, Draft("Один", "marketing", words("Текст")))
    await set_template_picture(tx, template_id, b"jpeg")
    revision = (await get_template(tx, template_id)).revision
    await change_template(tx, template_id, Draft("Два", "marketing", words("Текст")), revision=revision)
    with pytest.raises(TemplateChanged):
        await change_template(tx, template_id, Draft("Три", "marketing", words("Т")), revision=revision)
    copy = await get_template(tx, await copy_template(tx, template_id, name="Копия"))
    assert copy.picture_digest
    await archive_template(tx, template_id)
    with pytest.raises(TemplateArchived):
        await change_template(tx, template_id, Draft("Т", "marketing", words("Т")), revision=revision + 1)
    assert [one.name for one in await list_templates(tx)] == ["Копия"]
    assert [one.name for one in await list_templates(tx, are_archived=True)] == ["Два"]
    with pytest.raises(TemplateFaulty) as faulty:
        await create_template(tx, Draft("Т", "marketing", words("{нет}")))
    assert faulty.value.facts == {"trouble": "variable_unknown", "what": "нет", "position": 1}


async def test_a_letter_is_skipped_if_it_cannot_be_said(tx: Tx) -> None:
    anna = await recipient(tx)
    template_id = await create_template(tx, Draft("Код", "marketing", words("{coupon}")))
    await post(tx, [letter(anna, content=None, template_id=template_id)])
    taken = await take_next(tx, "telegram", purpose="marketing")
    assert taken is not None
    assert await compose(tx, [taken]) == []
    assert await state_of(tx, anna) == ("skipped", "value_missing")


async def test_a_letter_is_worded_by_the_latest_words_of_its_template(tx: Tx) -> None:
    template_id = await create_template(tx, Draft("Один", "marketing", words("Было")))
    told = []
    for number, said in enumerate(("Было", "Стало"), 1):
        if number == 2:
            await change_template(tx, template_id, Draft("Один", "marketing", words(said)), revision=1)
        member_id = await recipient(tx, number)
        await post(tx, [letter(member_id, content=None, template_id=template_id)])
        taken = await take_next(tx, "telegram", purpose="marketing")
        assert taken is not None
        ((_, composed),) = await compose(tx, [taken])
        told.append(composed.said)
    assert told == ["Было", "Стало"]


PROGRAM = Program(
    name="Плюшки",
    currency="RUB",
    earning=(EarningRule(id="all", name="Всем", effect=Percent(rate_bp=10_00)),),
    redemption=Redemption(),
)


async def test_a_letter_names_the_tier_by_the_rules_that_are_in_force_when_it_goes(
    database: Database, clock: SetClock
) -> None:
    first, second = (
        structs.replace(PROGRAM, tiers=Tiers((TierRule("base", name),))) for name in ("Гость", "Друг")
    )
    async with open_shop(database, clock, first) as shop:
        told = []
        for number, program in enumerate((first, second)):
            member_id = await shop.enroll(f"+7999000000{number}")
            async with shop.tx() as tx:
                await connect_bots(tx)
                await bind_address(tx, member_id, Address("telegram", str(number)), language="ru")
                await note_consent(tx, member_id, "marketing", is_given=True, source="till")
                template_id = await create_template(tx, Draft(f"Т{number}", "marketing", words("{tier}")))
                await post(tx, [letter(member_id, content=None, template_id=template_id)])
                if program is second:
                    await publish(tx, program_id=shop.program_id, program=second, valid_from=clock.now())
            async with shop.tx() as tx:
                taken = await take_next(tx, "telegram", purpose="marketing")
                assert taken is not None
                ((_, composed),) = await compose(tx, [taken])
                told.append(composed.said)
        assert told == ["Гость", "Друг"]


async def test_a_letter_says_what_is_so_when_it_goes(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, PROGRAM) as shop:
        member_id: UUID = await shop.enroll()
        async with shop.tx() as tx:
            await connect_bots(tx)
            await bind_address(tx, member_id, Address("telegram", "1"), language="en")
            await note_consent(tx, member_id, "marketing", is_given=True, source="till")
            body = Body(
                words={
                    "ru": Words("По-русски"),
                    "en": Words("{balance} at {branch|x}, {coupon}, {tier|no tier}, {app_link}"),
                }
            )
            template_id = await create_template(tx, Draft("Т", "marketing", body))
            values = {"coupon": "A7K2"}
            await post(tx, [letter(member_id, content=None, template_id=template_id, values=values)])
        await shop.buy("1", 100_00, member=member_id)
        async with shop.tx() as tx:
            taken = await take_next(tx, "telegram", purpose="marketing")
            assert taken is not None
            ((_, composed),) = await compose(tx, [taken], app_url="https://example.ru/app")
        assert (
            composed.said.replace("\u00a0", " ")
            == "10 points at Арбат, A7K2, no tier, https://example.ru/app"
        )


async def test_a_letter_names_what_is_missing_to_the_reward_of_a_stamp_card(
    database: Database, clock: SetClock
) -> None:
    cups = StampCard("cups", "Чашки", 4, Gift("Кофе"), counts=Visits(once_a_day=False))
    goal = StampCard("goal", "Цель", 1000_00, Gift("Торт"), counts=Spend())

    async def told(program: Program, amounts: tuple[int, ...]) -> list[object]:
        async with open_shop(database, clock, program) as shop:
            member_id = await shop.enroll()
            for number, amount_minor in enumerate(amounts):
                await shop.buy(str(number), amount_minor, member=member_id)
            async with shop.tx() as tx:
                asked = [Asked(member_id, frozenset({"stamps_left"}), each) for each in LANGUAGES]
                business = await get_business(tx)
                values = await list_own_values(tx, asked, business=business, versions=shop.reference.versions)
        return [each.get("stamps_left", "").replace("\u00a0", " ") for each in values]

    with_cups, with_both = (structs.replace(PROGRAM, cards=cards) for cards in ((cups,), (cups, goal)))
    assert await told(with_cups, ()) == ["4 штампа", "4 stamps"]
    assert await told(with_cups, (100_00,) * 3) == ["1 штамп", "1 stamp"]
    assert await told(with_cups, (100_00,) * 4) == ["4 штампа", "4 stamps"]
    assert await told(with_both, (700_00,)) == ["300 ₽", "₽300"], "the nearest of several"
    assert await told(PROGRAM, (700_00,)) == ["", ""], "there is no card"


async def test_a_letter_names_the_last_day_of_the_coupon_that_it_brings(
    database: Database, clock: SetClock
) -> None:
    template = words("{coupon} до {coupon_until}")
    async with open_shop(database, clock, PROGRAM) as shop:
        member_id = await shop.enroll()
        async with shop.tx() as tx:
            template_id = await create_template(tx, Draft("Купон", "transactional", template))
            ends = await create_coupon(tx, name="С концом", last_on=date(tx.at.year, 12, 31))
            later = await create_coupon(tx, name="До весны", last_on=date(tx.at.year + 1, 3, 31))
            endless = await create_coupon(tx, name="Без конца")
            codes = await give_codes(tx, [(coupon.id, member_id) for coupon in (ends, later, endless)])
            printer = Printer(tx, await get_business(tx), "")
            kept = await get_template(tx, template_id)
            blanks = [Blank(kept, member_id, "ru", "telegram", {"coupon": in_halves(code)}) for code in codes]
            said = [(await printer.words(blank)).text.replace("\u00a0", " ") for blank in blanks[:2]]
            assert said[0] == f"{in_halves(codes[0])} до 31 декабря"
            assert said[1].removeprefix(f"{in_halves(codes[1])} до ").startswith(f"31 марта {tx.at.year + 1}")
            with pytest.raises(Missing, match="coupon_until"):
                await printer.words(blanks[2])
            assert [one.what for one in find_missing(kept, {"points"})] == ["coupon", "coupon_until"]
            assert find_missing(kept, {"coupon"}) == ()
    assert list_risks(template, has_address=True) == ["coupon_until"]
    assert list_risks(words("до {coupon_until|конца месяца}"), has_address=True) == []
    assert list_risks(words("ещё {stamps_left}"), has_address=True) == ["stamps_left"]


async def test_a_letter_names_the_last_day_of_the_points_that_it_tells_of(
    database: Database, clock: SetClock
) -> None:
    template = words("Дарим {points}, тратьте до {points_until}")
    program = structs.replace(PROGRAM, expiry=ExpiryFixed(days=30))
    async with open_shop(database, clock, program) as shop, shop.tx() as tx:
        template_id = await create_template(tx, Draft("Дарим", "transactional", template))
        kept, printer = await get_template(tx, template_id), Printer(tx, await get_business(tx), "")
        member_id = (await enroll(tx, name="Аня", identities=[Identity("phone", "+79990000009")])).id

        async def said(life: Mapping[str, str]) -> str:
            told = {"points": "200 бонусов", **life}
            return (await printer.words(Blank(kept, member_id, "ru", "sms", told))).text

        on = (tx.at + timedelta(days=10)).date()
        place = Place(branch="", time_zone="Europe/Moscow")
        booked = welcome_grant(program, by_hand(200, life_days=10), place, tx.at)
        assert (await said(known_until(booked, place.time_zone))).endswith(
            f"до {on.day}\N{NO-BREAK SPACE}марта"
        )
        # What comes once the letter has gone lives from then on: as long as it is said, or as the programme's do.
        assert await said(given_later(shop.program_id, 10)) == await said(
            known_until(booked, place.time_zone)
        )
        assert (await said(given_later(shop.program_id, None))).endswith("до 9\N{NO-BREAK SPACE}апреля")
        stays = welcome_grant(PROGRAM, by_hand(200), place, tx.at)
        for nothing in (known_until(stays, place.time_zone), {}):
            with pytest.raises(Missing, match="points_until"):
                await said(nothing)
        assert [one.what for one in find_missing(kept, {"coupon"})] == ["points", "points_until"]
        assert find_missing(kept, {"points"}) == ()
    assert list_risks(template, has_address=True) == ["points_until"]


async def test_a_letter_brings_the_members_own_link_for_friends_where_friends_are_worth_something(
    database: Database, clock: SetClock
) -> None:
    level = FixedReward(50)
    with_friends = structs.replace(PROGRAM, referral=Referral(levels=(level,)))

    async def told(program: Program, app_url: str) -> tuple[UUID, str]:
        async with open_shop(database, clock, program) as shop:
            member_id = await shop.enroll()
            async with shop.tx() as tx:
                asked = [Asked(member_id, frozenset({"referral_link"}), "ru")]
                business = await get_business(tx)
                (values,) = await list_own_values(
                    tx, asked, business=business, versions=shop.reference.versions, app_url=app_url
                )
                link = values.get("referral_link", "")
                if link:
                    assert await find_inviter(tx, link.rpartition("/")[2]) == member_id
        return member_id, link

    member_id, link = await told(with_friends, "https://example.ru/app/1")
    assert link == f"https://example.ru/app/1/join/{friend_start(member_id)}"
    assert (await told(PROGRAM, "https://example.ru/app/1"))[1] == "", "nothing is given for friends"
    assert (await told(with_friends, "/app/1"))[1] == "", "a friend could not open it"
    body = words("Позовите друга: {referral_link}")
    assert list_risks(body, has_address=False) == ["referral_link"]
    assert list_risks(body, has_address=True) == []


async def test_a_letter_names_the_card_and_the_day_of_the_review(database: Database, clock: SetClock) -> None:
    tiers = Tiers((TierRule("base", "Гость"),), review=TierReview(cycle="quarter"))
    async with open_shop(database, clock, structs.replace(PROGRAM, tiers=tiers)) as shop:
        member_id, without = await shop.enroll(), await shop.enroll("+79990000002")
        async with shop.tx() as tx:
            await add_identity(tx, member_id, Identity("card", "2000000000012"))
            asked = [
                Asked(each, frozenset({"card_number", "tier_review"}), "ru") for each in (member_id, without)
            ]
            business = await get_business(tx)
            told = await list_own_values(tx, asked, business=business, versions=shop.reference.versions)
    assert told == [
        {"card_number": "2000000000012", "tier_review": "1\N{NO-BREAK SPACE}апреля"},
        {"tier_review": "1\N{NO-BREAK SPACE}апреля"},
    ]
