"""The liability: what it is today, what has moved it, day by day, and the proof that no point is lost or made."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked, movements_url
from plushka.delivery.office.reports.blocks import Block, Chart, Column, Empty, Row, Series, Table
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.points.accounts import ENTRIES, load_accounts
from plushka.domain.insights.points.days import Balances, History, is_in_step, load_history
from plushka.domain.insights.points.prices import Prices, load_prices
from plushka.domain.insights.points.proof import Proof, load_proof
from plushka.domain.insights.points.ways import COMING, WAYS, sign
from plushka.domain.insights.points.words import ENTRY_WORDS
from plushka.domain.insights.points.worth import Account, money, value
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx


class Loaded(Struct, frozen=True):
    """A period's history, in points and in money."""

    history: History
    prices: Prices
    account: Account


async def load(tx: Tx, visit: Visit, asked: Asked) -> Loaded:
    history = await load_history(tx, visit.program_id, asked.period)
    prices = await load_prices(tx, visit.program_id)
    return Loaded(history, prices, value(history, prices, asked.period))


async def make_points_movement(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """What there was, what moved it, what there is: line by line as the accountant's file has it, with the accounts."""
    loaded = await load(tx, visit, asked)
    accounts = await load_accounts(tx)
    moved, minor = loaded.history.sum_moved(), loaded.account.sum_moved()
    gettext = visit.words.gettext
    rows: list[Row] = [
        (
            gettext("At the beginning"),
            "",
            "",
            *linked(
                movements_url(visit, moved=(None, asked.period.from_on - timedelta(days=1))),
                loaded.history.opening.net,
                loaded.account.opening_minor,
            ),
        )
    ]
    for entry in ENTRIES:
        pair = accounts[entry]
        if entry == "revalued":
            if loaded.account.revalued_minor:
                name = gettext(ENTRY_WORDS[entry])
                rows.append((name, pair.debit, pair.credit, None, loaded.account.revalued_minor))
        elif moved[entry]:
            name = gettext(ENTRY_WORDS[entry])
            href = movements_url(visit, [entry], moved=(asked.period.from_on, asked.period.last_on))
            figures = linked(href, sign(entry) * moved[entry], sign(entry) * minor[entry])
            rows.append((name, pair.debit, pair.credit, *figures))
    return Block(
        name="points_movement",
        title=gettext("What moved the liability"),
        table=Table(
            (
                Column(gettext("Movement"), "text"),
                Column(gettext("Debit account"), "text", "points_accounts"),
                Column(gettext("Credit account"), "text", "points_accounts"),
                Column(gettext("Points"), "points", "points_net"),
                Column(gettext("Money"), "money", "points_money"),
            ),
            tuple(rows) if _has_any(loaded.history) else (),
            total=(
                gettext("At the end"),
                "",
                "",
                *linked(
                    movements_url(visit, moved=(None, asked.period.last_on)),
                    loaded.history.closing.net,
                    loaded.account.closing_minor,
                ),
            ),
        ),
        as_of=await find_as_of(tx),
        notes=tuple(_in_step(loaded, visit)),
        definition="points_net",
        empty=no_points(visit),
    )


def _in_step(loaded: Loaded, visit: Visit) -> Iterator[str]:
    gettext, account = visit.words.gettext, loaded.account
    moved = sum(sign(way) * minor for way, minor in account.sum_moved().items()) + account.revalued_minor
    if is_in_step(loaded.history) and account.opening_minor + moved == account.closing_minor:
        yield gettext("✓ Beginning and movements come to the end, in points and in money.")
    else:
        yield gettext("✗ Beginning and movements do not come to the end. Have the ledger checked.")
    yield from of_program(visit)


async def make_points_identity(tx: Tx, visit: Visit, _asked: Asked) -> Block:
    """All that was ever issued, and where it is; the check is made of two tables, never assumed."""
    proof = await load_proof(tx, visit.program_id)
    gettext = visit.words.gettext
    came = sum(proof.moved[way] for way in WAYS if way in COMING)
    return Block(
        name="points_identity",
        title=gettext("Where all points are"),
        table=Table(
            (
                Column(gettext("Points"), "text"),
                Column(gettext("Came"), "points", "points_came"),
                Column(gettext("Are there or went"), "points", "points_went"),
                Column(gettext("Share"), "share", "points_share"),
            ),
            tuple(_identity(proof, came, visit)) if came else (),
            total=(
                gettext("Together"),
                *linked(
                    movements_url(visit, [way for way in WAYS if way in COMING]),
                    came,
                    came - proof.difference,
                    Ratio(came - proof.difference, came),
                ),
            ),
        ),
        as_of=tx.at,
        notes=(
            gettext("✓ What the journal says is what members' accounts hold, to the point.")
            if proof.difference == 0
            else gettext(
                "✗ Journal and accounts differ by {points}. Have the ledger checked.",
                points=visit.figures.points(proof.difference, signed=True),
            ),
            *of_program(visit),
        ),
        definition="points_identity",
        empty=no_points(visit),
    )


def _identity(proof: Proof, came: int, visit: Visit) -> Iterator[Row]:
    gettext, moved, balances = visit.words.gettext, proof.moved, proof.balances
    for way in WAYS:
        if way in COMING and moved[way]:
            yield (gettext(ENTRY_WORDS[way]), *linked(movements_url(visit, [way]), moved[way]), None, None)
    held = (
        (gettext("Available to members"), balances.available),
        (gettext("Waiting to become spendable"), balances.pending),
        (gettext("Held"), balances.held),
        (gettext("Debt of members"), -balances.debt),
    )
    for name, points in held:
        yield (name, None, *linked(movements_url(visit), points, Ratio(points, came)))
    for way in WAYS:
        if way not in COMING and moved[way]:
            figures = linked(movements_url(visit, [way]), moved[way], Ratio(moved[way], came))
            yield (gettext(ENTRY_WORDS[way]), None, *figures)


async def make_points_days(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """The balances at the end of every day, in points and at the price of that day."""
    loaded = await load(tx, visit, asked)
    days = list(_each_day(loaded.history, asked.period, visit))
    gettext = visit.words.gettext
    return Block(
        name="points_days",
        title=gettext("The liability day by day"),
        table=Table(
            (
                Column(gettext("Day"), "date"),
                Column(gettext("Available"), "points", "points_available"),
                Column(gettext("Waiting"), "points", "points_pending"),
                Column(gettext("Held"), "points", "points_held"),
                Column(gettext("Members have"), "points", "points_liability"),
                Column(gettext("In money"), "money", "points_money"),
                Column(gettext("Debt"), "points", "points_debt"),
                Column(gettext("Debt in money"), "money", "points_debt"),
                Column(gettext("A point buys"), "money", "points_price"),
            ),
            tuple(_day_row(day, balances, loaded.prices, visit) for day, balances in reversed(days))
            if _has_any(loaded.history)
            else (),
        ),
        as_of=await find_as_of(tx),
        chart=Chart(
            labels=tuple(visit.figures.day_of_month(day) for day, _ in days),
            series=(
                Series(
                    gettext("Members have"),
                    tuple(money(each.have, loaded.prices.on(day)) for day, each in days),
                    "money",
                    form="line",
                ),
                Series(
                    gettext("Of these waiting"),
                    tuple(money(each.pending, loaded.prices.on(day)) for day, each in days),
                    "money",
                    form="line",
                ),
                Series(
                    gettext("Debt of members"),
                    tuple(money(each.debt, loaded.prices.on(day)) for day, each in days),
                    "money",
                    form="line",
                ),
            ),
        ),
        notes=of_program(visit),
        form="chart",
        definition="points_liability",
        empty=no_points(visit),
    )


def _each_day(history: History, period: Period, visit: Visit) -> Iterator[tuple[date, Balances]]:
    """Return the balances of every day until today; a day without movements ends as the one before."""
    ends = {day.day: day.balances for day in history.days}
    balances, day = history.opening, period.from_on
    while day < period.until_on and day <= visit.today:
        balances = ends.get(day, balances)
        yield day, balances
        day += timedelta(days=1)


def _day_row(day: date, balances: Balances, prices: Prices, visit: Visit) -> Row:
    price = prices.on(day)
    return (
        day,
        *linked(
            movements_url(visit, moved=(None, day)),
            balances.available,
            balances.pending,
            balances.held,
            balances.have,
            money(balances.have, price),
            balances.debt,
            money(balances.debt, price),
        ),
        money(10**visit.figures.scale, price),
    )


def _has_any(history: History) -> bool:
    return bool(history.days) or history.opening != Balances()


def no_points(visit: Visit) -> Empty:
    return Empty(
        visit.words.gettext("No points yet"),
        visit.words.gettext("They come with the first receipt of a member."),
    )


def of_program(visit: Visit) -> tuple[str, ...]:
    """Return the note of which programme's points figures are, where there are several."""
    if not visit.program_name:
        return ()
    return (visit.words.gettext("Points are those of “{program}”.", program=visit.program_name),)
