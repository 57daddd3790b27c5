"""Rows of members that are read once, whatever is asked of them by however many conditions."""

from collections.abc import Sequence

from msgspec import Struct


class Kind(Struct, frozen=True):
    """Rows of one table: ``owner`` is whose a row is, ``rows`` a ``from`` with a ``where`` that can be gone on with."""

    owner: str
    rows: str


class Tally(Struct, frozen=True):
    """That a member has ``least`` rows (a number's place; None: one) of which something is ``asked``, kind by kind.

    ``near`` holds of all such rows, and is what an index finds them by.
    """

    asked: tuple[str, ...]
    near: str = "true"
    least: str | None = None


def tallied(kinds: Sequence[Kind], tallies: Sequence[Tally], *, before: str = "") -> str:
    """Return a statement of the members of whom a tally holds, and as ``t1``, ``t2``… which do.

    What is asked is asked of each row once: ``offset 0`` keeps PostgreSQL from asking where it chooses and again where
    it counts.
    """
    if len(tallies) == 1:
        (one,) = tallies
        rows = " union all ".join(
            f"select {kind.owner} as member_id from {kind.rows} and {one.near} and ({asked})"
            for kind, asked in zip(kinds, one.asked, strict=True)
        )
        often = "" if one.least is None else f" having count(*) >= {one.least}"
        return f"{before} select member_id, true as t1 from ({rows}) as found group by member_id{often}"
    near = " or ".join(f"({one.near})" for one in tallies)
    each = []
    for number, kind in enumerate(kinds):
        told = "".join(
            f", ({one.near}) and ({one.asked[number]}) as a{place}"
            for place, one in enumerate(tallies, start=1)
        )
        each.append(f"(select {kind.owner} as member_id{told} from {kind.rows} and ({near}) offset 0)")
    held = "".join(
        f", bool_or(a{place}) as t{place}"
        if one.least is None
        else f", count(*) filter (where a{place}) >= {one.least} as t{place}"
        for place, one in enumerate(tallies, start=1)
    )
    some = " or ".join(f"a{place}" for place, _ in enumerate(tallies, start=1))
    rows = " union all ".join(each)
    return f"{before} select member_id{held} from ({rows}) as told where {some} group by member_id"
