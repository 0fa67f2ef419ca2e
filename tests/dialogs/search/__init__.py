"""The tests of search."""
