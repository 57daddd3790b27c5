"""How what comes back is divided between money and certificates: laws of the division itself."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from plushka.domain.certificates.model import Tendered
from plushka.domain.certificates.refunding import credits_between, money_share
from plushka.platform.ids import new_id


@st.composite
def receipts(draw: st.DrawFn) -> tuple[int, list[Tendered], list[int]]:
    """Return what was to be paid, the certificates that paid of it, and the totals refunded by and by."""
    amounts = draw(st.lists(st.integers(1, 10_000), max_size=4))
    payable_minor = sum(amounts) + draw(st.integers(0, 10_000))
    tendered = [Tendered(new_id(), str(number), amount, 0, 7) for number, amount in enumerate(amounts)]
    totals = sorted(draw(st.lists(st.integers(0, payable_minor), max_size=5)))
    return payable_minor, tendered, [0, *totals, payable_minor]


@given(receipts())
def test_what_comes_back_in_parts_is_what_comes_back_at_once(
    case: tuple[int, list[Tendered], list[int]],
) -> None:
    payable_minor, tendered, totals = case
    back = {each.certificate_id: 0 for each in tendered}
    lost = dict.fromkeys(back, 0)
    money_minor = 0
    for step, (before, after) in enumerate(pairwise(totals), start=2):
        credits_now = credits_between(
            before, after, payable_minor=payable_minor, tendered=tendered, is_full=step == len(totals)
        )
        in_money = after - before - sum(credit.amount_minor for credit in credits_now)
        assert in_money >= 0
        assert all(credit.amount_minor >= 0 for credit in credits_now)
        money_minor += in_money
        for credit in credits_now:
            back[credit.certificate_id] += credit.amount_minor
            lost[credit.certificate_id] += credit.unforfeited_minor
    assert back == {each.certificate_id: each.amount_minor for each in tendered}
    assert lost == {each.certificate_id: each.forfeited_minor for each in tendered}
    assert money_minor == payable_minor - sum(each.amount_minor for each in tendered)


@given(receipts())
def test_no_more_comes_back_in_money_than_its_part(case: tuple[int, list[Tendered], list[int]]) -> None:
    payable_minor, tendered, totals = case
    in_money_minor = payable_minor - sum(each.amount_minor for each in tendered)
    for total in totals:
        share = money_share(total, payable_minor=payable_minor, tendered=tendered)
        assert share * payable_minor <= in_money_minor * total or not tendered
