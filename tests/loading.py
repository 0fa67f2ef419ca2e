"""A catalogue put into a database, as whoever publishes one does."""

from bot.clock import now
from dialogs.catalog import Catalogue
from storage import catalog
from storage.database import Database


async def load_catalogue(database: Database, catalogue: Catalogue, author: str) -> catalog.Loaded:
    """Make a catalogue the one that answers; the same content again changes nothing."""
    return await database.write(catalog.LOADING, lambda session: catalog.load(session, catalogue, author, now()))
