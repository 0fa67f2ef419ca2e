"""What the stories of requests share: who answers for IT, and the words on the buttons."""

from bot.clock import now
from bot.po import both_languages
from dialogs.catalog import Language
from dialogs.rights import Grant, Role
from storage import people, roles
from storage.database import Database
from tests.stories.places import Place, Shown

TEXTS = both_languages()
NUMBERS = {"alice": "p1", "bob": "p2", "carol": "p3"}
ODD = "mon fauteuil grince et penche à gauche"  # nobody has written an answer to that


def label(msgid: str, language: Language = "fr") -> str:
    """Return a text as its reader sees it, without no-break spaces."""
    return TEXTS[language](msgid).replace("\N{NO-BREAK SPACE}", " ")


async def grants(database: Database, who: str, role: Role, function: str = "it") -> None:
    """Give somebody of the directory a role."""
    person = people.directory_person_id(NUMBERS[who])
    await database.write(roles.GRANTING, lambda session: roles.grant(session, person, Grant(role=role, function=function), "tests", now()))


async def opens_the_desk(place: Place, database: Database) -> None:
    """Let Bob own IT, and bind its channel."""
    await grants(database, "bob", Role.OWNER)
    await place.says("bob", "bonjour")
    await place.says("bob", "bind it", in_channel=True)


async def asks_a_human(place: Place, question: str = ODD, *, how: str = "named", who: str = "alice") -> None:
    """Ask what nobody has written, then a human of IT."""
    await place.says(who, question)
    await place.taps(who, label("Ask a human"))
    mistake = await place.submits(who, {"function": "it", "question": question, "way": how})
    assert mistake is None


async def taps(place: Place, who: str, msgid: str) -> None:
    """Tap a button of an expert's card, whichever of the two languages it speaks."""
    try:
        await place.taps(who, label(msgid, "en"))
    except AssertionError:
        await place.taps(who, label(msgid, "fr"))


async def last(place: Place, who: str | None = None) -> Shown:
    """Return the last message of the bot to somebody in private, or in the channel."""
    return (await place.reads(who))[-1]


async def told(place: Place, who: str | None = None) -> str:
    """Return all that the bot has said to somebody in private, or in the channel."""
    return "\n\n".join(shown.text for shown in await place.reads(who))
