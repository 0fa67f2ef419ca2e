"""The plan of a function, open to everybody: its goals, the messages that were sent, the results.

It's impersonal: nothing in it says who got what, nor where anybody stands. What isn't sent yet isn't shown.
"""

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from dialogs.campaign import ALIVE, CampaignStatus
from dialogs.campaign_actions import ShowPlan
from dialogs.campaign_words import period_in_words, starting_share, status_in_words
from dialogs.campaigning import Campaigning, Known
from dialogs.catalog import Function
from dialogs.delivery import Status
from dialogs.events import Event
from dialogs.ladder import Stage
from dialogs.messages import Block, Bullets, Item, Items, Message, Note, Text, Title, clipped
from dialogs.profile import gone
from dialogs.scores import SCORE_FLOOR
from dialogs.sheet import badge, unlinked
from dialogs.texts import Texts
from dialogs.turn import Context, Turn, place_for
from dialogs.verdict_words import sentence

CAMPAIGNS: Final = 4  # on one card
MESSAGES: Final = 6  # of each
FUNCTIONS: Final = 20  # to choose among
_OPEN: Final = (*ALIVE, CampaignStatus.FINISHED)
_GOAL: Final = 400  # characters of what a campaign wants
_WORDS: Final = 240  # of what a message said


def show(event: Event, context: Context, action: ShowPlan) -> Turn:
    """Show what a function wants to teach, and what came of it; without a function, choose one, unless there's only one."""
    if not context.person.linked:
        return _told(event, context, Text(text=unlinked(context.t)))
    known = [each for each in (context.campaigning or Campaigning()).known if each.kept.status in _OPEN]
    having = [function for function in context.catalogue.functions if any(each.kept.campaign.function == function.slug for each in known)]
    slug = action.slug or (having[0].slug if len(having) == 1 else None)
    if slug is None:
        return _told(event, context, *_choice(context, having, known))
    function = context.catalogue.function(slug)
    if function is None:
        return gone(event, context)
    theirs = sorted((each for each in known if each.kept.campaign.function == slug), key=lambda each: each.kept.status not in ALIVE)
    return _told(event, context, *_plan(context, function, theirs))


def _told(event: Event, context: Context, *blocks: Block) -> Turn:
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place_for(event)),))


def _choice(context: Context, having: Sequence[Function], known: Sequence[Known]) -> Iterator[Block]:
    t = context.t
    yield Title(text=t("What the functions want to teach"))
    if not having:
        yield Text(text=t("No function has a plan yet. Once one begins a campaign, its goals and its results stand here, open to everyone."))
        return
    items = []
    for function in having[:FUNCTIONS]:
        number = sum(each.kept.campaign.function == function.slug for each in known)
        detail = t.many("{number} campaign", "{number} campaigns", number)
        items.append(Item(title=badge(function, t.language), detail=detail, open=t("Open"), action=ShowPlan(slug=function.slug)))
    yield Items(items=tuple(items))
    if len(having) > FUNCTIONS:
        yield Note(text=t("For any other function, write “plan” and its name."))


def _plan(context: Context, function: Function, theirs: Sequence[Known]) -> Iterator[Block]:
    t = context.t
    yield Title(text=t("The plan"), badge=badge(function, t.language))
    if not theirs:
        yield Text(text=t("This function has no plan yet. Once it begins a campaign, its goals and its results stand here, open to everyone."))
        return
    for known in theirs[:CAMPAIGNS]:
        yield from _campaign(t, function, known)
    if (more := len(theirs) - CAMPAIGNS) > 0:
        yield Note(text=t.many("and {number} earlier one", "and {number} earlier ones", more))
    yield Note(text=t("Nobody reads here who got what, nor where anybody stands."))


def _campaign(t: Texts, function: Function, known: Known) -> Iterator[Block]:
    campaign = known.kept.campaign
    yield Text(text=f"{campaign.titles.to(t.language)} · {status_in_words(t, known.kept.status)}", strong=True)
    yield Text(text=_goal(t, known))
    sent = [step for step in campaign.steps if known.tally is not None and known.tally.sent_by_step.get(step.id)]
    if sent:
        lines = []
        for step in sent[:MESSAGES]:
            title, words = (step.title or campaign.titles).to(t.language), step.content.to(t.language) if step.content else ""
            lines.append(clipped(" · ".join(filter(None, (title, " ".join(words.split())))), _WORDS))
        yield Bullets(items=tuple(lines))
    notes = [_unseen(t, len(sent) - MESSAGES, len(campaign.steps) - len(sent), over=known.kept.status is CampaignStatus.FINISHED)]
    notes.append(_progress(t, known) if known.verdict is None else "")
    if told := " · ".join(filter(None, notes)):
        yield Note(text=told)
    if known.verdict is not None:
        yield Text(text=sentence(t, known.verdict, function, campaign))


def _goal(t: Texts, known: Known) -> str:
    campaign = known.kept.campaign
    wanted, share = campaign.objective, starting_share(known.kept)
    said = [wanted.task.to(t.language)] if wanted.task else []
    if wanted.stage is not None and wanted.target is not None:
        target, done = t.percent(wanted.target), _wanted(t, wanted.stage)
        if share is None:
            said.append(t("The goal: {target} of those it's for {reach}.", target=target, reach=done))
        else:
            said.append(t("The goal: {target} of those it's for {reach}, from {share}.", target=target, reach=done, share=t.percent(share)))
    when = period_in_words(t, campaign.period)
    return clipped(" ".join([*said, f"{when[:1].upper()}{when[1:]}."]), _GOAL)


def _wanted(t: Texts, stage: Stage) -> str:
    """Say what people of a stage, or beyond, do; whoever knows of nothing yet is asked for nothing."""
    match stage:
        case Stage.UNAWARE | Stage.AWARENESS:
            return t("know of it")
        case Stage.COMPREHENSION:
            return t("understand it")
        case Stage.CONVICTION:
            return t("agree with it")
        case Stage.ACTION:
            return t("do it")
        case _:
            assert_never(stage)


def _unseen(t: Texts, beside: int, to_come: int, *, over: bool) -> str:
    told = [t.many("and {number} more message", "and {number} more messages", beside)] if beside > 0 else []
    told += [t.many("{number} more to come", "{number} more to come", to_come)] if to_come and not over else []
    return " · ".join(told)


def _progress(t: Texts, known: Known) -> str:
    """Say how much was sent and answered, where that tells of nobody."""
    tally = known.tally
    if tally is None or (sent := tally.count(Status.SENT)) < SCORE_FLOOR:
        return ""
    told = [t.many("{number} message sent", "{number} messages sent", sent)]
    answers = sum(tally.responses.values())
    return " · ".join([*told, t.many("{number} answer", "{number} answers", answers)] if answers >= SCORE_FLOOR else told)
