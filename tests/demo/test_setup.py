"""Making the demo be there is safe to repeat, and its secrets are for the owner of the data folder only."""

import stat
from pathlib import Path

import pytest
from tests.conftest import SetClock
from tests.demo.conftest import NOW

from plushka.demo import access, setup
from plushka.demo.dataset import Year
from plushka.demo.setup import WaysInLost, ensure_demo
from plushka.platform.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"PLUSHKA_DATA": str(tmp_path / "data")})


def test_the_demo_is_opened_once_and_its_keys_are_kept_privately(
    dsn: str, settings: Settings, small_year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "read_year", lambda: small_year)
    first = ensure_demo(dsn, SetClock(NOW), settings, count=50)
    assert first.booked == 50
    assert stat.S_IMODE((access.folder(settings) / "access.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(access.folder(settings).stat().st_mode) == 0o700

    again = ensure_demo(dsn, SetClock(NOW), settings, count=50)
    assert (again.booked, again.year, again.access) == (0, None, first.access)

    more = ensure_demo(dsn, SetClock(NOW), settings, count=60)
    assert more.booked == 10
    assert more.access.password == first.access.password

    (access.folder(settings) / "access.json").unlink()
    with pytest.raises(WaysInLost):
        ensure_demo(dsn, SetClock(NOW), settings, count=50)
