"""What the coming weeks hold for people."""

from datetime import date

from dialogs.audience import Addressee
from dialogs.campaign import Campaign, CampaignAudience, Control, Delay, Period, Slice, Step
from dialogs.catalog import Localized
from dialogs.ladder import Stage
from dialogs.pressure import Forecast, Pressure

MONDAY = date(2026, 11, 30)
TITLE = Localized(fr="Titre", en="Title")


def campaign(name: str, messages: int, segment: str, *, control: float = 0.0) -> Campaign:
    """A campaign that sends so many messages on its first day, and one a week later."""
    steps = tuple(Step(id=f"m{number}", stage=Stage.AWARENESS, kind="pedagogy") for number in range(messages))
    late = Step(id="late", stage=Stage.ACTION, kind="offer", after=Delay(time=7, unit="days"))
    survey = Step(id="survey", stage=Stage.AWARENESS, kind="survey")
    return Campaign(
        name=name,
        function="it",
        titles=TITLE,
        audience=CampaignAudience(include=(Slice(segments=(segment,)),)),
        period=Period(starts=MONDAY, ends=date(2026, 12, 31)),
        control=Control(share=control) if control else None,
        steps=(*steps, survey, late),
    )


def somebody(number: int, *segments: str) -> Addressee:
    return Addressee(id=f"p{number}", email=f"p{number}@x.example", name="P", language="fr", team=f"t{number}", segments=frozenset(segments))


def test_the_weeks_add_up_what_each_person_would_get() -> None:
    forecast = Forecast((campaign("a", 2, "office"), campaign("b", 1, "sales")), MONDAY, 3, 2)
    for one in (somebody(1, "office"), somebody(2, "office", "sales"), somebody(3, "sales"), somebody(4, "field")):
        forecast.add(one)
    assert forecast.calendar() == (
        Pressure(begins=MONDAY, messages={"a": 4, "b": 2}, people=3, most=3, above=1, shared={("a", "b"): 1}),
        Pressure(begins=date(2026, 12, 7), messages={"a": 2, "b": 2}, people=3, most=2),
        Pressure(begins=date(2026, 12, 14)),
    )


def test_the_control_group_is_left_in_peace() -> None:
    forecast = Forecast((campaign("a", 1, "office", control=0.5),), MONDAY, 1, 2)
    for number in range(200):
        forecast.add(somebody(number, "office"))
    (week,) = forecast.calendar()
    assert 60 < week.people < 140
