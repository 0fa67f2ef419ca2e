"""An author writes a campaign in chat: its objective, its messages, as they'd be read; the same on Slack, on Teams and in the playground."""

from bot.clock import now
from dialogs.campaign import CampaignStatus, Delay, Measured
from dialogs.campaigning import AudienceGrant
from dialogs.ladder import Stage
from dialogs.rights import Role
from storage import audit, campaigns, people, roles
from storage.database import Database
from tests.stories.hands import NUMBERS, grants, last
from tests.stories.places import Place
from tests.stories.test_authoring import writes_english

NAME = "it_strong_password"
OBJECTIVE = {
    "title_en": "A strong password",
    "title_fr": "Un mot de passe solide",
    "task_en": "That everybody has a passphrase.",
    "task_fr": "Que chacun ait une phrase de passe.",
    "stage": "action",
    "benchmark": "measured",
    "target": "40 %",
    "whom": "everyone",
    "starts": "07/01/2030",
    "ends": "2030-02-01",
    "control": "20 %",
    "drawn": "person",
    "priority": "normal",
}
FIRST = {
    "kind": "pedagogy",
    "stage": "awareness",
    "title_en": "A sentence is better",
    "title_fr": "Une phrase vaut mieux",
    "content_en": "Four words at random last longer than eight signs.",
    "content_fr": "Quatre mots au hasard tiennent plus longtemps que huit signes.",
    "when": "start",
    "asks": "none",
    "button1": "more",
    "button2": "later",
    "button3": "none",
    "sheet": "How do I change my password?",
}
SECOND = {
    "kind": "quiz",
    "stage": "comprehension",
    "title_en": "Which one lasts?",
    "content_en": "Only one lasts over a century.",
    "when": "working_days",
    "delay": "2",
    "asks": "quiz",
    "ask_en": "Which one lasts longest?",
    "options_en": "P@ssw0rd!\n* horse staple rain green",
    "explain_en": "Length matters more than signs.",
    "button1": "none",
    "button2": "none",
    "button3": "none",
}


async def test_an_author_writes_a_campaign_its_messages_and_reads_them_as_they_will_be_read(place: Place, database: Database) -> None:
    await grants(database, "alice", Role.AUTHOR)
    await writes_english(place, "alice")
    await place.says("alice", "campaigns it")
    assert await place.taps("alice", "New campaign")
    wrong = await place.submits("alice", OBJECTIVE | {"target": "plenty", "ends": "tomorrow"})
    assert wrong is not None
    assert "This isn't a share in percent: write it as 40 %, from 0 to 100." in wrong
    assert "This isn't a day: write it as 2026-01-31, or 31/01/2026." in wrong
    assert await place.submits("alice", OBJECTIVE) is None
    card = (await last(place, "alice")).text
    assert "Kept as a draft. Nobody gets anything before it's scheduled." in card
    assert "There's no message yet. Write the first one." in card

    assert await place.taps("alice", "Write the first message")
    assert await place.submits("alice", FIRST) is None
    assert "You may not reach all these people in its name." in (await last(place, "alice")).text
    person = people.directory_person_id(NUMBERS["alice"])
    everyone = AudienceGrant(kind="everyone")
    await database.write(roles.GRANTING, lambda session: campaigns.grant(session, person, "it", everyone, "tests", now()))
    assert await place.taps("alice", "Write the next message")
    assert await place.submits("alice", SECOND) is None
    assert "Nothing is missing: it can be scheduled." in (await last(place, "alice")).text

    kept = await database.read(lambda session: campaigns.load(session, NAME))
    assert kept is not None
    assert (kept.version, kept.status) == (3, CampaignStatus.DRAFT)
    assert kept.campaign.objective.benchmark == Measured(kind="measured")
    assert [(step.id, step.stage, step.after) for step in kept.campaign.steps] == [
        ("a_sentence_is_better", Stage.AWARENESS, None),
        ("which_one_lasts", Stage.COMPREHENSION, Delay(time=2)),
    ]
    lines = await database.read(audit.lines)
    assert {(line.act, line.function, line.subject) for line in lines} == {("write_campaigns", "it", NAME)}

    await place.taps("alice", "See it as it'd be read")
    preview = await last(place, "alice")
    assert "Which one lasts longest?" in preview.text
    assert "horse staple rain green" in preview.text
    assert "horse staple rain green" not in preview.buttons
    said = len(await place.reads("alice"))
    await place.taps("alice", "In French")
    assert len(await place.reads("alice")) == said  # in its place
    assert "Preview, in French" in (await last(place, "alice")).text

    assert await place.taps("alice", "Correct")
    assert await place.submits("alice", SECOND | {"content_en": "Three passwords, one of which lasts over a century."}) is None
    await place.taps("alice", "Show the campaign")
    assert "Which one lasts?" in (await last(place, "alice")).text
    again = await database.read(lambda session: campaigns.load(session, NAME))
    assert again is not None
    assert again.version == 4


async def test_who_has_no_right_to_it_is_told_who_has(place: Place, database: Database) -> None:
    await writes_english(place, "bob")
    await place.says("bob", "campaigns it")
    assert "Who may, for each function" in (await last(place, "bob")).text
    lines = await database.read(audit.lines)
    assert [(line.function, line.outcome) for line in lines] == [("it", "refused")]
