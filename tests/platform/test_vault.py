"""Secrets are sealed with the installation's key, for the place where they stand."""

from dataclasses import replace
from pathlib import Path

import pytest

from plushka.platform.settings import Settings
from plushka.platform.vault import KEY_BYTES, KEY_FILE, Vault, WrongKey

TOKEN = "123456:telegram-token"


def settings_in(folder: Path, **environ: str) -> Settings:
    return Settings.from_environment({"PLUSHKA_DATA": str(folder), **environ})


def test_what_is_sealed_opens_again_in_its_own_place_and_in_no_other(tmp_path: Path) -> None:
    vault = Vault.of(settings_in(tmp_path))
    sealed = vault.seal(TOKEN, place="bots:a")
    assert TOKEN.encode() not in sealed
    assert vault.unseal(sealed, place="bots:a") == TOKEN
    with pytest.raises(WrongKey):
        vault.unseal(sealed, place="bots:b")


def test_the_key_file_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    sealed = Vault.of(settings_in(tmp_path)).seal(TOKEN, place="p")
    assert Vault.of(settings_in(tmp_path)).unseal(sealed, place="p") == TOKEN
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    here = settings_in(tmp_path, PLUSHKA_SECRET_KEY="k" * 32)
    sealed = Vault.of(here).seal(TOKEN, place="p")
    with pytest.raises(WrongKey):
        Vault.of(replace(here, secret_key="K" * 32)).unseal(sealed, place="p")
    assert not (tmp_path / KEY_FILE).exists()


def test_a_fingerprint_is_the_same_again_and_another_with_another_key() -> None:
    ours, others = Vault(b"k" * KEY_BYTES), Vault(b"x" * KEY_BYTES)
    print_of_anna = ours.fingerprint("phone:+79990000001")
    assert print_of_anna == Vault(b"k" * KEY_BYTES).fingerprint("phone:+79990000001")
    assert print_of_anna not in {
        ours.fingerprint("phone:+79990000002"),
        others.fingerprint("phone:+79990000001"),
    }
