"""Loading campaigns: what was read of their files is kept, all of it or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.campaign_files import CampaignReading
from bot.mistakes import Mistake
from dialogs.audience import beyond
from dialogs.campaign import OVER, Campaign, CampaignStatus, Kept
from dialogs.campaign_rules import fixed, obstacles
from dialogs.campaigning import AudienceGrant
from dialogs.catalog import Catalogue
from dialogs.catalog_rules import Fault
from dialogs.facts import CampaignEdited
from dialogs.rights import Act, Grant, may
from dialogs.texts import Texts
from dialogs.written import quoted
from storage import Session, attachments, campaigns


class NotLoadedError(ValueError):
    """Something stands in the way, so nothing was loaded; `mistakes` say what, and where."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("nothing was loaded")
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """In whose name campaigns are loaded: `by` is what is kept of them, `grants` what they hold, `granted` whom they may reach, by function."""

    by: str
    grants: frozenset[Grant]
    granted: Mapping[str, frozenset[AudienceGrant]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A campaign as it's kept now, and as it was.

    `pictures` are those that are new or other ones, by file; `waits` says that a second person has to approve it before it goes out.
    """

    kept: Kept
    former: Kept | None
    pictures: tuple[str, ...] = ()
    waits: bool = False

    @property
    def is_new_version(self) -> bool:
        """Whether its words are others than before."""
        return self.former is None or self.former.version != self.kept.version


def load_campaigns(
    session: Session, readings: Sequence[CampaignReading], t: Texts, catalogue: Catalogue, *, by: str | Author, today: date, at: datetime
) -> tuple[Loaded, ...]:
    """Keep what was read, in the order of names; what is kept already makes no new version. Write it under the key `campaigns.PLANNING`.

    `by` is who loads it, who may reach everyone, or an author, who may do what authors may. Raises NotLoadedError, which has to undo the whole.
    """
    approval = campaigns.approval(session)
    loaded: list[Loaded] = []
    mistakes = [mistake for reading in readings for mistake in reading.mistakes]
    read = {reading.campaign.name: (reading, reading.campaign) for reading in readings if reading.campaign is not None}
    for _, (reading, campaign) in sorted(read.items()):
        row = campaigns.hold(session, campaign.name)  # whoever plans it waits until it's as it will be
        former = None if row is None else campaigns.kept(row)
        pictures = _changed_pictures(session, reading, campaign.name)
        if former is not None and former.campaign == campaign and not pictures:
            loaded.append(Loaded(kept=former, former=former))
            continue
        refused = reading.said([*_forbidden(campaign, by, t), *_refused(former, campaign, pictures, t, catalogue, today)])
        mistakes += refused
        if not refused:
            kept = _keep(session, reading, campaign, former, by.by if isinstance(by, Author) else by, at)
            waits = campaign.function in approval and kept.approved != kept.version
            loaded.append(Loaded(kept=kept, former=former, pictures=pictures, waits=waits))
    if mistakes:
        raise NotLoadedError(tuple(mistakes))
    return tuple(loaded)


def _keep(session: Session, reading: CampaignReading, campaign: Campaign, former: Kept | None, by: str, at: datetime) -> Kept:
    for file, picture in reading.pictures.items():
        campaigns.keep_picture(session, campaign.name, file, picture.content_type, picture.content)
    kept = campaigns.edit(session, CampaignEdited(campaign=campaign, base=None if former is None else former.version), by, at)
    if kept is None:
        raise RuntimeError(f"the campaign {campaign.name} was held, and yet it isn't as it was")
    return kept


def _changed_pictures(session: Session, reading: CampaignReading, name: str) -> tuple[str, ...]:
    """Return the pictures that aren't kept as they're now, by file."""
    keys = campaigns.picture_keys(session, name)
    changed = []
    for file, picture in reading.pictures.items():
        known = attachments.load(session, keys[file]) if file in keys else None
        if known is None or known.content != picture.content:
            changed.append(file)
    return tuple(changed)


def _forbidden(campaign: Campaign, by: str | Author, t: Texts) -> Iterator[Fault]:
    """Yield what an author may not do; whoever runs the command line may reach everyone."""
    if not isinstance(by, Author) or may(by.grants, Act.RUN_CAMPAIGNS, campaign.function):
        return
    if not may(by.grants, Act.WRITE_CAMPAIGNS, campaign.function):
        fix = t("have an admin grant the role of an author: {command}", command=f"pourqui roles grant PERSON author {campaign.function}")
        yield Fault(place=("function",), what=t("this author doesn't write the campaigns of {function}", function=campaign.function), fix=fix)
        return
    for place in beyond(campaign.audience, by.granted.get(campaign.function, frozenset())):
        fix = t("keep to those, or have an admin grant it: {command}", command=f"pourqui campaign reach grant PERSON {campaign.function} AUDIENCE")
        yield Fault(place=place, what=t("this reaches further than the audiences granted to this author"), fix=fix)


def _refused(former: Kept | None, campaign: Campaign, pictures: Sequence[str], t: Texts, catalogue: Catalogue, today: date) -> Iterator[Fault]:
    """Yield what can't become of a campaign from where it stands."""
    if former is None:
        return
    another = t("give this one another name, and its file too")
    if former.campaign.function != campaign.function:
        what = t("{name} is a campaign of {function}", name=campaign.name, function=former.campaign.function)
        yield Fault(place=("name",), what=what, fix=another)
    elif former.status in OVER:
        yield Fault(place=("name",), what=t("the campaign {name} is over: it can't be edited", name=campaign.name), fix=another)
    elif former.status is not CampaignStatus.DRAFT:
        started = former.status is not CampaignStatus.SCHEDULED
        if started:
            yield from fixed(former.campaign, campaign, t)
        yield from obstacles(campaign, t, catalogue, today, started=started)
        yield from _redrawn(former.campaign, campaign, pictures, t)


def _redrawn(former: Campaign, campaign: Campaign, pictures: Sequence[str], t: Texts) -> Iterator[Fault]:
    """Yield the pictures that aren't what they were under the same name, which what is planned or was sent carries."""
    shown = {step.picture.file for step in former.steps if step.picture is not None}
    for index, step in enumerate(campaign.steps):
        if step.picture is not None and step.picture.file in shown and step.picture.file in pictures:
            what = t("the picture {file} isn't the one that people get", file=quoted(step.picture.file, t))
            yield Fault(place=("steps", index, "picture", "file"), what=what, fix=t("give the new picture another name"))
