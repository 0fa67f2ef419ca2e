"""What the whole suite shares."""

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import settings

from bot import indexes
from bot.indexes import Vector
from dialogs.catalog import Catalogue
from dialogs.search.understanding import Understanding
from storage import plain

pytest_plugins = ("tests.databases",)

# No deadline: how long an example takes depends on who else uses the machine. `.ci/long` runs the long form.
settings.register_profile("short", deadline=None)
settings.register_profile("long", deadline=None, max_examples=2_000)
settings.load_profile("short")


@pytest.fixture(scope="session", autouse=True)
def built_once() -> Iterator[None]:
    """Build the index of one catalogue by one encoder once for a process: hundreds of tests start the application with the same small company."""
    built: dict[tuple[str, int], Understanding] = {}
    build = indexes.understand_catalogue

    def remembered(catalogue: Catalogue, vectors_of: Mapping[str, Vector]) -> Understanding:
        key = (plain.write_catalogue(catalogue), len(next(iter(vectors_of.values()), ())))
        if key not in built:
            built[key] = build(catalogue, vectors_of)
        return built[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes, "understand_catalogue", remembered)
        yield
