"""A conversation goes on, on Slack, on Teams and on both halves of the playground: what was answered a moment ago is still known."""

from tests.stories.places import Place


async def test_a_detail_is_asked_after_an_answer_and_the_whole_is_a_tap_away(place: Place) -> None:
    await place.says("alice", "I'd like to replace my laptop, it died")
    assert "Your laptop is renewed every four years." in (await place.reads("alice"))[-1].text
    await place.says("alice", "how long?")
    short = (await place.reads("alice"))[-1]
    assert "5 working days (delivery)" in short.text
    assert "Your laptop is renewed every four years." not in short.text
    await place.taps("alice", "The whole answer")
    assert "Your laptop is renewed every four years." in (await place.reads("alice"))[-1].text
    await place.says("alice", "who is that?")
    assert "Malik Benali, Head of support" in (await place.reads("alice"))[-1].text


async def test_thanks_in_between_and_then_the_price(place: Place) -> None:
    await place.says("alice", "mon ordinateur portable est mort")
    await place.says("alice", "merci")
    await place.says("alice", "combien ça coûte ?")
    short = (await place.reads("alice"))[-1].text
    assert "gratuit" in short
    assert "Votre portable est renouvelé" not in short


async def test_a_new_question_leaves_what_came_before(place: Place) -> None:
    await place.says("alice", "mon ordinateur portable est mort")
    await place.says("alice", "mot de passe oublié")
    assert "choisissez Mot de passe oublié" in (await place.reads("alice"))[-1].text


async def test_two_people_in_one_channel_each_go_on_from_their_own(place: Place) -> None:
    await place.says("alice", "mon ordinateur portable est mort", in_channel=True)
    before = len(await place.reads())
    await place.says("bob", "sous quel délai ?", in_channel=True)
    answers = await place.reads()
    assert len(answers) > before
    assert "5 jours ouvrés (livraison)" not in answers[-1].text


async def test_who_takes_care_of_it_is_a_function_by_its_name(place: Place) -> None:
    await place.says("alice", "who do I see about a broken laptop?")
    card = (await place.reads("alice"))[-1]
    assert "For that, turn to IT" in card.text
    assert "Malik Benali, malik.benali@vaubert.example" in card.text
