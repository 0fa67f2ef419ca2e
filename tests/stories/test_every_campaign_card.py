"""Every card of a campaign's message, in French and in English, to one person and from a channel, is one that Slack and Teams take, uncut."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dialogs.actions import Action
from dialogs.campaign import Campaign, CampaignStatus, Period, Question, Step, StepButton, StepPicture, Variant
from dialogs.campaign_actions import AnswerStep, RecallStep, ReplyStep, TakeStep
from dialogs.campaign_step_rules import CONTENT_LIMIT, LIMITS, MOST_OPTIONS
from dialogs.catalog import Catalogue, Language, Localized
from dialogs.events import Event, Reference
from dialogs.ladder import Stage
from dialogs.messages import Reply
from dialogs.reached import Reached
from dialogs.router import decide
from dialogs.step_message import step_message
from dialogs.step_words import LIMIT
from dialogs.turn import Context
from tests.company import CATALOGUE, COMPANY, IT, LAPTOP, NOON
from tests.conversation import CHANNEL, DIRECT, asks_form, said, submits, taps
from tests.dialogs.campaigns import BASELINE, CHANGE, FULL, LEARN, OPINION, QUIZ, STORY, WELL_DONE
from tests.dialogs.told import TEXTS, context, found
from tests.stories.shown_whole import problems

WORDS = "Quatre mots au hasard tiennent plus longtemps que huit signes, et se retiennent mieux. " * 40


def long(key: str) -> Localized:
    """The longest text of its kind that a campaign may hold."""
    return Localized(fr=WORDS[: LIMITS[key]], en=WORDS[: LIMITS[key]])


LONGEST = Step(
    id="s" * 60,
    stage=Stage.COMPREHENSION,
    kind="quiz",
    title=long("title"),
    content=long("content"),
    variants=(Variant(id="v" * 60, content=Localized(fr=WORDS[:CONTENT_LIMIT], en="<b>*_~ & \u200b" * 100), share=0.5),),
    picture=StepPicture(file="a.png", alt=long("alt")),
    question=Question(kind="quiz", ask=long("ask"), options=(long("options"),) * MOST_OPTIONS, right=1, explain=long("explain")),
    buttons=(
        StepButton(does="more", label=long("label")),
        StepButton(does="done", label=long("label")),
        StepButton(does="later", label=long("label")),
    ),
)
ENGLISH_ONLY = replace(QUIZ, id="english", title=Localized(en="Only"), content=Localized(en="In English"))
EVERY_BUTTON = replace(
    LEARN,
    id="buttons",
    buttons=(StepButton(does="ask"), StepButton(does="reply"), StepButton(does="link", link="https://portail.vaubert.example/" + "a" * 1000)),
)
EMPTY = Step(id="empty", stage=Stage.AWARENESS, kind="pedagogy")
STEPS = (BASELINE, STORY, QUIZ, OPINION, CHANGE, LEARN, WELL_DONE, LONGEST, ENGLISH_ONLY, EVERY_BUTTON, EMPTY)
CAMPAIGN = replace(FULL, titles=long("titles"), period=Period(starts=date(2026, 11, 2), ends=date(2026, 12, 18)), steps=STEPS)
MANY = tuple(replace(IT, slug=f"f{number}", names=Localized(fr=WORDS[: LIMITS["label"]]), also=()) for number in range(8))
LARGE = Catalogue(company=COMPANY, functions=(*CATALOGUE.functions, *MANY))


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    """The language of the replies."""
    return "fr" if request.param == "fr" else "en"


@pytest.fixture(params=[DIRECT, CHANNEL], ids=["private", "channel"])
def where(request: pytest.FixtureRequest) -> Reference:
    """From one's own conversation, or from a channel."""
    return DIRECT if request.param is DIRECT else CHANNEL


def reached(step: Step, campaign: Campaign = CAMPAIGN, **changes: object) -> Reached:
    first = Reached(
        campaign=campaign, version=1, status=CampaignStatus.RUNNING, step=step.id, variant=None, sent=True, stage=Stage.UNAWARE, answers={}
    )
    return replace(first, **changes)  # type: ignore[arg-type]


def knowing(message: Reached, language: Language, catalogue: Catalogue = LARGE) -> Context:
    return replace(context(language=language, catalogue=catalogue), reached=message)


def replies(at: Context, *events: Event) -> list[tuple[Event, Reply]]:
    return [(event, reply) for event in events for reply in decide(None, event, at).replies]


def every_tap(step: Step) -> list[Action]:
    """What the buttons of a step's message, and of what follows it, may do."""
    answers = ("", "1", "2", "3", "4", "5", "it", "finance", "f1", "no such")
    does: list[Action] = [AnswerStep(campaign=CAMPAIGN.name, step=step.id, answer=answer) for answer in answers]
    does += [TakeStep(campaign=CAMPAIGN.name, step=step.id, does="more", sheet=sheet) for sheet in (None, "it_laptop", "gone")]
    return [*does, *(TakeStep(campaign=CAMPAIGN.name, step=step.id, does=each) for each in ("done", "later"))]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id[:20])
def test_every_message(language: Language, step: Step) -> None:
    event = said("?")
    variants = (None, *step.variants)
    messages = [
        step_message(TEXTS[language], CAMPAIGN, step, IT, variant=variant, picture=picture, without=without)
        for variant in variants
        for picture in (None, "campaign-1")
        for without in ((), ("later",))
    ]
    assert problems((event, message) for message in messages) == []


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id[:20])
def test_every_tap(language: Language, where: Reference, step: Step) -> None:
    events = [taps(action, where=where) for action in every_tap(step)]
    stands = (
        reached(step),
        reached(step, answers={step.id: ""}),
        reached(step, answers={step.id: "1"}),
        reached(step, answers={step.id: "finance"}, did={"later": NOON - timedelta(days=9), "done": NOON}),
        reached(step, status=CampaignStatus.FINISHED),
        reached(step, status=CampaignStatus.DRAFT, sent=False),
        reached(step, sent=False),
        reached(step, replace(CAMPAIGN, period=Period(starts=date(2026, 11, 2), ends=date(2026, 11, 20)))),
    )
    for message in stands:
        assert problems(replies(knowing(message, language), *events)) == []


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id[:20])
def test_every_form(language: Language, where: Reference, step: Step) -> None:
    recall, reply = RecallStep(campaign=CAMPAIGN.name, step=step.id), ReplyStep(campaign=CAMPAIGN.name, step=step.id)
    events: list[Event] = [asks_form(recall, where=where), asks_form(reply, where=where)]
    events += [submits(recall, {"whom": whom}, where=where) for whom in ("", "IT", "compta", WORDS)]
    events += [submits(reply, {"words": words, "way": "named"}, where=where) for words in ("", "x", "x" * LIMIT, "x" * 100_000)]
    for message in (reached(step), reached(step, sent=False), reached(step, answers={step.id: "it"})):
        assert problems(replies(knowing(message, language), *events)) == []


@pytest.mark.parametrize("stage", list(Stage))
def test_every_answer_by_stage(language: Language, where: Reference, stage: Stage) -> None:
    it = replace(
        IT,
        purpose=Localized(fr=WORDS[:600], en=WORDS[:600]),
        services=(replace(LAPTOP, included=(Localized(fr=WORDS[:200], en=WORDS[:200]),) * 5, review_by=NOON.date() - timedelta(days=1)),),
        entries=(),
    )
    catalogue = Catalogue(company=COMPANY, functions=(it, *CATALOGUE.functions[1:]))
    at = replace(context(language=language, catalogue=catalogue, understood=found("sure", "it_laptop")), stages={"it": stage, "finance": stage})
    events = [said("?", where=where)]
    assert problems(replies(at, *events)) == []
    entry = replace(at, understood=found("sure", "fin_closing"))
    assert problems(replies(entry, *events)) == []
