"""What the whole suite shares."""

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import settings
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.util import LRUCache

from bot import indexes
from bot.indexes import Vector
from dialogs.catalog import Catalogue
from dialogs.search.learnt import Learnt
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

    def remembered(catalogue: Catalogue, vectors_of: Mapping[str, Vector], before: Learnt | None = None) -> Understanding:
        key = (plain.write_catalogue(catalogue), len(next(iter(vectors_of.values()), ())))
        if key not in built:
            built[key] = build(catalogue, vectors_of, before)
        return built[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes, "understand_catalogue", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Compile a statement once for a process and a database: thousands of tests open one of their own, for which SQLAlchemy would begin anew.

    An engine takes over what the first of its kind that has connected learned of its server, and the statements that are compiled for it. The drivers
    and their settings are always the same, and so are the servers' versions.
    """
    first: dict[type[Dialect], Engine] = {}

    def engine_created(_kind: type[Dialect], engine: Engine) -> None:
        kind = type(engine.dialect)
        if kind in first:
            engine.dialect, engine._compiled_cache = first[kind].dialect, first[kind]._compiled_cache
            return

        @event.listens_for(engine, "connect", once=True)  # after its own, at which it learns
        def keep(_connection: object, _record: object) -> None:
            if first.setdefault(kind, engine) is engine:
                engine._compiled_cache = LRUCache(2_000)  # what all tests of a process run; one test alone needs far fewer than SQLAlchemy's 500

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dialect, "engine_created", classmethod(engine_created))
        yield
