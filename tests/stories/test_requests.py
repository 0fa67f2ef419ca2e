"""A human takes over: each promise of requests, on every platform."""

from dialogs.rights import Role
from storage.database import Database
from tests.stories.hands import ODD, asks_a_human, grants, label, last, opens_the_desk, taps, told
from tests.stories.places import Place


async def test_a_question_goes_to_a_human_and_comes_back_answered(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await asks_a_human(place)
    card = await last(place)
    assert ODD in card.text
    assert "Alice Martin" in card.text
    assert label("Your question is sent to {function}.").format(function="DSI") in await told(place, "alice")
    await taps(place, "bob", "I take it")
    assert "Bob Dupont" in (await last(place, "alice")).text
    assert {label("Give it back", "en"), label("Give it back")} & (await last(place)).buttons.keys()
    await place.replies("bob", "Je passe dans dix minutes avec une clé.")
    heard = await last(place, "alice")
    assert "Je passe dans dix minutes avec une clé." in heard.text
    assert "Bob Dupont" in heard.text
    await place.says("alice", "merci, je suis au 3e étage")
    assert "merci, je suis au 3e étage" in (await last(place)).text
    assert "Bob Dupont" in (await last(place, "alice")).text
    await taps(place, "bob", "Close")
    assert await place.submits("bob", {"outcome": "solved", "word": "Bonne journée !"}) is None
    closed = await last(place, "alice")
    assert "Bob Dupont" in closed.text
    await place.taps("alice", label("It isn't over"))
    assert ODD in await told(place)
    assert label("Reopened: it goes on.") in await told(place, "alice")


async def test_what_is_edited_or_deleted_in_the_thread_is_so_at_the_clients(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await asks_a_human(place)
    await place.replies("bob", "// celui-là, je le connais")
    assert "je le connais" not in await told(place, "alice")
    await place.replies("bob", "Comptez dix jours.")
    await place.rewrites("bob", "Comptez deux jours.")
    assert "Comptez deux jours." in (await last(place, "alice")).text
    assert "dix jours" not in await told(place, "alice")
    await place.deletes("bob")
    assert "Comptez" not in await told(place, "alice")


async def test_a_discreet_question_shows_nobody_who_asks(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await asks_a_human(place, how="discreet")
    await place.replies("bob", "Quel bureau ?")
    assert "Quel bureau ?" in (await last(place, "alice")).text
    await place.says("alice", "le 312")
    channel = await told(place)
    assert "le 312" in channel
    for trace in ("Alice", "Martin", "Lyon", "Ventes", "alice.martin"):
        assert trace not in channel


async def test_without_a_channel_the_owner_has_it_in_private(place: Place, database: Database) -> None:
    await grants(database, "bob", Role.OWNER)
    await place.says("bob", "bonjour")
    await asks_a_human(place)
    card = await last(place, "bob")
    assert ODD in card.text
    await taps(place, "bob", "Answer")
    assert await place.submits("bob", {"text": "J'arrive.", "then": "answered"}) is None
    assert "J'arrive." in await told(place, "alice")


async def test_with_nobody_to_reach_the_client_is_told_so_and_nothing_is_lost(place: Place, database: Database) -> None:
    await asks_a_human(place)
    kept = label("Nobody at {function} can be reached through me for now. Your question is kept, and goes out as soon as somebody can.")
    assert kept.format(function="DSI") in await told(place, "alice")
    await place.says("alice", "demandes")
    assert ODD in (await last(place, "alice")).text


async def test_whoever_has_no_mandate_proposes_and_its_holder_sends(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await grants(database, "carol", Role.EXPERT)
    await place.says("carol", "hello")
    await asks_a_human(place)
    await place.replies("carol", "Nous changeons ce fauteuil.")
    assert "Nous changeons ce fauteuil." not in await told(place, "alice")
    await taps(place, "bob", "Send it")
    heard = await last(place, "alice")
    assert "Nous changeons ce fauteuil." in heard.text
    assert "Carol Petit" in heard.text


async def test_a_stranger_to_the_function_is_told_why_their_words_stay_here(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await asks_a_human(place)
    await place.says("carol", "hello")
    before = len(await place.reads("carol"))
    await place.replies("carol", "Moi, je sais.")
    assert "Moi, je sais." not in await told(place, "alice")
    assert len(await place.reads("carol")) == before + 1


async def test_it_goes_to_another_function_with_all_that_was_said(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await place.says("bob", "bind finance", in_channel=True)
    await grants(database, "bob", Role.OWNER, "finance")
    await place.says("bob", "bind finance", in_channel=True)
    await asks_a_human(place)
    await place.replies("bob", "Qui l'a acheté ?")
    await taps(place, "bob", "Hand it on")
    assert await place.submits("bob", {"function": "finance", "reason": "c'est un achat"}) is None
    card = [shown for shown in await place.reads() if {label("I take it", "en"), label("I take it")} & shown.buttons.keys()][-1]
    assert ODD in card.text
    assert "Qui l'a acheté ?" in card.text
    assert "c'est un achat" in (await last(place, "alice")).text
