"""What an operator may set, and what is told when it is wrong."""

from pathlib import Path

import pytest

from plushka.platform.settings import BadSettings, Environment, Settings


def test_nothing_set_is_a_local_plushka_on_its_own_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    settings = Settings.from_environment({})
    assert settings.data_folder == Path("/home/anna/.local/share/plushka")
    assert settings.database_url is None
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.environment is Environment.LOCAL


def test_the_data_folder_follows_the_desktop_standard() -> None:
    assert Settings.from_environment({"XDG_DATA_HOME": "/srv/data"}).data_folder == Path("/srv/data/plushka")


def test_trusted_proxies_are_addresses_and_networks() -> None:
    settings = Settings.from_environment({"PLUSHKA_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,::1"})
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "::1")


def test_every_wrong_variable_is_named_at_once() -> None:
    environ = {
        "PLUSHKA_DATA": "here",
        "PLUSHKA_PORT": "80a",
        "PLUSHKA_WORKERS": "0",
        "PLUSHKA_ENV": "prod",
        "PLUSHKA_TRUSTED_PROXIES": "127.0.0.1, *",
        "PLUSHKA_METRICS_TOKEN": "swordfish",
        "DATABASE_URL": "mysql://root:hunter2@localhost/shop",
    }
    with pytest.raises(BadSettings) as caught:
        Settings.from_environment(environ)
    told = str(caught.value)
    assert all(name in told for name in environ)
    assert "hunter2" not in told
    assert "swordfish" not in told
