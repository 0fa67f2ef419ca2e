"""The deployment's secret key: given, or made once and kept for its owner's eyes."""

import hashlib
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.secret import derived, key_file, secret_of
from bot.settings import Settings, read_settings
from storage.errors import UnavailableError

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def embedded(tmp_path: Path) -> Settings:
    return read_settings(data_folder=tmp_path / "new" / "data")


def test_the_key_that_is_set_is_the_key(tmp_path: Path) -> None:
    assert secret_of(read_settings(data_folder=tmp_path, secret_key="k3y")) == "k3y"
    assert list(tmp_path.glob("*.key")) == []


def test_without_one_it_is_made_at_the_first_start_and_stays(embedded: Settings) -> None:
    made = secret_of(embedded)
    assert made is not None
    assert len(made) >= 43
    assert secret_of(embedded) == made
    assert stat.S_IMODE(key_file(embedded).stat().st_mode) == 0o600
    assert [file.name for file in embedded.data_folder.iterdir()] == ["secret.key"]


def test_of_several_that_start_at_once_all_have_the_same(embedded: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: secret_of(embedded), range(32)))) == 1


def test_processes_that_share_a_server_must_be_given_it(tmp_path: Path) -> None:
    settings = read_settings(data_folder=tmp_path, database_url="postgresql://pourqui@127.0.0.1/pourqui")
    assert secret_of(settings) is None
    assert not key_file(settings).exists()


def test_an_sqlite_file_elsewhere_has_its_key_in_the_data_folder(tmp_path: Path) -> None:
    settings = read_settings(data_folder=tmp_path, database_url=f"sqlite:///{tmp_path / 'other.db'}")
    assert secret_of(settings) == key_file(settings).read_text()


def test_a_key_that_cannot_be_made_or_read_says_where_and_what_to_do(embedded: Settings) -> None:
    key_file(embedded).mkdir(parents=True)
    with pytest.raises(UnavailableError, match=r"secret\.key can't be made, or read: .*; set POURQUI_SECRET_KEY"):
        secret_of(embedded)


def test_an_empty_key_is_no_key(embedded: Settings) -> None:
    key_file(embedded).parent.mkdir(parents=True)
    key_file(embedded).write_text("\n")
    with pytest.raises(UnavailableError, match="is empty: bring it back from a backup"):
        secret_of(embedded)


def test_each_purpose_has_a_key_of_its_own() -> None:
    # RFC 5869: extract with no salt, then expand once
    inner = hmac.new(bytes(32), b"k3y", hashlib.sha256).digest()
    assert derived("k3y", "anonymous") == hmac.new(inner, b"pourqui anonymous\x01", hashlib.sha256).digest()
    assert derived("k3y", "anonymous") != derived("k3y", "links")
