"""Campaigns' files: read whole into a campaign with its pictures, or into everything that's wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.campaign_pictures import ENDINGS, PictureFile, read_picture
from bot.mistakes import Mistake
from bot.pack_shapes import made
from bot.packs import MISTAKES_LIMIT
from bot.po import texts
from bot.yaml_source import SIZE_LIMIT, YamlSource, read_yaml, said_path
from dialogs import read_as
from dialogs.campaign import Campaign
from dialogs.campaign_advice import advice
from dialogs.campaign_rules import Places, faults, obstacles
from dialogs.catalog import Catalogue, Language
from dialogs.catalog_rules import Fault
from dialogs.posture import remarks_on
from dialogs.texts import Texts
from dialogs.written import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReading:
    """A campaign's file as it was read: `campaign` is None as soon as there's one mistake; warnings never stop it.

    `pictures` are those that its steps name, by file. `obstacles` are what it still lacks to be scheduled. `source` finds the line of a place.
    """

    source: YamlSource
    campaign: Campaign | None = None
    pictures: Mapping[str, PictureFile] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()
    obstacles: tuple[Mistake, ...] = ()

    def said(self, found: Sequence[Fault]) -> tuple[Mistake, ...]:
        """Say what was found in the campaign with the lines of its file."""
        return tuple(self.source.mistake(fault.place, fault.what, fault.fix) for fault in found)


def read_campaign(file: Path, catalogue: Catalogue, places: Places, *, language: Language, today: date) -> CampaignReading:
    """Read one file; what is said of it is in `language`, and calls the file as it was named."""
    t = texts(language)
    source = read_yaml(file, str(file), t)
    if not source.is_read:
        return CampaignReading(source=source, mistakes=source.mistakes)
    campaign, misshapen = made(source, Campaign, t)
    mistakes = [*source.mistakes, *misshapen]
    if isinstance(source.value, dict):
        told = {mistake.path for mistake in mistakes}
        broken = faults(source.value, t, catalogue, places)
        mistakes += [source.mistake(fault.place, fault.what, fault.fix) for fault in broken if said_path(fault.place) not in told]
        mistakes += _misnamed(file, source, t)
    pictures, missing = _pictures(file.parent, source, t)
    mistakes += [mistake for mistake in missing if mistake.path not in {each.path for each in mistakes}]
    if mistakes or campaign is None:
        return CampaignReading(source=source, mistakes=_in_order(mistakes))
    warnings = [source.mistake(fault.place, fault.what, fault.fix) for fault in advice(campaign, catalogue.company.languages, t)]
    warnings += [*_remarks(campaign, source, catalogue, t), *_unused(file, pictures, t)]
    lacking = [source.mistake(fault.place, fault.what, fault.fix) for fault in obstacles(campaign, t, catalogue, today)]
    return CampaignReading(source=source, campaign=campaign, pictures=pictures, warnings=_in_order(warnings), obstacles=_in_order(lacking))


def campaign_files(named: Sequence[Path], language: Language) -> tuple[tuple[Path, ...], tuple[Mistake, ...]]:
    """Return the campaigns' files among what was named, those of a folder in the order of their names, and what nobody would read."""
    t = texts(language)
    files: list[Path] = []
    mistakes: list[Mistake] = []
    for path in named:
        try:
            if not path.is_dir():
                files.append(path)
                continue
            inside = sorted(file for file in path.iterdir() if file.suffix.lower() in (".yaml", ".yml") and not file.name.startswith("."))
        except OSError as error:
            mistakes.append(_of_file(path, t("the folder can't be read ({reason})", reason=error.strerror), t("check who may read it")))
            continue
        files += [file for file in inside if file.suffix == ".yaml"]
        misnamed = [file for file in inside if file.suffix != ".yaml"]
        mistakes += [_of_file(file, t("this file isn't read"), t("rename it to {name}", name=f"{file.stem}.yaml")) for file in misnamed]
        if not inside:
            mistakes.append(_of_file(path, t("there's no campaign"), t("write a file for each campaign, such as {name}", name="passwords.yaml")))
    first: dict[str, Path] = {}
    for file in files:
        other = first.setdefault(file.stem, file)
        if other is not file:
            fix = t("rename one of the two, and its name in it")
            mistakes.append(_of_file(file, t("{name} is already the campaign of {file}", name=quoted(file.stem, t), file=other), fix))
    return tuple(files), tuple(mistakes)


def _of_file(file: Path, what: str, fix: str) -> Mistake:
    return Mistake(file=str(file), line=1, path="", what=what, fix=fix)


def _in_order(mistakes: Sequence[Mistake]) -> tuple[Mistake, ...]:
    return tuple(sorted(dict.fromkeys(mistakes), key=lambda mistake: mistake.line)[:MISTAKES_LIMIT])


def _misnamed(file: Path, source: YamlSource, t: Texts) -> Iterator[Mistake]:
    name = read_as.text(read_as.keys(source.value).get("name"))
    if name is not None and name.strip() and name != file.stem:
        fix = t("rename the file to {name}, or write the name {stem}", name=f"{name}.yaml", stem=file.stem)
        yield source.mistake(("name",), t("the name {name} isn't the file's name", name=quoted(name, t)), fix)


def _pictures(folder: Path, source: YamlSource, t: Texts) -> tuple[dict[str, PictureFile], list[Mistake]]:
    """Return the pictures that the steps name, each read once, and those that can't be used."""
    found: dict[str, PictureFile | tuple[str, str]] = {}
    mistakes = []
    for index, step in enumerate(read_as.items(read_as.keys(source.value).get("steps"))):
        name = read_as.text(read_as.keys(read_as.keys(step).get("picture")).get("file"))
        if name is None:
            continue
        if name not in found:
            found[name] = read_picture(folder, name, t)
        picture = found[name]
        if not isinstance(picture, PictureFile):
            mistakes.append(source.mistake(("steps", index, "picture", "file"), *picture))
    return {name: picture for name, picture in found.items() if isinstance(picture, PictureFile)}, mistakes


def _remarks(campaign: Campaign, source: YamlSource, catalogue: Catalogue, t: Texts) -> Iterator[Mistake]:
    """Yield what a reader may take amiss; a language that's missing is said by `advice`, where the company speaks it."""
    known = frozenset(name for function in catalogue.functions for name in (*function.also, function.slug.upper()))
    for remark in remarks_on(campaign, t, known=known):
        if remark.flaw != "one_language":
            what = f"{quoted(remark.quote, t)}: {remark.why}" if remark.quote else remark.why
            yield source.mistake(remark.place, what, remark.instead)


def _unused(file: Path, pictures: Mapping[str, PictureFile], t: Texts) -> Iterator[Mistake]:
    """Yield the pictures, in the folders of those that the campaign shows, whose name none of the folder's campaigns writes."""
    folders = {(file.parent / name).resolve().parent for name in pictures}
    try:
        beside = [picture for folder in sorted(folders) for picture in sorted(folder.iterdir()) if picture.suffix.lower() in ENDINGS]
        written = [other.read_bytes() for other in file.parent.glob("*.yaml") if other.is_file() and other.stat().st_size <= SIZE_LIMIT]
    except OSError:  # of what can't all be read, nobody can tell that nothing uses it
        return
    for picture in beside:
        if not any(picture.name.encode() in text for text in written):
            yield _of_file(picture, t("no campaign shows this picture"), t("remove it, or name it in a message"))
