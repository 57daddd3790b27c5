"""The operator's commands. Each is imported when it is asked for, so that ``--help`` stays quick."""

import subprocess
import sys

from cyclopts import App

from plushka.platform.operating import NeedsOperator

app = App(name="plushka", help="Loyalty platform for shops, cafés and chains, on your own machine.")

# `plushka --help` shows these lines without importing the commands.
app.command("plushka.commands.run:run", help="Run everything: database, web, jobs.")
app.command("plushka.commands.web:web", help="Serve HTTP only.")
app.command("plushka.commands.worker:worker", help="Run the jobs only.")
app.command("plushka.commands.migrate:migrate", help="Bring the database to this version.")
app.command("plushka.commands.backup:backup", help="Write the whole database to a file.")
app.command("plushka.commands.welcome:welcome", help="Print the link that sets the first business up.")
app.command("plushka.commands.restore:restore", help="Fill an empty database from such a file.")
app.command("plushka.commands.found:app", name="found", help="Found a business of your own.")
app.command(
    "plushka.commands.import_members:app", name="import", help="Bring members in from a CSV or Excel file."
)
app.command("plushka.commands.ledger:app", name="ledger", help="Prove the journal of points.")
app.command("plushka.commands.reports:app", name="reports", help="Keep the sums that reports read.")
app.command("plushka.commands.staff:app", name="staff", help="Let people back in.")
app.command("plushka.commands.demo:app", name="demo", help="Load a real business to look at.")
app.command("plushka.commands.rules:app", name="rules", help="Try rules on examples.")


def main() -> None:
    """Run one command; exit with 1 and a sentence when it cannot be done."""
    try:
        app()
    except NeedsOperator as error:
        sys.exit(f"plushka: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
