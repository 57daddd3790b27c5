"""The talk, by table: what is answered to what, and what nothing can lead to."""

from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from plushka.domain.bots.talk import (
    Act,
    AddWords,
    AnswerOffer,
    AnswerTill,
    Began,
    CameBack,
    Command,
    CountOpened,
    Enrol,
    Heard,
    Left,
    MeetPhone,
    NothingToJoin,
    PhoneUnusable,
    Prefer,
    Pressed,
    Rate,
    Reach,
    Say,
    SayJoined,
    SharedPhone,
    Speak,
    Step,
    StopSpending,
    Talk,
    WantOffers,
    WasEnrolled,
    Wrote,
    command_of,
    is_member,
    respond,
)
from plushka.domain.members.consent_texts import ConsentTexts

OURS = ConsentTexts()
AGREE = f"agree:{OURS.version('personal_data')}"
OFFERS = f"offers:on:{OURS.version('marketing')}"
RECEIPT = UUID("01915e00-0000-7000-8000-000000000001")
NEW = Talk("ru")
ASKED = Talk("ru", step="consent", start="poster01")
AGREED = Talk("ru", step="phone", start="poster01", agreed=OURS.version("personal_data"))
CHOOSING = Talk("ru", step="offers", agreed=OURS.version("personal_data"))
MEMBER = Talk("ru", step="member", agreed=OURS.version("personal_data"))
RATED = structs.replace(MEMBER, rated=RECEIPT)
PHONE = "+79991234567"

TABLE: tuple[tuple[str, Talk, Heard, Step, tuple[Act, ...]], ...] = (
    ("a link greets", NEW, Began("poster01"), "consent", (CountOpened("poster01"), Say("greeting"))),
    ("anything greets a stranger", NEW, Wrote("здравствуйте"), "consent", (Say("greeting"),)),
    ("agreeing leads to the phone", ASKED, Pressed(AGREE), "phone", (Say("ask_phone"),)),
    ("an older text is shown anew", ASKED, Pressed("agree:0"), "consent", (Say("greeting"),)),
    ("declining keeps nothing", ASKED, Pressed("decline"), "consent", (Say("consent_needed"),)),
    (
        "a phone before agreeing is not looked at",
        ASKED,
        SharedPhone(PHONE, True),
        "consent",
        (Say("greeting"),),
    ),
    ("who writes instead is asked again", AGREED, Wrote("89991234567"), "phone", (Say("ask_phone"),)),
    (
        "somebody else's contact is refused",
        AGREED,
        SharedPhone(PHONE, False),
        "phone",
        (Say("not_your_phone"),),
    ),
    (
        "the own one enrols, with the link and the text",
        AGREED,
        SharedPhone(PHONE, True),
        "phone",
        (Enrol(PHONE, "poster01", OURS.version("personal_data")),),
    ),
    ("a phone that is none is asked again", AGREED, PhoneUnusable(), "phone", (Say("not_your_phone"),)),
    ("without a programme there is no card", AGREED, NothingToJoin(), "new", (Say("no_program"),)),
    (
        "enrolled: welcome, then offers are asked on their own",
        AGREED,
        WasEnrolled(100, 0, was_known=False, have_chosen=False),
        "offers",
        (SayJoined(100, 0, was_known=False), Say("ask_offers")),
    ),
    (
        "who has chosen before is not asked",
        AGREED,
        WasEnrolled(0, 0, was_known=True, have_chosen=True),
        "member",
        (SayJoined(0, 0, was_known=True),),
    ),
    ("offers are wanted", CHOOSING, Pressed(OFFERS), "member", (WantOffers(OURS.version("marketing")),)),
    ("offers are not", CHOOSING, Pressed("offers:off"), "member", (WantOffers(None),)),
    ("the answer is no condition", CHOOSING, Wrote("/balance"), "offers", (Say("balance"),)),
    ("start shows the balance", MEMBER, Began(), "member", (Say("balance"),)),
    ("the menu speaks Russian", MEMBER, Wrote("Карта"), "member", (Say("card"),)),
    ("and English", MEMBER, Wrote("History"), "member", (Say("history"),)),
    ("a command with the bot's name", MEMBER, Wrote("/code@anna_bot"), "member", (Say("code"),)),
    ("stop", MEMBER, Wrote("/stop"), "member", (WantOffers(None),)),
    ("offers again, by the text", MEMBER, Wrote("/offers"), "member", (Say("ask_offers"),)),
    ("chatter gets help", MEMBER, Wrote("кофе"), "member", (Say("help"),)),
    ("not me", MEMBER, Pressed(f"not_me:{RECEIPT.hex}"), "member", (StopSpending(RECEIPT),)),
    ("the till may spend", MEMBER, Pressed(f"spend:{RECEIPT.hex}"), "member", (AnswerTill(RECEIPT, True),)),
    ("or may not", MEMBER, Pressed(f"spend_not:{RECEIPT.hex}"), "member", (AnswerTill(RECEIPT, False),)),
    ("a button that was tampered with", MEMBER, Pressed("spend_not:1"), "member", ()),
    ("a purchase is rated", MEMBER, Pressed(f"rate:5:{RECEIPT.hex}"), "member", (Rate(RECEIPT, 5),)),
    ("there are five scores", MEMBER, Pressed(f"rate:6:{RECEIPT.hex}"), "member", ()),
    ("a rating of nothing", MEMBER, Pressed("rate:5"), "member", ()),
    ("what follows is said of it", RATED, Wrote("вкусно"), "member", (AddWords(RECEIPT, "вкусно"),)),
    ("but a command is one", RATED, Wrote("Карта"), "member", (Say("card"),)),
    ("another phone", MEMBER, Wrote("/phone"), "member", (Say("ask_another_phone"),)),
    ("a member's own phone is looked at", MEMBER, SharedPhone(PHONE, True), "member", (MeetPhone(PHONE),)),
    ("a friend's is not", MEMBER, SharedPhone(PHONE, False), "member", (Say("not_your_phone"),)),
    ("cards are joined", MEMBER, Pressed(f"join:{RECEIPT.hex}"), "member", (AnswerOffer(RECEIPT, True),)),
    ("or left", MEMBER, Pressed(f"join_not:{RECEIPT.hex}"), "member", (AnswerOffer(RECEIPT, False),)),
    ("an old button", MEMBER, Pressed(AGREE), "member", (Say("balance"),)),
    ("where to write", MEMBER, Wrote("/channel"), "member", (Say("channels"),)),
    ("there", MEMBER, Pressed("channel:sms"), "member", (Prefer("sms"),)),
    ("no matter where", MEMBER, Pressed("channel:any"), "member", (Prefer(None),)),
    ("who is no member chooses nothing", NEW, Pressed("channel:sms"), "consent", (Say("greeting"),)),
    ("another language", MEMBER, Pressed("speak:en"), "member", (Speak("en"), Say("language_changed"))),
    ("no such language", MEMBER, Pressed("speak:tlh"), "member", (Say("languages"),)),
    ("left", MEMBER, Left(), "member", (Reach(is_open=False),)),
    ("came back", MEMBER, CameBack(), "member", (Reach(is_open=True),)),
)


@pytest.mark.parametrize(
    ("talk", "heard", "step", "acts"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_table(talk: Talk, heard: Heard, step: Step, acts: tuple[Act, ...]) -> None:
    after, done = respond(talk, heard, OURS)
    assert (after.step, done) == (step, acts)


def test_the_first_link_stays() -> None:
    talk, _ = respond(NEW, Began("friend"), OURS)
    talk, _ = respond(talk, Began("poster01"), OURS)
    assert talk.start == "friend"


def test_every_command_is_understood() -> None:
    assert {command_of(f"/{command}") for command in get_args(Command)} == set(get_args(Command))
    assert command_of("  /BALANCE  ") == "balance"
    assert command_of("") is None


TEXTS = st.text(max_size=300)
HEARD = st.one_of(
    st.builds(Began, TEXTS),
    st.builds(
        Wrote, st.one_of(TEXTS, st.sampled_from(["/start", "/balance", "/stop", "/language", "Карта"]))
    ),
    st.builds(
        Pressed, st.one_of(TEXTS, st.sampled_from([AGREE, "decline", OFFERS, "offers:off", "speak:en"]))
    ),
    st.builds(SharedPhone, TEXTS, st.booleans()),
    st.builds(Left),
    st.builds(CameBack),
)


@given(st.lists(HEARD, max_size=12))
def test_nobody_is_enrolled_without_agreeing_to_the_text_of_today_and_sharing_their_own_phone(
    told: list[Heard],
) -> None:
    talk, agreed = NEW, False
    for heard in told:
        talk, acts = respond(talk, heard, OURS)
        agreed = agreed or heard == Pressed(AGREE)
        for act in acts:
            if isinstance(act, Enrol):
                assert agreed
                assert act.agreed == OURS.version("personal_data")
                assert isinstance(heard, SharedPhone)
                assert heard.is_own
            assert not isinstance(act, WantOffers), "only members choose about advertising"
        assert not is_member(talk)


@given(st.lists(HEARD, max_size=12))
def test_a_member_stays_one_whatever_they_say(told: list[Heard]) -> None:
    talk = CHOOSING
    for heard in told:
        talk, acts = respond(talk, heard, OURS)
        assert is_member(talk)
        assert not any(isinstance(act, Enrol) for act in acts)
