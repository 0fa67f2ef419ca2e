"""`pourqui campaign pause|resume|cancel|correct|recall`: what acts on a campaign that runs, and on what it has already said."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Annotated, Final, Literal, TypeAlias

import typer

from bot.clock import now
from bot.commands.operator import actor, note
from bot.commands.terminal import fail, say, with_database, words
from bot.po import both_languages
from dialogs.campaign import Campaign, CampaignStatus, Kept, Step
from dialogs.campaign_actions import Move
from dialogs.catalog import Function
from dialogs.delivery import Kind
from dialogs.facts import CampaignSteered
from dialogs.messages import Message
from dialogs.rights import Act
from dialogs.step_message import step_message
from dialogs.texts import Texts
from storage import Session, campaigns, catalog, tallies
from storage.database import Database

_AT_ONCE: Final = 500  # messages changed by one transaction, a fraction of a second: pumps and turns go on in between
Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME")]
_StepId: TypeAlias = Annotated[str, typer.Argument(metavar="STEP")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a step says: in a variant (the default is empty), by what kinds of message; what came again doesn't offer to come a third time."""

    variant: str
    message: Message
    kinds: tuple[Kind, ...]


def add_moves(app: typer.Typer, t: Texts) -> None:
    """Add the commands to those of the campaigns."""

    @app.command("pause", help=t("Send nothing more of it for now: it stops within a second."))
    def pause(name: Name) -> None:
        move(name, "pause")

    @app.command("resume", help=t("Go on with one that is paused."))
    def resume(name: Name) -> None:
        move(name, "resume")

    @app.command("cancel", help=t("Stop it for good: what is planned is skipped."))
    def cancel(name: Name) -> None:
        move(name, "cancel")

    @app.command("correct", help=t("Have the messages of a step say what it says now, those too that were sent."))
    def correct_step(name: Name, step: _StepId) -> None:
        correct(name, step)

    @app.command("recall", help=t("Take the messages of a step back: skipped where planned, deleted where they were sent."))
    def recall_step(name: Name, step: _StepId) -> None:
        recall(name, step)


def move(name: str, how: Literal["pause", "resume", "cancel"]) -> None:
    """Pause, resume or cancel a campaign, with a line in the audit log; end with 1 where it can't be moved so."""
    t = words()

    def moving(session: Session) -> tuple[Kept, bool]:
        kept, at = _known(session, t, name), now()
        moved = campaigns.steer(session, CampaignSteered(name=name, move=how, version=kept.version), actor(), at)
        if moved is not None:
            _note(session, moved, how)
        return moved or kept, moved is not None

    kept, moved = with_database(lambda database: database.write(f"{campaigns.PLANNING}|{name}", moving))
    if not moved:
        fail(_why_not(t, name, how, kept.status))
    match how:
        case "pause":
            say(t("{name} is paused: nothing more of it is sent. To go on: pourqui campaign resume {name}", name=name))
        case "resume":
            say(t("{name} goes on.", name=name))
        case "cancel":
            say(t("{name} is cancelled: nothing more of it is sent. What was sent stays; pourqui campaign recall takes it back.", name=name))


def _why_not(t: Texts, name: str, how: Literal["pause", "resume", "cancel"], status: CampaignStatus) -> str:
    match how:
        case "pause":
            return t("{name} is {status}: only one that is running can be paused.", name=name, status=status.value)
        case "resume":
            return t("{name} is {status}: only one that is paused can be resumed.", name=name, status=status.value)
        case "cancel":
            return t("{name} is {status}: it's over already.", name=name, status=status.value)


def recall(name: str, step: str) -> None:
    """Take a step's messages back, with a line in the audit log; end with 1 for no such campaign, or for one that never had such a step."""
    t = words()

    async def recalling(database: Database) -> int:
        await database.read(lambda session: _step_of(session, t, name, step, ever=True))
        number = await _changed(database, name, lambda session: tallies.recall_step(session, name, step, now(), _AT_ONCE))
        await _noted(database, t, name, step, "recall", number)
        return number

    number = with_database(recalling)
    say(t.many("{number} message is taken back.", "{number} messages are taken back.", number) if number else t("There's nothing left to take back."))


def correct(name: str, step: str) -> None:
    """Have a step's messages say what it says now, with a line in the audit log; end with 1 for no such campaign or step."""
    t = words()

    async def correcting(database: Database) -> int:
        versions = await database.read(lambda session: _said_now(session, t, name, step))
        number = 0
        for said in versions:
            number += await _changed(database, name, partial(_correct_some, name=name, step=step, said=said))
        await _noted(database, t, name, step, "correct", number)
        return number

    number = with_database(correcting)
    say(t.many("{number} message is corrected.", "{number} messages are corrected.", number) if number else t("Every message says so already."))


def _correct_some(session: Session, *, name: str, step: str, said: _Said) -> int:
    return tallies.correct_step(session, name, step, said.variant, said.message.language, said.message, now(), _AT_ONCE, kinds=said.kinds)


async def _changed(database: Database, name: str, some: Callable[[Session], int]) -> int:
    """Change some at a time until there are none left; return how many."""
    number = 0
    while found := await database.write(f"{campaigns.PLANNING}|{name}", some):
        number += found
    return number


async def _noted(database: Database, t: Texts, name: str, step: str, how: Move, number: int) -> None:
    def noting(session: Session) -> None:
        _note(session, _known(session, t, name), how, message=step, number=str(number))

    if number:
        await database.write(f"{campaigns.PLANNING}|{name}", noting)


def _note(session: Session, kept: Kept, how: Move, **detail: str) -> None:
    named = {"step": how, "version": str(kept.version)} | detail
    note(session, Act.RUN_CAMPAIGNS.value, now(), function=kept.campaign.function, subject=kept.campaign.name, detail=named)


def _known(session: Session, t: Texts, name: str) -> Kept:
    if (kept := campaigns.load(session, name)) is None:
        fail(t("There's no campaign {name}: pourqui campaign list", name=repr(name)))
    return kept


def _step_of(session: Session, t: Texts, name: str, step: str, *, ever: bool) -> tuple[Kept, Step | None]:
    """Return a campaign and its step; with `ever`, one that was taken out of it since will do."""
    kept = _known(session, t, name)
    found = kept.campaign.step(step)
    former = (campaigns.content(session, name, version) for version, _, _ in campaigns.versions(session, name)) if ever else ()
    if found is None and not any(each is not None and each.step(step) for each in former):
        choices = ", ".join(each.id for each in kept.campaign.steps)
        fail(t("{name} has no step {step}: it has {choices}.", name=name, step=repr(step), choices=choices or "–"))
    return kept, found


def _said_now(session: Session, t: Texts, name: str, step: str) -> list[_Said]:
    """Return what a step says now, in each variant and language."""
    kept, found = _step_of(session, t, name, step, ever=False)
    latest = catalog.latest(session)
    function = None if latest is None else latest[1].function(kept.campaign.function)
    if function is None or found is None:
        fail(t("The catalogue has no function {slug} any more, whose campaign it is.", slug=repr(kept.campaign.function)))
    return list(_versions(kept.campaign, found, function, campaigns.picture_keys(session, name)))


def _versions(campaign: Campaign, step: Step, function: Function, pictures: Mapping[str, str]) -> Iterator[_Said]:
    picture = None if step.picture is None else pictures.get(step.picture.file)
    for texts, variant in product(both_languages().values(), (None, *step.variants)):
        name = "" if variant is None else variant.id
        first = step_message(texts, campaign, step, function, variant=variant, picture=picture)
        again = step_message(texts, campaign, step, function, variant=variant, picture=picture, without=("later",))
        yield _Said(variant=name, message=first, kinds=campaigns.KINDS)
        yield _Said(variant=name, message=again, kinds=(Kind.REPLY,))
