"""A function's requests come to the channel in which somebody who may said so; the channel is told what comes, who answers, and how to undo it."""

from dataclasses import replace

import pytest

from dialogs.catalog import LANGUAGES, Catalogue, Language
from dialogs.delivery import Kind
from dialogs.events import MessageReceived, Reference, Scope
from dialogs.facts import ChannelBound, ChannelUnbound, DeliveryPlanned, Refused
from dialogs.messages import Bullets, Message, Place, plain_text
from dialogs.request import Desk, Party
from dialogs.request_actions import BindChannel, UnbindChannel
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.company import BOB, CATALOGUE, IT
from tests.conversation import CHANNEL, DIRECT, TEAMS_DIRECT, said, taps
from tests.dialogs.told import context, message, words

OWNER_OF_IT = frozenset({Grant(role=Role.OWNER, function="it")})
ADMIN = frozenset({Grant(role=Role.ADMIN)})
HERE = CHANNEL.whole
TEAMS_CHANNEL = Reference(
    platform="teams",
    tenant="tenant-1",
    conversation="19:x@thread.tacv2;messageid=17",
    scope=Scope.CHANNEL,
    thread="17",
    service_url="http://127.0.0.1/",
)
ELSEWHERE = replace(HERE, conversation="C2")
BY_SLASH = replace(said("lier DSI"), private=True, made_in=CHANNEL)


def desk(function: str, service: str | None = None, where: Reference = HERE, dead: str | None = None) -> Desk:
    return Desk(function=function, service=service, reference=where, language="fr", dead=dead)


def asked(
    *desks: Desk,
    grants: frozenset[Grant] = OWNER_OF_IT,
    language: Language = "en",
    keepers: dict[str, tuple[Party, ...]] | None = None,
    catalogue: Catalogue = CATALOGUE,
) -> Context:
    told = context(BOB, language=language, catalogue=catalogue)
    return replace(told, grants=grants, desks={(one.function, one.service): one for one in desks}, keepers=keepers or {})


def bound(turn: Turn) -> Desk:
    (desk,) = (fact.desk for fact in turn.facts if isinstance(fact, ChannelBound))
    return desk


def greeting(turn: Turn) -> str:
    (delivery,) = (fact.delivery for fact in turn.facts if isinstance(fact, DeliveryPlanned))
    return plain_text(delivery.message).replace("\N{NO-BREAK SPACE}", " ")


def bullets(turn: Turn) -> list[str]:
    return [item for block in message(turn).blocks if isinstance(block, Bullets) for item in block.items]


@pytest.mark.parametrize(
    ("event", "where"),
    [
        (said("bind it", where=CHANNEL), HERE),
        (BY_SLASH, HERE),
        (replace(said("lier informatique", where=TEAMS_CHANNEL)), TEAMS_CHANNEL.whole),
        (said("bind DSI", where=replace(HERE, scope=Scope.GROUP)), replace(HERE, scope=Scope.GROUP)),
        (taps(BindChannel(slug="it"), where=CHANNEL), HERE),
    ],
)
def test_the_channel_in_which_it_is_said_is_bound_as_a_whole(event: MessageReceived, where: Reference) -> None:
    turn = decide(None, event, asked(language="fr"))
    assert bound(turn) == Desk(function="it", service=None, reference=where, language="fr")
    (delivery,) = (fact.delivery for fact in turn.facts if isinstance(fact, DeliveryPlanned))
    assert (delivery.kind, delivery.cause_kind, delivery.cause_id, delivery.to, delivery.urgent) == (Kind.ALERT, "binding", "it", where, True)
    again = decide(None, event, asked(language="fr"))
    assert again.facts == turn.facts  # a retry plans the same delivery
    assert message(turn).place is (Place.HERE if event.reference.scope is Scope.PERSONAL else Place.PRIVATE)


def test_the_channel_learns_what_comes_who_answers_where_words_go_and_how_to_undo_it() -> None:
    assert greeting(decide(None, said("bind it", where=CHANNEL), asked())).splitlines() == [
        "[IT · Information Technology] Requests come here from now on",
        "Here come the questions that people hand to a human of this function, one card for each.",
        "• Who answers: the contacts of the function, and those who are its experts, authors or owners.",
        "• The answers of Malik Benali, and of the owners, go out at once. What the others write is proposed first.",
        "• Take a request with its button, so that the person knows who helps them.",
        "• What you write under a card, in its thread, goes to the person who asked. Begin with // what must stay between you.",
        "• To undo this, mention me in this channel with the word: unbind.",
    ]


def test_where_nobody_holds_the_mandate_nobody_has_to_agree() -> None:
    told = greeting(decide(None, said("bind finance", where=CHANNEL), asked(grants=ADMIN)))
    assert "What they write goes out at once: none of the contacts holds the reply mandate, so nobody has to agree first." in told


def test_a_service_may_have_its_own_channel() -> None:
    turn = decide(None, said("lier DSI remplacer un ordinateur portable", where=CHANNEL), asked(desk("it", where=ELSEWHERE)))
    assert bound(turn).service == "it_laptop"
    assert "Only those about this service: Replace a laptop." in words(turn)
    assert "Until now" not in words(turn)  # the function's own channel stays
    assert "hand to a human about Replace a laptop" in greeting(turn)


def test_a_service_that_the_function_does_not_have_binds_nothing() -> None:
    turn = decide(None, said("bind it expense claims", where=CHANNEL), asked())
    assert turn.facts == ()
    assert words(turn).startswith("IT · Information Technology has no service called “expense claims”, so nothing is bound.")
    assert bullets(turn) == ["Replace a laptop", "Demo kit", "Field tablet"]
    bare = replace(CATALOGUE, functions=(replace(IT, services=()),))
    assert words(decide(None, said("bind it laptops", where=CHANNEL), asked(catalogue=bare))).splitlines()[1] == (
        "It has no service yet: bind the channel to the function as a whole."
    )


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (desk("it", where=ELSEWHERE), "Until now they came to another channel in Slack. Those that are there stay there until they are closed."),
        (desk("it", where=TEAMS_CHANNEL.whole), "Until now they came to another channel in Teams. Those that are there stay there"),
        (desk("it", where=ELSEWHERE, dead="is_archived"), "Until now they were to come to a channel that I can't write to any more."),
        (desk("it", dead="not_in_channel"), "Until now they were to come to a channel that I can't write to any more."),
    ],
)
def test_one_learns_where_they_came_before(before: Desk, told: str) -> None:
    turn = decide(None, said("bind it", where=CHANNEL), asked(before))
    assert bound(turn) == replace(desk("it"), language="en")
    assert told in words(turn)


def test_one_channel_may_serve_several_and_says_so() -> None:
    here = (desk("finance"), desk("it", "it_laptop"), desk("it", "it_demo_kit", ELSEWHERE), desk("gone"), desk("gone", "gone_too"))
    turn = decide(None, said("bind it", where=CHANNEL), asked(*here))
    assert "This channel also gets the requests of: Finance, IT · Replace a laptop, gone, gone · gone_too." in words(turn)
    assert "also gets" not in words(decide(None, said("bind it", where=CHANNEL), asked()))


def test_what_is_so_already_is_not_done_again() -> None:
    turn = decide(None, said("bind it", where=CHANNEL), asked(desk("it")))
    assert turn.facts == ()
    assert words(turn) == "This channel already gets the requests of IT · Information Technology: nothing changes."


def test_a_channel_without_the_bot_cannot_be_written_to() -> None:
    assert "invite me with /invite" in words(decide(None, BY_SLASH, asked()))
    in_teams = words(decide(None, said("bind it", where=TEAMS_CHANNEL), asked()))
    assert "add me to the team" in in_teams
    assert "/invite" not in in_teams


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        (DIRECT, "I only know from inside a channel which one you mean."),
        (TEAMS_DIRECT, "I only know from inside a channel which one you mean."),
        (
            replace(TEAMS_DIRECT, scope=Scope.GROUP),
            "A group chat in Teams has no threads, so the answers to two requests couldn't be told apart there.",
        ),
    ],
)
def test_where_it_cannot_be_bound_one_learns_how(where: Reference, reason: str) -> None:
    turn = decide(None, said("bind it", where=where), asked())
    assert turn.facts == ()
    assert words(turn).splitlines()[:2] == ["Please say this in the channel where the requests are to come", reason]
    assert "/pourqui bind it" in words(turn)


def test_only_those_who_answer_for_the_function_decide() -> None:
    for event, grants in (
        (said("bind finance", where=CHANNEL), OWNER_OF_IT),
        (said("bind finance"), frozenset({Grant(role=Role.EXPERT, function="finance")})),
    ):
        turn = decide(None, event, asked(grants=grants))
        assert turn.facts == (Refused(act=Act.BIND_CHANNEL, function="finance", subject="finance"),)
        assert "You can't choose where this function's requests go" in words(turn)
    assert decide(None, said("bind", where=CHANNEL), asked(grants=frozenset())).facts == (Refused(act=Act.BIND_CHANNEL, function=None),)


def test_a_function_that_is_gone_is_told() -> None:
    turn = decide(None, taps(BindChannel(slug="gone"), where=CHANNEL), asked())
    assert "This is no longer in the catalogue." in words(turn)
    assert turn.facts == ()


def test_alone_it_lists_where_requests_come() -> None:
    desks = (
        desk("it", "it_laptop", replace(TEAMS_CHANNEL.whole)),
        desk("it", "it_demo_kit", dead="is_archived"),
        desk("it", where=ELSEWHERE),
        desk("finance"),
    )
    turn = decide(None, said("bind", where=CHANNEL), asked(*desks, grants=ADMIN))
    assert message(turn).place is Place.PRIVATE
    assert turn.facts == ()
    assert bullets(turn)[:4] == [
        "IT · Information Technology: a channel in Slack",
        "IT · Demo kit: a channel that I can't write to any more (is_archived). Please bind it again, or another one.",
        "IT · Replace a laptop: a channel in Teams",
        "Finance: this channel",
    ]
    assert bullets(decide(None, said("lier"), asked(*desks)))[:4][-1] == bullets(turn)[4].replace("finance", "it")  # others' channels aren't listed


@pytest.mark.parametrize(
    ("keepers", "told"),
    [
        ({}, "IT · Information Technology: no channel, and nobody whom I can write to"),
        ({"it": (Party(id="bob", name="Bob Dupont"),)}, "IT · Information Technology: no channel; requests go to Bob Dupont, in private"),
        ({"": (Party(id="carol", name="Carol Petit"),)}, "IT · Information Technology: no channel; requests go to Carol Petit, in private"),
        ({"it": (Party(id="x"),)}, "IT · Information Technology: no channel; requests go to somebody who answers for it, in private"),
    ],
)
def test_without_a_channel_one_learns_who_gets_them(keepers: dict[str, tuple[Party, ...]], told: str) -> None:
    assert bullets(decide(None, said("bind"), asked(keepers=keepers)))[0] == told


def test_unbinding_takes_back_all_that_is_ones_own_here() -> None:
    desks = (desk("it"), desk("it", "it_laptop"), desk("finance"), desk("it", "it_demo_kit", ELSEWHERE))
    turn = decide(None, said("délier", where=CHANNEL), asked(*desks, keepers={"it": (Party(id="bob", name="Bob Dupont"),)}))
    assert turn.facts == (ChannelUnbound(function="it", service=None), ChannelUnbound(function="it", service="it_laptop"))
    assert bullets(turn) == [
        "IT · Information Technology: no channel; requests go to Bob Dupont, in private",
        "IT · Replace a laptop: no channel; requests go to Bob Dupont, in private",
    ]
    assert "These still come here, since they aren't yours to change: Finance." in words(turn)
    assert "The requests that are here already stay here, until they are closed." in words(turn)


def test_a_service_without_its_channel_comes_to_its_functions() -> None:
    turn = decide(None, said("unbind", where=CHANNEL), asked(desk("it", "it_laptop"), desk("it", where=ELSEWHERE)))
    assert turn.facts == (ChannelUnbound(function="it", service="it_laptop"),)
    assert bullets(turn) == ["IT · Replace a laptop: from now on they go to a channel in Slack"]
    assert "still come here" not in words(turn)


def test_unbinding_what_is_not_bound_or_not_yours_changes_nothing() -> None:
    nothing = decide(None, taps(UnbindChannel(), where=CHANNEL), asked(desk("it", where=ELSEWHERE)))
    assert (words(nothing), nothing.facts) == ("Nothing is bound to this channel: no request comes here.", ())
    private = decide(None, said("unbind"), asked(desk("it")))
    assert words(private) == "Please say this in the channel itself: I only know from inside it which one you mean."
    others = decide(None, said("unbind", where=CHANNEL), asked(desk("finance")))
    assert others.facts == (Refused(act=Act.BIND_CHANNEL, function="finance", subject="finance"),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_channel_is_spoken_to_in_the_language_of_whoever_bound_it(language: Language) -> None:
    turn = decide(None, said("bind it", where=CHANNEL), asked(language=language))
    (delivery,) = (fact.delivery for fact in turn.facts if isinstance(fact, DeliveryPlanned))
    assert isinstance(delivery.message, Message)
    assert delivery.message.language == bound(turn).language == language
