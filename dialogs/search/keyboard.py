"""Which keys lie beside each other: a slipping finger hits one of these."""

from collections.abc import Mapping
from typing import Final

# The rows of an AZERTY and of a QWERTY keyboard: people write both languages on either.
_LAYOUTS: Final = (("azertyuiop", "qsdfghjklm", "wxcvbn"), ("qwertyuiop", "asdfghjkl", "zxcvbnm"))


def _beside() -> Mapping[str, str]:
    near: dict[str, set[str]] = {}
    for rows in _LAYOUTS:
        for above, row in zip(("", *rows), rows, strict=False):
            for place, key in enumerate(row):
                # A row stands half a key to the right of the one above.
                for other in row[place + 1 : place + 2] + above[place : place + 2]:
                    near.setdefault(key, set()).add(other)
                    near.setdefault(other, set()).add(key)
    return {key: "".join(sorted(others)) for key, others in sorted(near.items())}


BESIDE: Final = _beside()  # of each letter a to z: the letters around it on either layout, in order
