"""Pictures: Vega-Lite specifications drawn as PNG, by vl-convert, without any network."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Final, Literal

from dialogs.catalog import Language

_KEPT: Final = 64  # pictures, of some 40 KB each
_SCALE: Final = 2  # so that it's sharp on a phone
_LOCALES: Final[Mapping[Language, Literal["fr-FR", "en-GB"]]] = {"fr": "fr-FR", "en": "en-GB"}


class Pictures:
    """Draws in a thread of its own, one picture at a time: the first takes a second and 90 MB, the next ones some 0.2 s."""

    def __init__(self) -> None:
        self._drawer = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._drawn: OrderedDict[str, bytes] = OrderedDict()

    async def png(self, spec: Mapping[str, object], language: Language) -> bytes:
        """Return a picture; the same again isn't drawn anew. Raises ValueError for a specification that isn't one, or that loads anything."""
        key = sha256(json.dumps([language, spec], sort_keys=True).encode()).hexdigest()
        if key not in self._drawn:
            self._drawn[key] = await asyncio.get_running_loop().run_in_executor(self._drawer, _png, spec, language)
            while len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
        self._drawn.move_to_end(key)
        return self._drawn[key]

    def close(self) -> None:
        """End the thread."""
        self._drawer.shutdown()


def _png(spec: Mapping[str, object], language: Language) -> bytes:
    import vl_convert  # 90 MB that a process which draws nothing spares

    return vl_convert.vegalite_to_png(dict(spec), scale=_SCALE, allowed_base_urls=[], format_locale=_LOCALES[language])


def svg(spec: Mapping[str, object], language: Language) -> str:
    """Return a picture as SVG, to be put into a page. Raises ValueError for a specification that isn't one, or that loads anything."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[], format_locale=_LOCALES[language])
    return drawn
