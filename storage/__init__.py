"""Storage: the only SQL."""

from sqlmodel import Session as Session
