"""The message of a step: its words, its picture, its question, its buttons."""

from collections.abc import Collection, Iterator
from hashlib import blake2b
from typing import Final, assert_never

from dialogs.actions import WriteQuestion
from dialogs.campaign import Campaign, Offer, Question, Step, StepButton, Variant
from dialogs.campaign_actions import AnswerStep, RecallStep, ReplyStep, TakeStep
from dialogs.catalog import Function, Localized
from dialogs.feedback_actions import ChoosePause
from dialogs.messages import BUTTON_LIMIT, Block, Button, Buttons, Link, Message, Note, Picture, Rating, Text, Title, clipped
from dialogs.sheet import badge, only_in
from dialogs.texts import Texts

DONT_KNOW: Final = ""  # the answer of whoever can't name the function unaided
OPINIONS: Final = ("1", "2", "3", "4", "5")
_LONG: Final = 35  # characters of an option that a phone shows on one button
_LAST: Final[tuple[Offer, ...]] = ("later", "reply")  # what doesn't lead on


def step_message(
    t: Texts,
    campaign: Campaign,
    step: Step,
    function: Function,
    *,
    variant: Variant | None = None,
    picture: str | None = None,
    without: Collection[str] = (),
) -> Message:
    """Return what somebody reads who gets this step, in the language of `t`; `picture` is the key of its picture's attachment.

    What is in `without` isn't offered: a message that came again doesn't come a third time.
    """
    question = step.question
    blocks = (
        *said(t, campaign, step, function, variant=variant, picture=picture),
        *(asked(t, campaign, step, question) if question else ()),
        *ways(t, campaign, step, function, leads=question is None, without=without),
    )
    return Message(language=t.language, blocks=blocks)


def said(
    t: Texts, campaign: Campaign, step: Step, function: Function, *, variant: Variant | None = None, picture: str | None = None
) -> Iterator[Block]:
    """Yield a step's title, picture and words; where some of its texts exist in the other language only, that's said once."""
    content = variant.content if variant else step.content
    yield Title(text=(step.title or campaign.titles).to(t.language), badge=badge(function, t.language))
    if step.picture and picture:
        yield Picture(attachment=picture, alt=step.picture.alt.to(t.language))
    if content and (words := content.to(t.language)):
        yield Text(text=words)
    question = (step.question.ask, *step.question.options) if step.question else ()
    spoken = [text.said_in(t.language) for text in (step.title or campaign.titles, content, *question) if text]
    other = next((language for text, language in spoken if text and language != t.language), None)
    if other is not None:
        yield Note(text=only_in(t, other))


def asked(t: Texts, campaign: Campaign, step: Step, question: Question) -> Iterator[Block]:
    """Yield a step's question with its one-tap answers, none of which is chosen beforehand."""
    yield Text(text=question.ask.to(t.language), strong=True)
    match question.kind:
        case "quiz":
            yield from _options(t, campaign, step, question)
        case "opinion":
            scale = tuple(Button(label=value, action=AnswerStep(campaign=campaign.name, step=step.id, answer=value)) for value in OPINIONS)
            yield Rating(buttons=scale, low=t("not at all"), high=t("completely"))
        case "recall":
            unaided = Button(label=t("Write whom"), action=RecallStep(campaign=campaign.name, step=step.id), primary=True)
            unknown = Button(label=t("I don't know"), action=AnswerStep(campaign=campaign.name, step=step.id, answer=DONT_KNOW))
            yield Buttons(buttons=(unaided, unknown))
        case _:
            assert_never(question.kind)
    if step.kind == "survey":
        yield Note(text=t("It's one question only. What you answer changes nothing in the help that you get."))


def ways(t: Texts, campaign: Campaign, step: Step, function: Function, *, leads: bool = True, without: Collection[str] = ()) -> Iterator[Block]:
    """Yield a step's own buttons, the first of which is the next step where it `leads` on, then what is always offered."""
    own = [button for button in step.buttons if button.does not in without]
    shown = tuple(
        way
        for place, button in enumerate(own)
        if (way := _way(t, campaign, step, button, primary=leads and not place and button.does not in _LAST)) is not None
    )
    if shown:
        yield Buttons(buttons=shown)
    offered = {button.does for button in own} | set(without)
    quiet = tuple(way for does in _LAST if does not in offered and (way := _way(t, campaign, step, StepButton(does=does))) is not None)
    yield Buttons(buttons=(*quiet, Button(label=t("Be left in peace"), action=ChoosePause(slug=function.slug))), quiet=True)


def shuffled(campaign: Campaign, step: Step, among: Collection[str]) -> list[str]:
    """Return some words in an order that is as good as drawn at random, and always the same for one step."""
    return sorted(among, key=lambda each: blake2b(f"{campaign.name}|{step.id}|{each}".encode(), digest_size=8).digest())


def _options(t: Texts, campaign: Campaign, step: Step, question: Question) -> Iterator[Block]:
    """Yield a quiz's options on buttons; those too long for one stand above, and the buttons bear their places."""
    order = shuffled(campaign, step, [str(number) for number in range(1, len(question.options) + 1)])
    options = [question.options[int(number) - 1].to(t.language) for number in order]
    labels = options
    if any(len(option) > _LONG for option in options):
        labels = [str(place) for place in range(1, len(options) + 1)]
        yield Text(text="\n\n".join(f"{label}. {option}" for label, option in zip(labels, options, strict=True)))
    answers = tuple(
        Button(label=label, action=AnswerStep(campaign=campaign.name, step=step.id, answer=number))
        for label, number in zip(labels, order, strict=True)
    )
    yield Buttons(buttons=answers)


def _way(t: Texts, campaign: Campaign, step: Step, button: StepButton, *, primary: bool = False) -> Button | Link | None:
    """Return a button of the message, None for a link that has no address yet: a draft's may not."""
    label, name = _label(t, button), campaign.name
    match button.does:
        case "more" | "done" | "later":
            return Button(label=label, action=TakeStep(campaign=name, step=step.id, does=button.does, sheet=button.sheet), primary=primary)
        case "reply":
            return Button(label=label, action=ReplyStep(campaign=name, step=step.id))
        case "ask":
            return Button(label=label, action=WriteQuestion(slug=campaign.function), primary=primary)
        case "link":
            return Link(label=label, url=button.link, primary=primary) if button.link else None
        case _:
            assert_never(button.does)


def _label(t: Texts, button: StepButton) -> str:
    if isinstance(button.label, Localized) and (own := button.label.to(t.language)):
        return clipped(own, BUTTON_LIMIT)
    match button.does:
        case "more":
            return t("Tell me more")
        case "done":
            return t("I've done it")
        case "later":
            return t("Later")
        case "reply":
            return t("Reply")
        case "ask":
            return t("Ask a question")
        case "link":
            return t("Open")
        case _:
            assert_never(button.does)
