"""How what a return gives back is divided between money and the certificates that paid. Pure."""

from collections.abc import Sequence

from plushka.domain.certificates.model import Credit, Tendered


def money_share(refunded_minor: int, *, payable_minor: int, tendered: Sequence[Tendered]) -> int:
    """Return how much of ``refunded_minor`` is money, of a receipt of ``payable_minor``: its part of it, rounded down.

    A function of all that has come back so far: what one return gives is a difference of two of these, so partial
    returns commute and a full one gives back exactly what was paid in each way (S9).
    """
    if not tendered:
        return refunded_minor
    in_money_minor = payable_minor - sum(each.amount_minor for each in tendered)
    return in_money_minor * refunded_minor // payable_minor if payable_minor else 0


def credits_between(
    before_minor: int, after_minor: int, *, payable_minor: int, tendered: Sequence[Tendered], is_full: bool
) -> tuple[Credit, ...]:
    """Return what goes back to certificates when a receipt's refunds rise from ``before_minor`` to ``after_minor``.

    The certificate that was given first has its money back first. What one lost because it is not used in parts
    comes back with the whole receipt only.
    """
    shares = [
        total - money_share(total, payable_minor=payable_minor, tendered=tendered)
        for total in (before_minor, after_minor)
    ]
    found = []
    for each in tendered:
        had, has = (min(share, each.amount_minor) for share in shares)
        shares = [shares[0] - had, shares[1] - has]
        lost_minor = each.forfeited_minor if is_full else 0
        if has > had or lost_minor:
            found.append(Credit(each.certificate_id, each.number, has - had, lost_minor))
    return tuple(found)
