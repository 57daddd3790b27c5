"""``plushka run``: everything, from one terminal or one unit of a service manager."""

import asyncio
import os
import subprocess
import sys
from contextlib import ExitStack

from plushka.commands.web import listen, web_children
from plushka.commands.welcome import setup_link
from plushka.demo import access, people
from plushka.demo.business import TENANT_ID
from plushka.demo.cafe import business as cafe
from plushka.demo.cafe.cashiers import CASHIER_PIN
from plushka.demo.gateways.connecting import gateways_of
from plushka.demo.messengers.addresses import HOST, messengers_of
from plushka.platform import data_folder, logs, metrics
from plushka.platform.migrate import migrate
from plushka.platform.postgres.access import embedded_cluster
from plushka.platform.postgres.server import Server
from plushka.platform.processes import Command, supervise
from plushka.platform.settings import Settings


def run(*, demo: bool = False) -> None:
    """Start the database, bring it to this version, serve HTTP and run the jobs, until Ctrl-C.

    Parameters
    ----------
    demo
        Load the demo business first if it is not there, and keep its tills selling.
    """
    settings = Settings.from_environment()
    logs.configure(settings.environment)
    with ExitStack() as stack:
        stack.enter_context(data_folder.exclusively(settings.data_folder))
        listener = stack.enter_context(listen(settings.host, settings.port))
        server = None
        dsn = settings.database_url
        if dsn is None:
            cluster = embedded_cluster(settings)
            server = Server(cluster)
            stack.callback(server.halt)
            server.start()
            dsn = cluster.dsn
        migrate(dsn)
        environ = {
            **os.environ,
            "DATABASE_URL": dsn,
            "PLUSHKA_DATA": str(settings.data_folder),
            **metrics.prepare_shared_folder(settings.data_folder / "metrics"),
        }
        url = f"http://{settings.host}:{settings.port}"
        has_phones = demo and access.is_private(settings)
        if has_phones:
            phones = stack.enter_context(listen(HOST, settings.phones_port))
            environ = {
                **messengers_of(settings.phones_port, url),
                **gateways_of(settings.phones_port),
                **environ,
            }
        children = [
            *web_children(listener, settings.web_workers, environ),
            Command("worker", _plushka("worker"), environ=environ),
        ]
        if demo:
            subprocess.run(_plushka("demo", "load"), env=environ, check=True)
            children.append(Command("tills", _plushka("demo", "sell", url), environ=environ))
        if has_phones:
            serve = _plushka("demo", "phones", "--socket-handle", str(phones.fileno()))
            children.append(Command("phones", serve, environ=environ, handles=[phones.fileno()]))
        print(f"Plushka serves on {url}; its data is in {settings.data_folder}", flush=True)
        if demo and access.is_open(settings):
            print(f"The demo's coffee shop: till {url}/till/demo, PIN {CASHIER_PIN};", flush=True)
            print(f"  the member's app {url}/app/{cafe.TENANT_ID}, any phone makes a card", flush=True)
            print(f"The demo's grocery chain: the member's app {url}/app/{TENANT_ID},", flush=True)
            print(f"  phone {people.phone(people.REGULAR)} is a regular", flush=True)
            print(f"SMS and mail to anybody: {url}/demo/phone. Messengers that are none:", flush=True)
            print(f"  http://{HOST}:{settings.phones_port}", flush=True)
        if link := setup_link(dsn, url):
            print(f"There is no business yet. Set yours up: {link}", flush=True)
        asyncio.run(supervise(children, foundation=server))


def _plushka(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "plushka", *arguments]
