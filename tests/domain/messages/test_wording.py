"""Every content in both languages: short, in one button's width, and without a stranger's markup."""

from datetime import UTC, date, datetime
from typing import get_args
from uuid import UUID

import pytest

from plushka.domain.businesses.model import Business
from plushka.domain.members.consent_texts import ConsentTexts
from plushka.domain.messages import contents
from plushka.domain.messages.contents import (
    ACTION_LENGTH_MAX,
    BalanceTold,
    Bought,
    CardTold,
    Content,
    FromTemplate,
    Greeting,
    History,
    HistoryLine,
    Returned,
    SpendCode,
)
from plushka.domain.messages.wording import Voice, worded
from plushka.platform.i18n import LANGUAGES, NBSP, Language
from plushka.platform.ids import new_id

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
RECEIPT = UUID("01915e00-0000-7000-8000-000000000001")
BUSINESS = Business(
    tenant_id=new_id(),
    name="Пар & <Ко>",
    currency="RUB",
    country="RU",
    language="ru",
    time_zone="Europe/Moscow",
    created_at=AT,
)
EXAMPLES: tuple[Content, ...] = (
    Greeting(welcome=100, scale=0, text_version="1"),
    contents.ConsentNeeded(text_version="1"),
    contents.AskPhone(),
    contents.NotYourPhone(),
    contents.Joined(points=100, scale=0),
    contents.AskOffers(text_version="1"),
    contents.NoProgram(),
    BalanceTold(
        available=250, pending=10, debt=5, scale=0, tier="Gold", burning=50, good_until=date(2026, 4, 2)
    ),
    CardTold(code="+79991234567", number="+79991234567", name="Аня <b>", available=250, scale=0),
    History(lines=(HistoryLine(AT, "accrue", 50), HistoryLine(AT, "redeem", -30)), scale=0),
    contents.FriendsLink(link="https://t.me/anna_bot?start=f01&x=1"),
    contents.Help(is_member=True),
    contents.OffersChanged(are_wanted=False),
    contents.SmsStopped(),
    contents.ChooseLanguage(),
    contents.ChooseChannel(("telegram", "max", "email", "sms", "push", "inbox"), "sms"),
    contents.ChannelChosen("inbox"),
    contents.ChannelChosen(None),
    contents.LanguageChanged(),
    contents.SpendingStopped(),
    SpendCode(digits="481516", qr="PLK1:ABC", minutes=2),
    Bought(
        receipt_id=RECEIPT, branch="Арбат", amount_minor=70000, earned=35, spent=300, available=250, scale=0
    ),
    Returned(refund_minor=70000, back=300, taken=35, available=515, scale=0),
    contents.BurnsSoon(points=50, good_until=date(2026, 4, 2), scale=0),
    contents.TierReached(tier="Золото"),
    contents.FriendCame(),
    contents.SpendAsked(question_id=RECEIPT, branch="Арбат"),
    contents.SpendAnswered("declined"),
    contents.AskAnotherPhone(),
    contents.PhoneTold("ask_staff"),
    contents.CardsFound(
        offer_id=RECEIPT,
        name="Вера <b>",
        parts=(
            contents.CardsPart(program="", scale=0, own=50, other=120, together=150, waiting=10, repaid=20),
        ),
    ),
    contents.CardsAnswered("over"),
    contents.CardTaken(),
    contents.ReportTold("Выручка <b>", 12, RECEIPT, "revenue.xlsx", "/reports/constructor/saved/1"),
    contents.ReportTold(
        "Выручка",
        12,
        RECEIPT,
        "revenue.xlsx",
        "",
        (("Выручка <b>", "100,00 ₽"),),
        date(2026, 3, 1),
        date(2026, 3, 31),
    ),
    contents.StaffBound(is_bound=True),
    contents.StaffBound(is_bound=False),
    contents.Answered(body="Здравствуйте <b>, проверим"),
    contents.GiftWaits(name="Кофе", code="ABCD-2345", good_until=date(2026, 4, 9)),
    contents.GiftWaits(name="Кофе <b>", code="ABCD-2345"),
    contents.RewardsTold(),
    contents.RewardsTold(
        own=(
            contents.OwnReward("Кружка <b>", "ABCD-2345", date(2026, 4, 9)),
            contents.OwnReward("Своим", "OWN-1"),
        ),
        to_get=(contents.RewardToGet("Кружка <b>", 300),),
    ),
    contents.RewardsTold(missing=150),
    contents.PointsGiven("День рождения <b>", 500, 0, last_on=date(2026, 3, 23), active_on=date(2026, 3, 9)),
    contents.PointsGiven("Отзыв", 5000, 2),
    contents.FriendsPaid(points=100, scale=0),
    contents.PurchaseRated("rated", 5),
    contents.CertificateTold("234567892345", 150000, last_on=date(2026, 4, 9), needs_pin=True),
    contents.CertificateTold("234567892345", 150000, is_ordered=True),
    contents.NoCertificates(are_sold=True),
    contents.NoCertificates(are_sold=False),
    contents.FriendsLink(link="https://t.me/anna_bot?start=f01", code="48217735", rate_bp=1000, own=50),
    contents.FriendsLink(link="https://t.me/anna_bot?start=f01", code="48217735", points=10050, scale=2),
)


BOUGHT = """\
<b>−300 бонусов</b> и <b>+35 бонусов</b> за <b>700 ₽</b>, Арбат.
У вас <b>250 бонусов</b>."""
RETURNED = """\
Возврат <b>700 ₽</b>: <b>+300 бонусов</b> и <b>−35 бонусов</b>.
У вас <b>515 бонусов</b>."""
BALANCE = """\
У вас <b>250 бонусов</b>. Уровень: <b>Gold</b>.
Скоро станут доступны: <b>10 бонусов</b>.
Долг после возврата: <b>5 бонусов</b>. Новые бонусы сначала погасят его.
<b>50 бонусов</b> сгорят после <b>2 апреля</b>."""


CARDS = """\
Этот телефон привязан ко второй вашей карте. Их можно объединить:
50 + 120 − <b>20 бонусов</b> в счёт долга = <b>150 бонусов</b>. Скоро станут доступны: <b>10 бонусов</b>.

Покупки и история станут общими, имя останется: Вера &lt;b&gt;.
Разделить их потом сможет только сотрудник: в течение суток и до следующей покупки. После этого — никто."""


def first_of(kind: type[Content]) -> Content:
    return next(example for example in EXAMPLES if isinstance(example, kind))


def test_there_is_an_example_of_every_content() -> None:
    assert {type(example) for example in EXAMPLES} == set(get_args(Content)) - {FromTemplate}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("content", EXAMPLES, ids=lambda content: type(content).__name__)
def test_what_is_said_is_short_and_has_no_markup_but_ours(content: Content, language: Language) -> None:
    message = worded(content, Voice(business=BUSINESS, language=language, texts=ConsentTexts()))
    bare = message.text.replace("<b>", "").replace("</b>", "")
    assert 0 < len(bare) <= 1024
    assert "<" not in bare.replace("&lt;", "")
    assert "{" not in bare
    for row in message.rows:
        for button in row:
            assert len(button.action.encode()) <= ACTION_LENGTH_MAX
            assert sum(map(bool, (button.action, button.link, button.opens_app))) == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (first_of(Bought), BOUGHT),
        (first_of(Returned), RETURNED),
        (EXAMPLES[7], BALANCE),
        (first_of(contents.CardsFound), CARDS),
    ],
)
def test_the_russian_reads_as_it_should(content: Content, expected: str) -> None:
    assert (
        worded(content, Voice(business=BUSINESS, language="ru", texts=ConsentTexts())).text.replace(NBSP, " ")
        == expected
    )


def test_points_that_wait_are_told_beside_those_that_can_be_spent() -> None:
    bought = Bought(RECEIPT, "Арбат", 70000, 35, 0, 250, 0, pending=35)
    text = worded(bought, Voice(business=BUSINESS, language="ru", texts=ConsentTexts())).text.replace(
        NBSP, " "
    )
    assert text.endswith("У вас <b>250 бонусов</b>. Скоро станут доступны: <b>35 бонусов</b>.")


def test_who_spent_nothing_is_not_asked_whether_it_was_them() -> None:
    bought = Bought(RECEIPT, "Арбат", 70000, 35, 0, 250, 0)
    assert worded(bought, Voice(business=BUSINESS, language="ru", texts=ConsentTexts())).rows == ()
