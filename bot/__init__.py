"""The program: wiring, the turn, HTTP, commands."""

from bot import settings as settings  # first: what it sets is read when the numeric libraries load
