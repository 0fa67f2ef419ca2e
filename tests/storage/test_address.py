"""Database URLs, as people write them."""

from pathlib import Path

import pytest

from storage.address import folder_of, is_sqlite, parse, shown
from storage.errors import AddressError


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_goes_by_its_usual_names(scheme: str) -> None:
    address = parse(f"{scheme}://bot:s3cret@db.example:5433/pourqui?sslmode=require")
    assert address.render_as_string(hide_password=False) == "postgresql+psycopg://bot:s3cret@db.example:5433/pourqui?sslmode=require"
    assert not is_sqlite(address)
    assert "s3cret" not in shown(address)
    assert shown(address).startswith("postgresql://bot:")


def test_sqlite_is_a_file_in_a_folder(tmp_path: Path) -> None:
    address = parse(f"sqlite:///{tmp_path}/pourqui.db")
    assert is_sqlite(address)
    assert folder_of(address) == tmp_path
    assert folder_of(parse("sqlite:///pourqui.db")) == Path.cwd()


@pytest.mark.parametrize(
    "url", ["", "pourqui.db", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true", "mysql://root:s3cret@localhost/x", "http:// s3cret"]
)
def test_another_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(AddressError) as told:
        parse(url)
    assert "s3cret" not in str(told.value)
    assert "sqlite:///" in str(told.value)
