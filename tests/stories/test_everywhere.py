"""The same stories on Slack, on Teams and on both halves of the playground, on either database."""

from tests.stories.places import Place


async def test_a_question_gets_its_answer_card(place: Place) -> None:
    await place.says("alice", "mon ordinateur portable est mort")
    card = (await place.reads("alice"))[-1]
    for words in ("Remplacer un ordinateur portable", "5 jours ouvrés (livraison)", "gratuit", "Vérifié le 1 sept. 2026 par Malik Benali"):
        assert words in card.text
    assert {"Faire la demande", "Ce n’est pas ma question", "C’est faux"} <= card.buttons.keys()


async def test_english_is_answered_in_english(place: Place) -> None:
    await place.says("alice", "how do I get reimbursed for a lunch with a customer?")
    assert "Expense claims" in (await place.reads("alice"))[-1].text
    await place.taps("alice", "Not what I asked")
    assert "Noted: this wasn't your question." in (await place.reads("alice"))[-1].text


async def test_a_function_says_what_it_does_for_each_of_two_people(place: Place) -> None:
    for who in ("alice", "bob"):
        await place.says(who, "bonjour")  # the platform tells who they are after this first contact
        await place.says(who, "à quoi sert la DSI ?")
    alices, bobs = (await place.reads("alice"))[-1].text, (await place.reads("bob"))[-1].text
    assert "Pour vous (Ventes, Lyon)" in alices
    assert "Kit de démonstration" in alices
    assert "Tablette de terrain" not in alices
    assert "Pour vous (Exploitation, Lille)" in bobs
    assert "Tablette de terrain" in bobs
    assert "Kit de démonstration" not in bobs


async def test_not_what_i_asked_is_noted_on_the_card_itself(place: Place) -> None:
    await place.says("alice", "mon ordinateur portable est mort")
    before = await place.reads("alice")
    await place.taps("alice", "Ce n’est pas ma question")
    after = await place.reads("alice")
    assert len(after) == len(before)
    assert after[-1].id == before[-1].id
    assert "C’est noté : ce n’était pas votre question." in after[-1].text
    assert "C’est faux" not in after[-1].buttons


async def test_what_is_wrong_is_said_in_a_form_which_asks_again_when_empty(place: Place) -> None:
    await place.says("alice", "mon ordinateur portable est mort")
    assert await place.taps("alice", "C’est faux")
    wrong = await place.submits("alice", {"comment": "   "})
    assert wrong is not None
    assert "Dites en quelques mots ce qui est faux" in wrong
    assert await place.submits("alice", {"comment": "Le délai est de dix jours."}) is None
    assert "Merci : votre remarque est gardée avec cette réponse" in (await place.reads("alice"))[-1].text


async def test_what_is_not_known_is_said_with_who_can_help(place: Place) -> None:
    await place.says("alice", "quel temps fera-t-il demain à Brest ?")
    card = (await place.reads("alice"))[-1]
    assert "Je ne sais pas répondre à cela." in card.text
    assert "Toutes les fonctions" in card.buttons


async def test_home_needs_no_typing(place: Place) -> None:
    await place.says("alice", "bonjour")
    await place.taps("alice", "Toutes les fonctions")
    assert "DSI · Direction des systèmes d'information" in (await place.reads("alice"))[-1].text
    await place.says("alice", "préférences")
    await place.taps("alice", "English")
    assert "From now on I answer in English." in (await place.reads("alice"))[-1].text
    await place.says("alice", "mon ordinateur portable est mort")
    assert "Replace a laptop" in (await place.reads("alice"))[-1].text


async def test_in_a_channel_the_answer_is_for_all_and_continues_in_private(place: Place) -> None:
    await place.says("alice", "bonjour")
    await place.says("alice", "à quoi sert la DSI ?", in_channel=True)
    public = (await place.reads())[-1]
    assert "Ouvert à tous" in public.text
    assert "Kit de démonstration" not in public.text
    await place.taps("alice", "Pour moi")
    private = (await place.reads("alice"))[-1]
    assert "Kit de démonstration" in private.text
    assert len(await place.reads()) == 1


async def test_in_a_channel_what_only_some_may_know_is_not_known_and_is_told_in_private(place: Place) -> None:
    await place.says("alice", "bonjour")
    await place.says("alice", "kit de démonstration", in_channel=True)
    assert "Kit de démonstration" not in (await place.reads())[-1].text
    await place.taps("alice", "Pour moi")
    assert "Kit de démonstration" in (await place.reads("alice"))[-1].text


async def test_a_stranger_is_told_why_they_get_no_answer(place: Place) -> None:
    await place.says("charlie", "bonjour")
    await place.says("charlie", "à quoi sert la DSI ?")
    assert "votre compte appartient à une autre organisation" in (await place.reads("charlie"))[-1].text
