"""``make bench-campaigns``: what campaigns do to 100,000 members, each subject a section of one document."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import broadcasts, machine, segments
from bench.house import database_server
from plushka.platform.postgres.cluster import Cluster

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks-campaigns.md"
SECTIONS: Mapping[str, Callable[[Cluster], str]] = {"Segments": segments.run, "Broadcasts": broadcasts.run}
"""By the heading of each: what measures it and returns it, its heading included."""
_HEAD = """# Benchmarks: campaigns

What segments, letters and journeys take with 100,000 members. Measured by `make bench-campaigns` (a section alone:
`python -m bench.campaigns Segments`).
"""


def main() -> None:
    """Measure the sections that are named, or all, and write them into the document; the others stay."""
    asked = sys.argv[1:] or list(SECTIONS)
    for title in asked:
        print(f"Measuring {title} …", file=sys.stderr, flush=True)
        with database_server() as cluster:
            load = os.getloadavg()[0]
            where = f"On {machine.describe()}, {machine.disk(cluster.data_folder)}"
            section = f"{SECTIONS[title](cluster)}\n{where}; load of the machine before it: {load:.1f}.\n"
        text = DOCUMENT.read_text() if DOCUMENT.exists() else _HEAD
        known = re.search(rf"## {re.escape(title)}\n.*?(?=\n## |\Z)", text, re.DOTALL)
        text = text.replace(known[0], section) if known else f"{text}\n{section}"
        DOCUMENT.write_text(text)
        print(section)


if __name__ == "__main__":
    main()
