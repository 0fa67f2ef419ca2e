"""What a pack's files say of each other: ids and slugs told once, names claimed once, partners that exist."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from bot.mistakes import Mistake
from bot.yaml_source import YamlSource
from dialogs.search.likeness import nearest, plain
from dialogs.texts import Texts
from dialogs.written import Place, Raw, quoted

_Told = tuple[str, YamlSource, Place]  # a word, and where it's written


def mistaken_references(sources: Sequence[YamlSource], segments: frozenset[str] | None, t: Texts) -> Iterator[Mistake]:
    """Yield what is wrong between the functions' files; `segments` is None where the company's can't be told.

    Whatever has the wrong shape is passed over: `pack_shapes` says it.
    """
    slugs = [told for source in sources for told in _texts(source, ("slug",))]
    for slug, source, place in slugs:
        stem = _stem(source)
        if slug.strip() and slug != stem:
            fix = t("rename the file to {name}, or write the slug {slug}", name=f"{slug}.yaml", slug=stem)
            yield source.mistake(place, t("the slug {slug} isn't the file's name", slug=quoted(slug, t)), fix)
    yield from _told_twice(slugs, t("give each function a slug of its own"), t)
    yield from _told_twice(_sheet_ids(sources), t("give each service and entry an id of its own"), t)
    yield from _claimed_twice(sources, t)
    # A file that can't be read still has its name: what refers to it isn't one more mistake.
    functions = {slug for slug, _, _ in slugs} | {_stem(source) for source in sources}
    for source in sources:
        yield from _strangers(source, "partners", functions, t)
        if segments is not None:
            yield from _strangers(source, "co_built_with", functions | segments, t)


def _stem(source: YamlSource) -> str:
    return PurePosixPath(source.name).stem


def _texts(source: YamlSource, place: Place) -> Iterator[_Told]:
    """Yield the text at a place, or the texts of the list there."""
    value: Raw = source.value
    for step in place:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
        else:
            return
    if isinstance(value, str):
        yield value, source, place
    elif isinstance(value, list):
        yield from ((item, source, (*place, index)) for index, item in enumerate(value) if isinstance(item, str))


def _sheet_ids(sources: Iterable[YamlSource]) -> Iterator[_Told]:
    for source in sources:
        for kind in ("services", "entries"):
            sheets = source.value.get(kind) if isinstance(source.value, dict) else None
            for index in range(len(sheets) if isinstance(sheets, list) else 0):
                yield from _texts(source, (kind, index, "id"))


def _told_twice(told: Iterable[_Told], fix: str, t: Texts) -> Iterator[Mistake]:
    first: dict[str, _Told] = {}
    for word, source, place in told:
        _, known, at = first.setdefault(word, (word, source, place))
        if (known.name, at) != (source.name, place):
            what = t("{value} is already at {place}", value=quoted(word, t), place=f"{known.name}:{known.line(at)}")
            yield source.mistake(place, what, fix)


def _claimed_twice(sources: Iterable[YamlSource], t: Texts) -> Iterator[Mistake]:
    """Yield the names by which two functions want to be known; a function may repeat its own."""
    owners: dict[str, _Told] = {}
    for source in sources:
        for place in (("slug",), ("names", "fr"), ("names", "en"), ("also",)):
            for name, _, at in _texts(source, place):
                if not name.strip():
                    continue
                _, owner, known = owners.setdefault(plain(name).strip(), (name, source, at))
                if owner.name != source.name and at != ("slug",):
                    where = f"{owner.name}:{owner.line(known)}"
                    what = t("{value} is also a name of {function} ({place})", value=quoted(name, t), function=_stem(owner), place=where)
                    yield source.mistake(at, what, t("leave it to one of the two functions"))


def _strangers(source: YamlSource, key: str, known: Iterable[str], t: Texts) -> Iterator[Mistake]:
    """Yield the slugs of a list that name nothing in the pack; a {fr, en} text is somebody from outside."""
    slugs = sorted(known)
    for word, _, place in _texts(source, (key,)) if isinstance(source.value, dict) and isinstance(source.value.get(key), list) else ():
        if word.strip() and word not in slugs:
            near = nearest(word, slugs)
            outside = t("write {form} for somebody outside the pack", form="{fr: …, en: …}")
            fix = t("did you mean {key}?", key=near) if near else outside
            yield source.mistake(place, t("{value} is no slug of this pack", value=quoted(word, t)), fix)
