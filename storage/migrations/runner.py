"""Alembic, which only a change of the schema needs: it's loaded then, and costs nothing at other starts."""

from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, create_engine


def bring_to(connection: Connection, revision: str, migrations: Path) -> None:
    """Run the migrations up to a revision, in the connection's transaction."""
    command.upgrade(_configuration(connection, migrations), revision)


def draft(title: str, migrations: Path) -> Path:
    """Write the next revision, from what the tables say and no revision does yet; return its file."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        configuration = _configuration(connection, migrations)
        command.upgrade(configuration, "head")
        number = len(list(ScriptDirectory.from_config(configuration).walk_revisions())) + 1
        script = command.revision(configuration, title, autogenerate=True, rev_id=f"{number:04}")
    engine.dispose()
    if not isinstance(script, Script):
        raise TypeError(f"Alembic wrote {script}, not one revision")
    return Path(script.path)


def _configuration(connection: Connection, migrations: Path) -> Config:
    configuration = Config(stdout=StringIO())
    configuration.set_main_option("script_location", str(migrations).replace("%", "%%"))
    configuration.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    configuration.attributes["connection"] = connection
    return configuration
