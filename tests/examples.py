"""How many examples a property is tried on."""

from hypothesis import settings

LONG = 20  # times as many in `.ci/long`


def examples(short: int) -> int:
    """Return `short`, or twenty times as many where the profile `long` was asked for (`--hypothesis-profile=long`)."""
    return short * LONG if settings.get_current_profile_name() == "long" else short
