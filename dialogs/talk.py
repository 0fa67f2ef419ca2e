"""What isn't a question still gets a fitting reply."""

from typing import assert_never

from dialogs import home
from dialogs.actions import Help, Home, ListFunctions, WriteQuestion
from dialogs.events import Event
from dialogs.messages import Block, Button, Buttons, Message, Text
from dialogs.search.match import Talk
from dialogs.turn import Context, Turn, place_for


def decide(event: Event, context: Context, talk: Talk) -> Turn:
    """Answer a greeting, thanks, a goodbye, a call for help, an insult, nothing at all, emoji, or a language we don't read."""
    t = context.t
    match talk:
        case Talk.GREETING:
            return home.decide(event, context)
        case Talk.HELP:
            return home.help_card(event, context)
        case Talk.THANKS:
            return _say(event, context, t("You're welcome. I'm here whenever you need one of our functions."))
        case Talk.GOODBYE:
            return _say(event, context, t("Goodbye. I'm here whenever you need one of our functions."))
        case Talk.INSULT:
            text = t("I hear that this is annoying. Tell me what you're trying to do, in a few words, and I'll look for who can help.")
            return _say(event, context, text, _ways_on(context))
        case Talk.EMPTY:
            return _say(event, context, t("Your message reached me without words. What would you like to know?"), _ways_on(context))
        case Talk.EMOJI:
            return _say(event, context, t("I can't read emoji well enough. Say it in a few words, and I'll look."), _ways_on(context))
        case Talk.FOREIGN:
            both = context.texts["en"], context.texts["fr"]
            return _say(event, context, "\n\n".join(t("I only read French and English so far. Could you ask in one of them?") for t in both))
        case _:
            assert_never(talk)


def _ways_on(context: Context) -> Buttons:
    t = context.t
    return Buttons(
        buttons=(
            Button(label=t("Ask a question"), action=WriteQuestion(), primary=True),
            Button(label=t("All functions"), action=ListFunctions()),
            Button(label=t("Home"), action=Home()),
            Button(label=t("Help"), action=Help()),
        )
    )


def _say(event: Event, context: Context, text: str, *more: Block) -> Turn:
    return Turn(replies=(Message(language=context.language, blocks=(Text(text=text), *more), place=place_for(event)),))
