"""Audiences of every kind, to look for a crowd by."""

from datetime import timedelta
from typing import get_args

from hypothesis import strategies as st
from tests.domain.segments.crowd import CONSENTS, TAGS, TODAY, Crowd
from tests.domain.segments.crowd_events import EACH_WAY, EACH_WAY_OF_TOURS, field_tests

from plushka.engine import audience as a
from plushka.engine.audience import Audience
from plushka.engine.conditions import Segment, Tag
from plushka.engine.lifecycle import GROUPS
from plushka.engine.occasion_parts import FieldTest
from plushka.platform.ids import new_id


def audiences(crowd: Crowd, *, of: tuple[type, ...] = (), leaves_max: int = 5) -> st.SearchStrategy[Audience]:
    """Return nested conditions of the kinds ``of`` (of every kind), with bounds at the edges of what the crowd has."""
    days = st.sampled_from((1, 2, 7, 30, 60))
    ago = st.none() | st.sampled_from((0, 1, 7, 29, 30))
    maybe_days = st.none() | days
    points = st.none() | st.sampled_from((0, 1, 100, 250, 500, 1000))
    money = st.none() | st.sampled_from((0, 100_00, 350_00, 600_00, 1500_00))
    percent = st.none() | st.sampled_from((0, 1, 50, 79, 80, 98, 99, 100))
    count = st.none() | st.sampled_from((0, 1, 2, 3, 8))
    times = st.sampled_from((1, 2, 3))
    few = st.sets(st.sampled_from(TAGS), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
    program = st.sampled_from((None, crowd.shop.program_id))
    scores = st.sets(st.integers(1, 5), max_size=3).map(lambda chosen: tuple(sorted(chosen)))
    stamps = st.none() | st.sampled_from((1, 2, 3, 200_00, 500_00))
    campaigns = st.sampled_from(
        ((), *((each,) for each in crowd.campaigns), crowd.campaigns[:2], crowd.campaigns[1:], (new_id(),))
    )

    def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
        return st.sets(st.sampled_from(values), min_size=1, max_size=3).map(
            lambda chosen: tuple(sorted(chosen))
        )

    every: dict[type, st.SearchStrategy[Audience]] = {
        a.Sex: st.builds(a.Sex, some("female", "male")),
        a.Age: st.builds(a.Age, *(st.none() | st.sampled_from((18, 26, 36, 42)) for _ in range(2))),
        a.Birthday: st.builds(
            a.Birthday, st.sampled_from((0, 1, 7, 364, 365, 366)), st.sampled_from((0, 1, 2))
        ),
        a.CloseDate: st.builds(
            a.CloseDate,
            st.sampled_from((0, 1, 7, 365, 366)),
            st.sampled_from((0, 1, 2)),
            some("birthday", "wedding") | st.just(()),
        ),
        a.BirthMonth: st.builds(a.BirthMonth, st.sampled_from(((2,), (3, 12)))),
        Tag: st.builds(Tag, few),
        a.Source: st.builds(a.Source, some("till", "office", "link", "app", "import")),
        a.Link: st.builds(a.Link, st.sampled_from((crowd.links, crowd.links[:1], (new_id(),)))),
        a.Language: st.builds(a.Language, some("ru", "en")),
        a.Enrolled: st.builds(a.Enrolled, ago, ago),
        a.EnrolledOn: st.builds(
            a.EnrolledOn, *(st.none() | st.dates(TODAY - timedelta(days=30), TODAY) for _ in range(2))
        ),
        a.Blocked: st.just(a.Blocked()),
        a.Reachable: st.builds(a.Reachable, some("telegram", "max", "vk", "sms", "email", "push")),
        a.Preferred: st.builds(a.Preferred, some("telegram", "sms", "inbox")),
        a.Consent: st.builds(a.Consent, some(*CONSENTS)),
        a.Tier: st.builds(a.Tier, some("silver", "gold"), program),
        a.Balance: st.builds(a.Balance, points, points, program),
        a.Pending: st.builds(a.Pending, points, points, program),
        a.Debt: st.builds(a.Debt, points, points, program),
        a.Burning: st.builds(
            a.Burning, st.sampled_from((0, 1, 5, 9, 10, 11, 30)), st.sampled_from((1, 25, 100)), program
        ),
        a.Stamped: st.builds(
            a.Stamped, st.sampled_from(("visits", "buns", "goal", "ever", "gone")), stamps, stamps, program
        ),
        a.Purchases: st.builds(a.Purchases, count, count, maybe_days),
        a.Spend: st.builds(a.Spend, money, money, maybe_days),
        a.AverageReceipt: st.builds(a.AverageReceipt, money, money, maybe_days),
        a.LastPurchase: st.builds(a.LastPurchase, ago, ago),
        a.NeverBought: st.just(a.NeverBought()),
        a.BoughtAt: st.builds(a.BoughtAt, some("arbat", "vokzal", "nowhere"), maybe_days, times),
        a.Bought: st.builds(
            a.Bought,
            days,
            some("latte", "100%_bun", "1000_bun") | st.just(()),
            some("coffee", "bakery") | st.just(()),
            some("Lavazza") | st.just(()),
            times,
        ),
        a.CouponHeld: st.builds(a.CouponHeld, st.just((crowd.coupon,))),
        a.Happened: st.builds(
            a.Happened, st.sampled_from(("review", "tour", "survey")), maybe_days, times, field_tests()
        ),
        a.Friends: st.builds(a.Friends, count, count),
        a.CameByFriend: st.just(a.CameByFriend()),
        a.Group: st.builds(a.Group, some(*GROUPS)),
        a.Rfm: st.builds(a.Rfm, scores, scores, scores),
        a.ProbablyLeft: st.builds(a.ProbablyLeft, percent, percent),
        a.ExpectedSpend: st.builds(a.ExpectedSpend, money, money, st.sampled_from(("soon", "year"))),
        a.Campaign: st.builds(
            a.Campaign,
            campaigns,
            maybe_days,
            st.none() | st.sampled_from((0, 1, 7)),
            st.sampled_from(get_args(a.Reaction)),
        ),
        Segment: st.builds(Segment, some(*map(str, crowd.lists), str(new_id()), "nonsense")),
    }
    return st.recursive(
        st.one_of(*(every[kind] for kind in of or every)),
        lambda parts: st.one_of(
            st.lists(parts, min_size=1, max_size=3).map(lambda of: a.All(tuple(of))),
            st.lists(parts, min_size=1, max_size=3).map(lambda of: a.Any(tuple(of))),
            parts.map(a.Not),
        ),
        max_leaves=leaves_max,
    )


def telling_apart(crowd: Crowd) -> tuple[Audience, ...]:
    """Return a condition of each kind of which some of the crowd are and some are not."""
    return (
        a.Sex(("female",)),
        a.Age(years_min=30),
        a.Birthday(days_max=7),
        a.CloseDate(days_max=7),
        a.CloseDate(days_max=30, days_min=1, kinds=("wedding",)),
        a.BirthMonth((2,)),
        Tag(("vip",)),
        a.Source(("import",)),
        a.Link(crowd.links[:1]),
        a.Language(("en",)),
        a.Enrolled(days_max=7),
        a.EnrolledOn(last_on=TODAY - timedelta(days=7)),
        a.Blocked(),
        *(a.Reachable((channel,)) for channel in ("telegram", "max", "vk", "sms", "email", "push")),
        a.Preferred(("sms",)),
        a.Preferred(("telegram", "inbox")),
        a.Consent(("marketing",)),
        a.Tier(("gold",)),
        a.Balance(points_min=1),
        a.Pending(points_min=1),
        a.Burning(days=5),
        a.Stamped("visits", have_min=1),
        a.Stamped("visits", left_max=2),
        a.Stamped("buns", have_min=2),
        a.Stamped("goal", left_max=500_00),
        a.Stamped("ever", left_max=2),
        a.Purchases(count_min=3),
        a.Purchases(count_min=1, days=7),
        a.Spend(min_minor=600_00),
        a.AverageReceipt(min_minor=350_00),
        a.LastPurchase(days_min=30),
        a.NeverBought(),
        a.BoughtAt(("vokzal",)),
        a.Bought(days=60, products=("100%_bun",)),
        a.Bought(days=60, categories=("coffee",), times_min=2),
        a.Bought(days=60, brands=("Lavazza",)),
        a.CouponHeld((crowd.coupon,)),
        a.Happened("review", days=1),
        a.Happened("tour", times_min=2),
        a.Happened("tour", times_min=2, where=(FieldTest("guests", at_least=1),)),
        *(a.Happened("review", where=(test,)) for test in EACH_WAY),
        *(a.Happened("tour", where=(test,)) for test in EACH_WAY_OF_TOURS),
        a.Happened("tour", where=(FieldTest("guests", at_least=2), FieldTest("hall", is_there=True))),
        a.Friends(count_min=1),
        a.CameByFriend(),
        a.Group(("newcomer", "core")),
        a.Rfm(r=(4, 5)),
        a.Rfm(f=(1,), m=(1, 2)),
        a.ProbablyLeft(percent_min=80),
        a.ProbablyLeft(percent_max=79),
        a.ProbablyLeft(percent_min=98, percent_max=99),
        a.ExpectedSpend(min_minor=350_00),
        a.ExpectedSpend(max_minor=100_00, within="soon"),
        a.Campaign(crowd.campaigns[:1]),
        a.Campaign(crowd.campaigns, days=2),
        a.Campaign(crowd.campaigns, bought_within_days=3),
        *(
            a.Campaign(reaction=reaction, days=60 if reaction == "bought" else 9)
            for reaction in get_args(a.Reaction)
        ),
        *(
            a.Campaign((crowd.campaigns.coffee,), reaction=reaction)
            for reaction in get_args(a.Reaction)
            if reaction != "goal"
        ),
        *(a.Campaign((crowd.campaigns.journey,), reaction=reaction) for reaction in get_args(a.Reaction)),
        a.Campaign((crowd.campaigns.spring,), reaction="bought"),
        a.Campaign((crowd.campaigns.spring,), reaction="control", bought_within_days=7),
        a.Campaign(crowd.campaigns, reaction="undelivered", bought_within_days=7),
        Segment((str(crowd.lists[0]),)),
    )
