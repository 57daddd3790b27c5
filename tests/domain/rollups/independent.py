"""The sums, worked out by Polars from rows as they are stored: by none of the SQL that keeps them."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import polars as pl

from plushka.domain.rollups.model import ALL_BRANCHES, TABLES
from plushka.platform.database import Tx

Sums = dict[str, list[tuple[Any, ...]]]
"""Rows of each table, keys and then sums, in order."""
ALL = str(ALL_BRANCHES)
_TOLD = {
    "mechanic_set": """(
        select s.program_id || chr(10) || s.mechanics from mechanic_sets s
        where s.tenant_id = $1 and s.number = mechanic_set
    )"""
}
"""What is kept as a number of what it is."""


async def kept_sums(tx: Tx) -> Sums:
    """Return what is kept."""
    kept = {}
    for table in TABLES:
        columns = ", ".join(_TOLD.get(name, name) for name in (*table.key, *table.sums))
        rows = await tx.fetch(f"select {columns} from {table.name} where tenant_id = $1", tx.tenant_id)  # noqa: S608
        kept[table.name] = _in_order([tuple(map(_plain, row)) for row in rows])
    return kept


async def independent_sums(tx: Tx) -> Sums:
    """Return what ought to be kept."""
    receipts, lines = await _read_receipts(tx)
    counted = receipts.filter(~pl.col("is_full"))
    bought = lines.group_by("id").agg(lines=pl.len(), cost_left=pl.col("cost_left").sum())
    counted = counted.join(bought, on="id", how="left")
    firsts = (
        counted.filter(pl.col("member_id").is_not_null())
        .sort("occurred_at", "id")
        .group_by("member_id", maintain_order=True)
        .first()
    )
    counted = counted.with_columns(is_first=pl.col("id").is_in(firsts["id"].implode()))
    goods = lines.filter(pl.col("left_milli") > 0).join(
        counted.select("id", "branch_id", "business_date", "month_on"), on="id"
    )
    of_categories = goods.explode("chain").with_columns(
        category=pl.col("chain").struct.field("category"), parent=pl.col("chain").struct.field("parent")
    )
    everything = {
        "sales_days": _sales(receipts, counted),
        "refund_days": await _refunds(tx, receipts),
        "sales_hours": _grouped(
            counted, ["business_date", "hour"], [pl.len(), pl.col("revenue_minor").sum().alias("revenue")]
        ),
        "category_days": _grouped(of_categories, ["business_date", "category", "parent"], _GOODS),
        "uncategorized_receipts": of_categories.filter(pl.col("category") == "")
        .select("branch_id", "business_date", "id", pl.lit(1))
        .unique()
        .rows(),
        "product_months": _grouped(goods, ["month_on", "sku"], _GOODS),
        "cashier_days": _cashiers(receipts, counted),
        "member_months": _members(counted).rows(),
        "member_years": _years(counted),
        "member_paths": _paths(counted),
        "mechanic_days": _mechanics(counted),
        "mechanic_buyers": _buyers(counted),
        "receipt_goods": _goods_left(counted, lines),
        "points_days": await _points(tx),
        "lot_months": await _lots(tx),
    }
    return {name: _in_order(rows) for name, rows in everything.items()}


_GOODS = [
    pl.col("id").n_unique().alias("receipts"),
    pl.col("left_milli").sum(),
    pl.col("net_left").sum(),
    pl.col("net_left").filter(pl.col("cost_left").is_not_null()).sum().alias("costed"),
    pl.col("cost_left").sum(),
]


def _grouped(frame: pl.DataFrame, by: list[str], sums: list[pl.Expr]) -> list[tuple[Any, ...]]:
    """Return sums by branch and by all of them."""
    every = pl.concat([frame, frame.with_columns(branch_id=pl.lit(ALL))])
    return every.group_by("branch_id", *by).agg(sums).rows()


def _sales(receipts: pl.DataFrame, counted: pl.DataFrame) -> list[tuple[Any, ...]]:
    costed = pl.col("is_costed")
    sums = counted.select(
        "branch_id", "business_date", "program_id", pl.col("member_id").is_not_null().alias("has_card"),
        pl.lit(1).alias("receipts"), pl.lit(0).alias("returned"), pl.col("lines").cast(pl.Int64), "amount_minor",
        "discount_minor", "redeemed_minor", "refunded_minor", "revenue_minor", costed.cast(pl.Int64).alias("costed"),
        pl.when(costed).then("revenue_minor").otherwise(0).alias("costed_minor"),
        pl.when(costed).then("cost_left").otherwise(0).alias("cost_minor"), "earned_points", "redeemed_points",
        (pl.col("redeemed_points") > 0).cast(pl.Int64).alias("redeeming"),
        (
            (pl.col("redeemed_points") > 0) | (pl.col("earned_points") > 0) | (pl.col("discount_minor") > 0)
        ).cast(pl.Int64).alias("touched"),
        pl.col("is_first").cast(pl.Int64),
    )  # fmt: skip
    gone = receipts.filter("is_full").select(
        "branch_id", "business_date", "program_id", pl.col("member_id").is_not_null().alias("has_card"),
        pl.lit(1).alias("returned"),
    )  # fmt: skip
    both = pl.concat([sums, gone], how="diagonal_relaxed").fill_null(0)
    return _grouped(both, both.columns[1:4], [pl.col(name).sum() for name in sums.columns[4:]])


def _cashiers(receipts: pl.DataFrame, counted: pl.DataFrame) -> list[tuple[Any, ...]]:
    sums = counted.select(
        "branch_id", "business_date", "cashier", pl.lit(1).alias("receipts"),
        pl.col("member_id").is_not_null().cast(pl.Int64).alias("with_card"), pl.lit(0).alias("returned"),
        pl.col("lines").cast(pl.Int64), "discount_minor", "redeemed_minor", "refunded_minor", "revenue_minor",
    )  # fmt: skip
    gone = receipts.filter("is_full").select(
        "branch_id", "business_date", "cashier", pl.lit(1).alias("returned")
    )
    both = pl.concat([sums, gone], how="diagonal_relaxed")
    return _grouped(both, ["business_date", "cashier"], [pl.col(name).sum() for name in sums.columns[3:]])


def _members(counted: pl.DataFrame) -> pl.DataFrame:
    costed = pl.col("is_costed")
    return (
        counted.filter(pl.col("member_id").is_not_null())
        .group_by("member_id", "month_on")
        .agg(
            pl.len().alias("receipts"), pl.col("lines").sum(), pl.col("discount_minor").sum(),
            pl.col("redeemed_minor").sum(), pl.col("revenue_minor").sum(),
            pl.col("revenue_minor").filter(costed).sum().alias("costed_minor"),
            pl.col("cost_left").filter(costed).sum().alias("cost_minor"),
        )
    )  # fmt: skip


def _years(counted: pl.DataFrame) -> list[tuple[Any, ...]]:
    with_card = counted.filter(pl.col("member_id").is_not_null())
    return (
        with_card.group_by("member_id", pl.date(pl.col("month_on").dt.year(), 1, 1).alias("year_on"))
        .agg(pl.len().alias("receipts"), pl.col("lines").sum(), pl.col("revenue_minor").sum())
        .rows()
    )


def _paths(counted: pl.DataFrame) -> list[tuple[Any, ...]]:
    paths = []
    with_card = counted.filter(pl.col("member_id").is_not_null()).sort("occurred_at", "id")
    for (member_id,), path in with_card.group_by("member_id"):
        days = path["business_date"].to_list()
        first_four = [*days[:4], None, None, None][:4]
        sums = (path.height, path["lines"].sum(), path["revenue_minor"].sum())
        paths.append((member_id, path["id"][0], *first_four, days[-1], *sums))
    return paths


def _mechanics(counted: pl.DataFrame) -> list[tuple[Any, ...]]:
    costed = pl.col("is_costed")
    each = counted.explode("mechanics").filter(pl.col("mechanics").is_not_null()).unnest("mechanics")
    sums = each.select(
        "branch_id", "business_date", "program_id", "mechanic", pl.lit(1).alias("receipts"),
        pl.col("lines").cast(pl.Int64), "discount_minor", "redeemed_minor", "revenue_minor",
        costed.cast(pl.Int64).alias("costed"), pl.when(costed).then("revenue_minor").otherwise(0).alias("costed_minor"),
        pl.when(costed).then("cost_left").otherwise(0).alias("cost_minor"), "earned_points", "off_minor", "points",
    )  # fmt: skip
    return _grouped(sums, sums.columns[1:4], [pl.col(name).sum() for name in sums.columns[4:]])


def _buyers(counted: pl.DataFrame) -> list[tuple[Any, ...]]:
    by = ["business_date", "member_id", "branch_id", "mechanics"]
    named = pl.col("mechanics").list.eval(pl.element().struct.field("mechanic")).list.sort().list.join("\n")
    with_card = counted.filter(pl.col("member_id").is_not_null())
    return (
        with_card.with_columns(mechanics=pl.col("program_id") + "\n" + named.fill_null(""))
        .group_by(by)
        .agg(pl.len())
        .rows()
    )


def _goods_left(counted: pl.DataFrame, lines: pl.DataFrame) -> list[tuple[Any, ...]]:
    whose = counted.filter(pl.col("member_id").is_not_null()).select(
        "id", "business_date", "branch_id", "member_id"
    )
    left: dict[tuple[Any, ...], tuple[set[str], set[str], set[str]]] = {}
    for line in lines.filter(pl.col("left_milli") > 0).join(whose, on="id").rows(named=True):
        key = (line["business_date"], line["id"], line["branch_id"], line["member_id"])
        products, categories, brands = left.setdefault(key, (set(), set(), set()))
        products.add(line["sku"])
        categories |= {step["category"] for step in line["chain"] if step["category"]}
        brands |= {line["brand"]} - {None}
    return [(*key, *map(sorted, goods)) for key, goods in left.items()]


def _mechanics_of(outcome: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a receipt owes to: by its outcome, with what each took off and gave."""
    found: dict[str, list[int]] = {}
    for mechanic, off_minor, points in owed_to(outcome):
        sums = found.setdefault(mechanic, [0, 0])
        sums[0] += off_minor
        sums[1] += points
    return [
        {"mechanic": mechanic, "off_minor": off_minor, "points": points}
        for mechanic, (off_minor, points) in found.items()
    ]


def owed_to(outcome: dict[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Yield (mechanic, money off, points) of whatever an outcome says was on the receipt."""
    for source, _rate, amount, _by_line, *rest in outcome.get("discounts", ()):
        yield "personal" if source == "personal" else f"{source}:{rest[0]}", amount, 0
    yield from (
        (f"promotion:{gift[4]}", 0, 0) for gift in outcome.get("gifts", ()) if gift[4:] not in ([], [None])
    )
    paid, spent = (sum(line[place] for line in outcome["lines"]) for place in (2, 4))
    if spent:
        yield "redemption", paid, spent
        raised = (note for note in outcome.get("notes", ()) if note[0] == "share_raised")
        yield from ((f"promotion:{note[1]}", 0, 0) for note in raised)
    yield from ((f"rule:{award[0]}", 0, award[1]) for award in outcome.get("awards", ()) if award[1])
    yield from ((f"card:{card[0]}", 0, 0) for card in outcome.get("cards", ()) if card[1])
    if outcome.get("referred"):
        yield "referral", 0, 0


async def _read_receipts(tx: Tx) -> tuple[pl.DataFrame, pl.DataFrame]:
    versions = await tx.fetch(
        "select id, program_id from program_versions where tenant_id = $1", tx.tenant_id
    )
    programs = {row["id"]: row["program_id"] for row in versions}
    back: dict[UUID, list[Any]] = {}
    for row in await tx.fetch("select * from returns where tenant_id = $1", tx.tenant_id):
        back.setdefault(row["receipt_id"], []).append(row)
    receipts, lines = [], []
    for row in await tx.fetch("select * from receipts where tenant_id = $1", tx.tenant_id):
        basket, outcome = json.loads(row["basket"]), json.loads(row["outcome"])
        place = basket["basket"]["place"]
        local = row["occurred_at"].astimezone(ZoneInfo(place["time_zone"]))
        business_date = _business_date(local, place.get("day_starts_minutes", 240))
        assert business_date == row["business_date"]
        returned = back.get(row["id"], [])
        gone: dict[int, int] = {}
        for line in (line for one in returned for line in json.loads(one["lines"])):
            gone[line["index"]] = gone.get(line["index"], 0) + line["quantity_milli"]
        sold = basket["basket"]["lines"]
        is_full = all(gone.get(index, 0) == line[1] for index, line in enumerate(sold))
        assert is_full == any(one["is_full"] for one in returned)
        refunded_minor = sum(one["refund_minor"] for one in returned)
        assert refunded_minor == row["refunded_minor"]
        receipts.append(
            {
                "id": str(row["id"]),
                "branch_id": str(row["branch_id"]),
                "business_date": business_date,
                "month_on": business_date.replace(day=1),
                "hour": local.hour,
                "program_id": str(programs[row["version_id"]]),
                "member_id": None if row["member_id"] is None else str(row["member_id"]),
                "cashier": row["cashier"] or "",
                "occurred_at": row["occurred_at"],
                "amount_minor": sum(line[2] for line in sold),
                "discount_minor": sum(line[1] for line in outcome["lines"]),
                "redeemed_minor": sum(line[2] for line in outcome["lines"]),
                "refunded_minor": refunded_minor,
                "revenue_minor": sum(line[3] for line in outcome["lines"]) - refunded_minor,
                "redeemed_points": sum(line[4] for line in outcome["lines"]),
                "earned_points": outcome["earned_points"],
                "is_costed": row["cost_minor"] is not None,
                "is_full": is_full,
                "mechanics": _mechanics_of(outcome),
                "zone": place["time_zone"],
                "day_starts": place.get("day_starts_minutes", 240),
            }
        )
        costs = basket.get("costs") or [None] * len(sold)
        assert row["cost_minor"] == (None if None in costs else sum(costs))
        for index, (line, decided, cost) in enumerate(zip(sold, outcome["lines"], costs, strict=True)):
            went = gone.get(index, 0)
            look = line[3] if len(line) > 3 else []
            path = look[0] if look else []
            lines.append(
                {
                    "id": str(row["id"]),
                    "sku": line[0],
                    "brand": look[1] if len(look) > 1 else None,
                    "chain": [
                        {"category": category, "parent": parent}
                        for category, parent in zip(path or [""], [*path[1:], ""], strict=True)
                    ],
                    "left_milli": line[1] - went,
                    "net_left": decided[3] - decided[3] * went // line[1],
                    "cost_left": None if cost is None else cost - cost * went // line[1],
                }
            )
    return pl.DataFrame(receipts, infer_schema_length=None), pl.DataFrame(lines, infer_schema_length=None)


def _business_date(local: datetime, day_starts_minutes: int) -> date:
    is_before = local.hour * 60 + local.minute < day_starts_minutes
    return local.date() - timedelta(days=1) if is_before else local.date()


async def _refunds(tx: Tx, receipts: pl.DataFrame) -> list[tuple[Any, ...]]:
    places = {row["id"]: row for row in receipts.rows(named=True)}
    rows = []
    for back in await tx.fetch("select * from returns where tenant_id = $1", tx.tenant_id):
        place = places[str(back["receipt_id"])]
        local = back["occurred_at"].astimezone(ZoneInfo(place["zone"]))
        sums = (back["refund_minor"], back["points_back"], back["points_clawed_back"])
        rows.append((place["branch_id"], _business_date(local, place["day_starts"]), *sums))
    if not rows:
        return []
    columns = ["branch_id", "made_on", "refund_minor", "points_back", "points_clawed_back"]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    return _grouped(frame, ["made_on"], [pl.len(), *(pl.col(name).sum() for name in columns[2:])])


async def _points(tx: Tx) -> list[tuple[Any, ...]]:
    zone = ZoneInfo(await tx.fetchval("select time_zone from businesses where tenant_id = $1", tx.tenant_id))
    rows = await tx.fetch(
        """
        select w.program_id, p.at, p.kind, p.debit, p.credit, p.points
        from postings p join wallets w on w.tenant_id = p.tenant_id and w.id = p.wallet_id where p.tenant_id = $1
        """,
        tx.tenant_id,
    )
    frame = pl.DataFrame(
        [(str(row[0]), row[1].astimezone(zone).date(), *row[2:]) for row in rows],
        schema=["program_id", "day", "kind", "debit", "credit", "points"],
        orient="row",
    )
    return frame.group_by(frame.columns[:-1]).agg(pl.len(), pl.col("points").sum()).rows()


async def _lots(tx: Tx) -> list[tuple[Any, ...]]:
    zone = ZoneInfo(await tx.fetchval("select time_zone from businesses where tenant_id = $1", tx.tenant_id))
    wallets = await tx.fetch("select id, program_id from wallets where tenant_id = $1", tx.tenant_id)
    programs = {row["id"]: row["program_id"] for row in wallets}
    lots = await tx.fetch("select id, earned_at from lots where tenant_id = $1", tx.tenant_id)
    earned = {row["id"]: row["earned_at"] for row in lots}
    moved: dict[tuple[Any, ...], list[int]] = {}
    for row in await tx.fetch("select * from postings where tenant_id = $1", tx.tenant_id):
        if row["lot_id"] is not None:
            months = [at.astimezone(zone).date().replace(day=1) for at in (earned[row["lot_id"]], row["at"])]
            key = (str(programs[row["wallet_id"]]), *months, row["kind"], row["debit"], row["credit"])
            moved.setdefault(key, []).append(row["points"])
    return [(*key, len(points), sum(points)) for key, points in moved.items()]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(value)
    return str(value) if isinstance(value, UUID) else value


def _in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=str)
