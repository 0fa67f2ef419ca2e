"""Alembic's migrations; they travel with the package and are run by `storage.schema`."""
