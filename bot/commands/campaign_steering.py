"""`pourqui campaign submit|approve|schedule|test`."""

from typing import Annotated, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import typer

from bot.clock import now
from bot.commands.named import person_named
from bot.commands.operator import actor, note
from bot.commands.terminal import fail, say, settings, with_database, words
from bot.po import both_languages
from dialogs.campaign import Kept, Step
from dialogs.campaign_actions import Move
from dialogs.campaign_moves import NEEDS, hindrances
from dialogs.campaign_steering import TEST, trial
from dialogs.campaign_words import status_in_words, step_title
from dialogs.campaigning import AudienceGrant
from dialogs.catalog import Catalogue
from dialogs.delivery import Delivery, Kind
from dialogs.facts import CampaignSteered
from dialogs.texts import Texts
from storage import Session, addressees, campaigns, catalog, deliveries, directory, people
from storage.database import Database

_EVERYONE: Final = frozenset({AudienceGrant(kind="everyone")})  # an operator answers for every function


def add_steering(app: typer.Typer, t: Texts) -> None:
    """Add the commands to those of the campaigns."""
    campaign = Annotated[str, typer.Argument(metavar="NAME", help=t("the campaign's name"))]

    @app.command(help=t("Ask for the approval of a campaign by a second person, as it is now."))
    def submit(name: campaign) -> None:
        move(name, "submit")

    @app.command(help=t("Approve a campaign as it is now: not the one who wrote it last, or asked."))
    def approve(name: campaign) -> None:
        move(name, "approve")

    @app.command(help=t("Schedule a campaign: it starts by itself on its first day."))
    def schedule(name: campaign) -> None:
        move(name, "schedule")

    @app.command(help=t("Send one message of a campaign to one person, as a test."))
    def test(
        name: campaign,
        step: Annotated[str, typer.Argument(metavar="STEP", help=t("the message's id"))],
        to: Annotated[str, typer.Option("--to", metavar="PERSON", help=t("id, e-mail or full name, as in the directory"))],
    ) -> None:
        send_test(name, step, to)


def move(name: str, wanted: Move) -> None:
    """Move a campaign on, with a line in the audit log; end with 1 and what hinders it where it can't be."""
    t, timezone = words(), settings().timezone

    def moving(session: Session) -> Kept:
        kept, catalogue, at = _kept(session, t, name), _catalogue(session, t), now()
        hindered = hindrances(
            t,
            kept,
            wanted,
            version=kept.version,
            me=actor(),
            approval=campaigns.approval(session),
            granted=_EVERYONE,
            catalogue=catalogue,
            today=at.astimezone(ZoneInfo(timezone)).date(),
        )
        fact = CampaignSteered(name=name, move=wanted, version=kept.version)
        moved = None if hindered else campaigns.steer(session, fact, actor(), at, timezone=timezone)
        if moved is None:
            fail("\n".join((t("“{title}” stays as it is:", title=kept.campaign.titles.to(t.language)), *(f"- {each}" for each in hindered))))
        detail = {"step": wanted, "version": str(moved.version)}
        note(session, NEEDS[wanted].value, at, function=moved.campaign.function, subject=name, detail=detail)
        return moved

    moved = with_database(lambda database: database.write(campaigns.PLANNING + "|" + name, moving))
    say(_done(t, moved, wanted))


def send_test(name: str, step: str, who: str) -> None:
    """Send a message to somebody who spoke to the bot before, in their language; end with 2 where the message or the person is misnamed."""
    t = words()
    chosen = settings()

    async def sending(database: Database) -> tuple[str, Step]:
        rows = await database.read(directory.rows)
        found = person_named(t, rows, who)

        def planned(session: Session) -> Step:
            kept, catalogue, at = _kept(session, t, name), _catalogue(session, t), now()
            function, message = catalogue.function(kept.campaign.function), kept.campaign.step(step)
            if message is None or function is None:
                ids = ", ".join(each.id for each in kept.campaign.steps) or t("none")
                fail(t("{name} has no message {step}. It has: {ids}.", name=name, step=repr(step), ids=ids), 2)
            person = people.directory_person_id(found.id)
            asked = addressees.asked_for(kept.campaign, at, chosen.language)
            spoken = both_languages()[addressees.of(session, asked, (person,))[person].language]
            picture = campaigns.picture_keys(session, name).get(message.picture.file) if message.picture else None
            shown = trial(spoken, kept, message, function, picture)
            delivery = Delivery(key=uuid4(), kind=Kind.REPLY, cause_kind=TEST, cause_id=name, to=person, message=shown)
            deliveries.plan(session, delivery, at)
            detail = {"step": "test", "message": step, "version": str(kept.version)}
            note(session, NEEDS["test"].value, at, function=function.slug, subject=name, detail=detail)
            return message

        return found.name, await database.write(campaigns.PLANNING + "|" + name, planned)

    person, message = with_database(sending)
    say(t("“{title}” is on its way to {person}, as soon as pourqui runs.", title=step_title(t, message), person=person))


def _kept(session: Session, t: Texts, name: str) -> Kept:
    kept = campaigns.load(session, name)
    if kept is None:
        fail(t("There's no campaign {name}. Those that there are: pourqui campaign list", name=repr(name)), 2)
    return kept


def _catalogue(session: Session, t: Texts) -> Catalogue:
    latest = catalog.latest(session)
    if latest is None:
        fail(t("No catalogue is loaded yet: pourqui catalog load FOLDER"), 2)
    return latest[1]


def _done(t: Texts, moved: Kept, wanted: Move) -> str:
    title = moved.campaign.titles.to(t.language)
    match wanted:
        case "submit":
            return t("“{title}” waits for its approval, version {version}.", title=title, version=moved.version)
        case "approve":
            return t("“{title}” is approved, version {version}.", title=title, version=moved.version)
        case _:
            return t("“{title}” is {status}.", title=title, status=status_in_words(t, moved.status))
