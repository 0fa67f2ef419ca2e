"""The people of the company under fire, put into its database at once: who is reached by the campaign, and who asks questions meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import insert
from sqlmodel import Session

from dialogs.campaign import Campaign, CampaignAudience, Objective, Period, Slice, Step, StepButton
from dialogs.catalog import Localized
from dialogs.facts import CampaignEdited, CampaignSteered
from dialogs.ladder import Stage
from storage import campaigns
from storage.database import Database
from storage.tables import ConversationReferenceRow, IdentityRow, PersonRow, table_of
from tests.chaos.places import account, chat, team, tenant, user
from tests.company import CATALOGUE
from tests.dialogs.campaigns import DRAFT
from tests.loading import load_catalogue

STEP = "change"
_AT_ONCE = 5_000
_TEAMS_SHARE = 10  # one in so many is reached in Teams
_COUNTRIES = ("FR", "SA", "BN", "EG", "IN", "US")  # whose weekends differ: one of them works today
_STARTS_AT = 2  # o'clock, by the clock of the zone that is chosen: the whole run is on one working day


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Where it's the small hours of a working day: there the company works, so that nothing that is due has to wait for Monday."""

    timezone: str
    country: str
    today: date

    @property
    def settings(self) -> dict[str, str]:
        """The settings that say so; only the last minutes of the day are quiet."""
        return {
            "POURQUI_TIMEZONE": self.timezone,
            "POURQUI_COUNTRY": self.country,
            "POURQUI_WORKING_HOURS": "00:01-23:58",
            "POURQUI_QUIET_HOURS": "23:59-00:00",
        }


def office(now: datetime) -> Office:
    """Return it, for a run that starts now."""
    ahead = (_STARTS_AT - now.astimezone(UTC).hour + 12) % 24 - 12
    timezone = f"Etc/GMT{-ahead:+d}"  # the signs of these are the other way round
    today = now.astimezone(ZoneInfo(timezone)).date()
    for country in _COUNTRIES:
        calendar = holidays.country_holidays(country, years=range(today.year - 1, today.year + 2))
        if today.weekday() not in calendar.weekend and today not in calendar:
            return Office(timezone=timezone, country=country, today=today)
    raise RuntimeError(f"nobody works on {today}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody, by number: on Slack in a workspace, or in Teams in a tenant."""

    number: int
    slack: bool
    place: int  # the number of the workspace or tenant

    @property
    def id(self) -> str:
        """Our id of them."""
        return f"{self.number * 2_654_435_761 % 2**32:08x}-{self.number}"

    @property
    def user(self) -> str:
        """The platform's id of them."""
        return user(self.place, self.number) if self.slack else account(self.place, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """So many whom the campaign is for, over workspaces and (one in ten) tenants; and some in each workspace who ask, and whom it isn't for."""

    people: int
    workspaces: int
    askers: int  # in each workspace

    @property
    def tenants(self) -> int:
        """How many Teams tenants there are."""
        return max(1, self.workspaces // 10)

    def reached(self) -> Iterator[Member]:
        """Yield those whom the campaign is for."""
        for number in range(self.people):
            slack = number % _TEAMS_SHARE != 0
            yield Member(number=number, slack=slack, place=number // _TEAMS_SHARE % (self.workspaces if slack else self.tenants))

    def asking(self) -> Iterator[Member]:
        """Yield those who ask, in Slack."""
        for number in range(self.askers * self.workspaces):
            yield Member(number=900_000 + number, slack=True, place=number % self.workspaces)


def campaign(today: date) -> Campaign:
    """Return a campaign of one message with a button, which begins today."""
    said = Localized(fr="Choisissez quatre mots au hasard, et gardez-les.", en="Choose four words at random, and keep them.")
    done = StepButton(does="done", label=Localized(fr="C'est fait", en="It's done"))
    step = Step(id=STEP, stage=Stage.ACTION, kind="gesture", title=Localized(fr="Deux minutes", en="Two minutes"), content=said, buttons=(done,))
    return replace(
        DRAFT,
        objective=Objective(stage=Stage.ACTION),
        audience=CampaignAudience(include=(Slice(segments=("sales",)),)),
        period=Period(starts=today, ends=today + timedelta(days=10)),
        steps=(step,),
    )


async def settle(database: Database, population: Population, here: Office, service_url: str, at: datetime) -> Campaign:
    """Put the company, its people and the scheduled campaign into an empty database."""
    await load_catalogue(database, CATALOGUE, "tests")
    several = [*((each, "sales") for each in population.reached()), *((each, "managers") for each in population.asking())]
    for start in range(0, len(several), _AT_ONCE):
        await database.write("people", partial(_people, several=several[start : start + _AT_ONCE], service_url=service_url, at=at))
    begins = campaign(here.today)

    def schedule(session: Session) -> None:
        campaigns.edit(session, CampaignEdited(campaign=begins, base=None), "tests", at)
        if campaigns.steer(session, CampaignSteered(name=begins.name, move="schedule", version=1), "tests", at) is None:
            raise RuntimeError("the campaign can't be scheduled")

    await database.write(f"{campaigns.PLANNING}|{begins.name}", schedule)
    return begins


def _people(session: Session, several: list[tuple[Member, str]], service_url: str, at: datetime) -> None:
    persons: list[dict[str, Any]] = []
    identities: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    for each, segment in several:
        email, where = f"p{each.number}@vaubert.example", team(each.place) if each.slack else tenant(each.place)
        known = {"person_id": each.id, "platform": "slack" if each.slack else "teams", "tenant": where}
        persons.append(
            {
                "id": each.id,
                "directory_id": f"d{each.number}",
                "email": email,
                "name": f"Nom {each.number}",
                "directory_language": "en",
                "segments": [segment],
                "greeted_at": at,
                "created_at": at,
            }
        )
        identities.append(known | {"user": each.user, "email": email, "locale": "en-GB", "guest": False, "refreshed_at": at})
        conversation = each.user if each.slack else chat(each.place, each.number)
        url = None if each.slack else f"{service_url}{each.place}/"
        places.append(known | {"conversation": conversation, "service_url": url, "scope": "personal", "refreshed_at": at})
    for row, values in ((PersonRow, persons), (IdentityRow, identities), (ConversationReferenceRow, places)):
        session.connection().execute(insert(table_of(row)), values)
