"""The company that planning a campaign is measured on: so many people, where they can be reached, where they stand, and a campaign that is due."""

from datetime import UTC, date, datetime
from functools import partial

from sqlalchemy import insert
from sqlmodel import Session

from dialogs.campaign import Campaign, CampaignAudience, Control, Delay, Objective, Period, Slice, Step, Variant
from dialogs.catalog import Catalogue, Company, Function, Localized
from dialogs.facts import CampaignEdited, CampaignSteered
from dialogs.ladder import Stage
from storage import campaigns, schema
from storage.database import Database
from storage.tables import ConversationReferenceRow, PersonRow, StandingRow, table_of

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)
AT_ONCE = 10_000
ZONES = ("Europe/Paris", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "America/Sao_Paulo", "Asia/Kolkata", "Europe/London", None)
_STAGES = tuple(stage.value for stage in Stage)[1:]
WORDS = Localized(
    fr="Quatre mots au hasard tiennent plus longtemps que huit signes, et se retiennent mieux. " * 4,
    en="Four words at random last longer than eight signs, and are easier to remember. " * 4,
)
CATALOGUE = Catalogue(
    company=Company(name="Benchmark", segments={"sales": Localized(fr="Ventes", en="Sales"), "field": Localized(fr="Terrain", en="Field")}),
    functions=(Function(slug="it", names=Localized(fr="Informatique", en="IT")),),
)


def campaign() -> Campaign:
    """Return a campaign with rules, both arms and variants."""
    variants = (Variant(id="sales", content=WORDS, segments=("sales",)), Variant(id="short", content=WORDS, share=0.5))
    first = Step(id="learn", stage=Stage.ACTION, kind="pedagogy", content=WORDS, variants=variants)
    survey = Step(id="survey", stage=Stage.AWARENESS, kind="survey", content=WORDS, after=Delay(time=3))
    return Campaign(
        name="passwords",
        function="it",
        titles=Localized(fr="Mots de passe", en="Passwords"),
        objective=Objective(stage=Stage.ACTION),
        audience=CampaignAudience(
            include=(Slice(segments=("sales", "field")), Slice(sites=tuple(f"site {n}" for n in range(40)))),
            exclude=(Slice(segments=("managers",), stages=(Stage.ACTION,)),),
        ),
        period=Period(starts=date(2026, 12, 1), ends=date(2026, 12, 18)),
        control=Control(share=0.1),
        steps=(first, survey),
    )


async def fill(url: str, people: int) -> None:
    """Put so many people into a database, and a campaign that is due."""
    schema.upgrade(url)
    async with await Database.open(url) as database:
        for start in range(0, people, AT_ONCE):
            await database.write("benchmark", partial(_people, numbers=range(start, min(start + AT_ONCE, people))))
        await database.write("benchmark", _scheduled)


def _people(session: Session, numbers: range) -> None:
    persons = [
        {
            "id": f"{n * 2_654_435_761 % 2**32:08x}-{n}",
            "directory_id": f"d{n}",
            "email": f"p{n}@benchmark.example",
            "name": f"Prénom Nom{n}",
            "directory_language": "fr" if n % 3 else "en",
            "timezone": ZONES[n % len(ZONES)],
            "site": f"site {n % 40}",
            "department": f"department {n % 25}",
            "manager": f"d{n // 8}",
            "segments": ["sales"] if n % 4 == 0 else ["field", "managers"] if n % 9 == 0 else [],
            "created_at": AT,
        }
        for n in numbers
    ]
    places = [
        {
            "person_id": persons[n - numbers.start]["id"],
            "platform": "slack" if n % 2 else "teams",
            "tenant": f"T{n % 3}",
            "conversation": f"D{n}",
            "service_url": None if n % 2 else "https://smba.example/emea/",
            "scope": "personal",
            "refreshed_at": AT,
        }
        for n in numbers
        if n % 10
    ]
    standings = [
        {"person_id": persons[n - numbers.start]["id"], "function": "it", "topic": "", "stage": _STAGES[n % len(_STAGES)], "since": AT}
        for n in numbers
        if n % 10 < 3
    ]
    for row, values in ((PersonRow, persons), (ConversationReferenceRow, places), (StandingRow, standings)):
        session.connection().execute(insert(table_of(row)), values)


def _scheduled(session: Session) -> None:
    campaigns.edit(session, CampaignEdited(campaign=campaign(), base=None), "benchmark", AT)
    if campaigns.steer(session, CampaignSteered(name="passwords", move="schedule", version=1), "benchmark", AT) is None:
        raise RuntimeError("the campaign can't be scheduled")
