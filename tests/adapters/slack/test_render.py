"""Whatever is said fits Slack's limits, and shows the words as they stand."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SlackBlock
from slack_sdk.models.views import View

from adapters.slack import limits, render, views
from adapters.slack.limits import clip, split
from adapters.slack.origin import Origin
from adapters.slack.render import Uploaded
from dialogs.actions import Action, ForMe, Home, ReportWrong, Show, WriteQuestion
from dialogs.events import Reference, Scope
from dialogs.messages import (
    Bullets,
    Button,
    Buttons,
    Choice,
    Field,
    FieldError,
    Fields,
    File,
    Form,
    FormErrors,
    Input,
    Item,
    Items,
    Link,
    Message,
    Note,
    Option,
    Picture,
    Place,
    Rating,
    Text,
    Title,
)
from dialogs.packing import unpack
from tests.examples import examples
from tests.platforms import slack_rules as rules

ORIGIN = Origin(reference=Reference(platform="slack", tenant="T1", conversation="C1", scope=Scope.CHANNEL, thread="1.2"), message_id="3.4")
MARKUP = "*gras* _it_ ~non~ `code` <!channel> <@U1> <https://x|y> &amp; :tada: R&D > tout"

ANSWER = Message(
    language="fr",
    blocks=(
        Title(text="Notes de frais", badge="DAF · Finance"),
        Text(text="Déposez vos justificatifs.\n\nLe remboursement suit."),
        Fields(fields=(Field(label="Promesse", value="5 jours ouvrés"), Field(label="Tarif", value="gratuit"))),
        Bullets(items=("un", "deux")),
        Items(items=(Item(title="Congés", detail="les poser", open="Ouvrir", action=Show(id="leave")),)),
        Buttons(buttons=(Button(label="Ce n'est pas ma question", action=Home()),), quiet=True),
        Note(text="Vérifié le 1 sept. 2026 par Claire Morel"),
        Buttons(
            buttons=(
                Link(label="Faire la demande", url="https://intranet.solane.example/frais", primary=True),
                Button(label="Accueil", action=Home()),
            )
        ),
    ),
)


def strings(value: Any) -> Iterator[str]:
    """Yield every text that is shown, in reading order."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_an_answer_looks_like_its_card() -> None:
    shown = render.message(ANSWER)
    assert [block["type"] for block in shown["blocks"]] == [
        "context",
        "header",
        "rich_text",
        "rich_text",
        "rich_text",
        "section",
        "context",
        "actions",
        "actions",
    ]
    assert "".join(strings(shown["blocks"][3])) == "Promesse\N{NO-BREAK SPACE}: 5 jours ouvrés · Tarif\N{NO-BREAK SPACE}: gratuit"
    link, home = shown["blocks"][7]["elements"]
    assert (link["url"], link["style"], "value" in link) == ("https://intranet.solane.example/frais", "primary", False)
    assert unpack(home["value"]) == Home()
    assert [button["text"]["text"] for button in shown["blocks"][8]["elements"]] == ["Ce n'est pas ma question"]
    assert shown["text"].startswith("[DAF · Finance] Notes de frais\nDéposez")


def test_long_facts_stand_one_a_line() -> None:
    (block,) = render.message(
        Message(language="en", blocks=(Fields(fields=(Field(label="Promise", value="x" * 80), Field(label="Price", value="free"))),))
    )["blocks"]
    assert "".join(strings(block)) == f"Promise: {'x' * 80}\nPrice: free"


def test_a_button_tells_a_screen_reader_what_it_opens() -> None:
    section = render.message(ANSWER)["blocks"][5]
    assert section["accessory"]["accessibility_label"] == "Ouvrir · Congés"


@pytest.mark.parametrize(
    "block",
    [
        Title(text=MARKUP, badge=MARKUP),
        Text(text=MARKUP),
        Text(text=MARKUP, strong=True),
        Fields(fields=(Field(label=MARKUP[:70], value=MARKUP),)),
        Bullets(items=(MARKUP,)),
        Items(items=(Item(title=MARKUP, detail=MARKUP, open="Ouvrir", action=Home()),)),
        Note(text=MARKUP),
    ],
)
def test_what_looks_like_markup_is_shown_as_it_stands(block: Any) -> None:
    shown = render.message(Message(language="fr", blocks=(block,)))
    assert '"mrkdwn"' not in json.dumps(shown["blocks"])
    assert MARKUP in "".join(strings(shown["blocks"]))
    assert all(text["emoji"] is False for text in _objects(shown["blocks"]) if text.get("type") == "plain_text")
    assert not set("<>") & set(shown["text"])


def test_nothing_said_is_still_a_message() -> None:
    for blocks in ((), (Text(text=" "), Note(text=""), Bullets(items=()), Items(items=()), Buttons(buttons=()), Fields(fields=()))):
        said = Message(language="fr", blocks=blocks)
        shown = render.message(said)
        assert rules.problems_of_blocks(shown["blocks"], limit=rules.MESSAGE_BLOCKS) == []
        assert shown["text"]
        assert rules.problems_of_view(render.home(said)) == []


def test_a_long_text_is_split_and_all_of_it_shown() -> None:
    text = "\n".join(f"Ligne {number} " + "mot " * 20 for number in range(60))
    shown = render.message(Message(language="fr", blocks=(Text(text=text),)))
    assert len(shown["blocks"]) > 1
    assert "".join("".join(strings(shown["blocks"])).split()) == "".join(text.split())


def test_a_list_too_long_is_cut_with_a_note_and_the_buttons_below_it_stay() -> None:
    items = tuple(Item(title=f"Service {number}", detail=None, open="Ouvrir", action=Home()) for number in range(70))
    said = Message(language="fr", blocks=(Title(text="Tous"), Items(items=items), Buttons(buttons=(Button(label="Accueil", action=Home()),))))
    blocks = render.message(said)["blocks"]
    assert len(blocks) == limits.MESSAGE_BLOCKS
    assert list(strings(blocks))[-2:] == ["… (+23)", "Accueil"]
    assert len(render.home(said)["blocks"]) == 72


def test_a_message_too_heavy_is_cut_with_a_note() -> None:
    shown = render.message(Message(language="fr", blocks=tuple(Text(text="x" * 2900) for _ in range(6))))
    assert list(strings(shown["blocks"]))[-1] == "… (+3)"


def test_more_buttons_than_a_row_takes_make_another_row() -> None:
    said = Message(language="fr", blocks=(Buttons(buttons=tuple(Button(label=f"{number}", action=Home()) for number in range(60))),))
    assert [len(block["elements"]) for block in render.message(said)["blocks"]] == [25, 25, 10]


@pytest.mark.parametrize("url", ["https://x/" + "y" * 3000, "javascript:alert(1)", "intranet"])
def test_a_link_that_slack_would_not_take_is_words(url: str) -> None:
    (block,) = render.message(Message(language="fr", blocks=(Buttons(buttons=(Link(label="Page", url=url),)),)))["blocks"]
    assert (block["type"], next(strings(block))[:5]) == ("context", "Page ")


# Forms


def form(*blocks: Text | Input | Choice) -> Form:
    return Form(language="fr", title="Question", blocks=blocks, action=WriteQuestion(slug="finance"), submit="Envoyer", cancel="Annuler")


def choice(number: int, chosen: str | None = None) -> Choice:
    return Choice(id="c", label="Lequel ?", options=tuple(Option(value=f"v{n}", label=f"Choix {n}") for n in range(number)), value=chosen)


@pytest.mark.parametrize(
    ("number", "kind", "held"), [(2, "radio_buttons", "options"), (50, "static_select", "options"), (250, "static_select", "option_groups")]
)
def test_a_choice_has_the_look_that_its_size_asks_for(number: int, kind: str, held: str) -> None:
    view = views.modal(form(choice(number, "v1")), ORIGIN)
    element = view["blocks"][0]["element"]
    assert (element["type"], held in element, element["initial_option"]["value"]) == (kind, True, "v1")
    assert "initial_option" not in views.modal(form(choice(number)), ORIGIN)["blocks"][0]["element"]
    assert rules.problems_of_view(view) == []


def test_a_form_without_inputs_is_still_a_view() -> None:
    assert rules.problems_of_view(views.modal(form(), ORIGIN)) == []


@pytest.mark.parametrize(
    "blocks",
    [
        (Input(id="a", label="A"), Input(id="a", label="B")),
        (Choice(id="c", label="C", options=()),),
        (Choice(id="c", label="C", options=(Option(value="x" * 151, label="X"),)),),
        (Choice(id="c", label="C", options=(Option(value="", label="X"),)),),
    ],
)
def test_a_form_that_no_dialog_should_make_is_told_at_once(blocks: Any) -> None:
    with pytest.raises(ValueError, match=r"one id|no options|value is 1 to 150"):
        views.modal(form(*blocks), ORIGIN)


def test_errors_stand_beside_their_inputs_or_at_the_first() -> None:
    said = form(Input(id="a", label="A"), Input(id="b", label="B"))
    errors = (FieldError(input="b", text="Trop court."), FieldError(input="z", text="Réessayez."), FieldError(input="b", text="Vraiment."))
    assert views.errors(FormErrors(form=said, errors=errors), ORIGIN) == {
        "response_action": "errors",
        "errors": {"b": "Trop court.\nVraiment.", "a": "Réessayez."},
    }


def test_errors_of_a_form_without_inputs_are_shown_in_it() -> None:
    shown = views.errors(FormErrors(form=form(Text(text="Confirmez.")), errors=(FieldError(input="x", text="Réessayez."),)), ORIGIN)
    assert (shown["response_action"], list(strings(shown["view"]["blocks"]))) == ("update", ["Réessayez.", "Confirmez."])


def scale(number: int, low: str = "pas du tout", high: str = "tout à fait") -> Rating:
    first = 0 if number == 11 else 1
    buttons = tuple(Button(label=str(first + step), action=Show(id=f"s{step}")) for step in range(number))
    return Rating(buttons=buttons, low=low, high=high)


@pytest.mark.parametrize("number", [5, 7, 11])
def test_a_scale_says_what_its_ends_mean_and_nothing_is_chosen(number: int) -> None:
    ends, row = render.message(Message(language="fr", blocks=(scale(number),)))["blocks"]
    first, last = (0, 10) if number == 11 else (1, number)
    assert ends["elements"][0]["text"] == f"{first} = pas du tout · {last} = tout à fait"
    assert [button["text"]["text"] for button in row["elements"]] == [str(step) for step in range(first, last + 1)]
    assert all("style" not in button for button in row["elements"])
    assert row["elements"][1]["accessibility_label"].startswith(f"{first + 1} ({first} = pas du tout")
    assert rules.problems_of_blocks([ends, row], limit=rules.MESSAGE_BLOCKS) == []


def test_a_scale_without_steps_shows_nothing() -> None:
    shown = render.message(Message(language="fr", blocks=(Text(text="?"), Rating(buttons=(), low="a", high="b"))))
    assert len(shown["blocks"]) == 1


def test_a_picture_is_shown_once_it_is_there_and_told_in_words_until_then() -> None:
    said = Message(language="fr", blocks=(Picture(attachment="k", alt="4 sur 5 en mars, 3 en avril"),))
    (words,) = render.message(said)["blocks"]
    assert words["elements"][0]["elements"][0]["text"] == "4 sur 5 en mars, 3 en avril"
    (picture,) = render.message(said, {"k": Uploaded(id="F1")})["blocks"]
    assert picture == {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "4 sur 5 en mars, 3 en avril"}


def test_a_file_is_named_and_linked_where_slack_tells_its_page() -> None:
    said = Message(language="fr", blocks=(File(attachment="k", name="avis.csv"),))
    for uploaded in ({}, {"k": Uploaded(id="F1")}):
        (named,) = render.message(said, uploaded)["blocks"]
        assert (named["type"], named["elements"][0]["text"]) == ("context", "avis.csv")
    (row,) = render.message(said, {"k": Uploaded(id="F1", permalink="https://solane.slack.com/files/F1")})["blocks"]
    assert (row["elements"][0]["text"]["text"], row["elements"][0]["url"]) == ("avis.csv", "https://solane.slack.com/files/F1")


# Anything

WORDS = st.text(max_size=60) | st.text(alphabet="ab \n*&<:é💥", max_size=60) | st.integers(0, 5000).map(lambda number: "mot " * number)
ACTIONS: st.SearchStrategy[Action] = st.sampled_from([Home(), Show(id="x" * 200), ForMe(question='"' * 512), ReportWrong(id="a", exchange="b")])
URLS = st.sampled_from(["https://solane.example", "http://x", "mailto:a@b", "", "https://" + "x" * 4000])
BUTTONS = st.builds(Button, label=WORDS, action=ACTIONS, primary=st.booleans()) | st.builds(Link, label=WORDS, url=URLS, primary=st.booleans())


def many(one: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    """A few of something, or very many of one."""
    return st.lists(one, max_size=4).map(tuple) | st.tuples(one, st.integers(0, most)).map(lambda pair: (pair[0],) * pair[1])


BLOCKS = st.one_of(
    st.builds(Title, text=WORDS, badge=st.none() | WORDS),
    st.builds(Text, text=WORDS, strong=st.booleans()),
    st.builds(Fields, fields=many(st.builds(Field, label=WORDS, value=WORDS), 40)),
    st.builds(Bullets, items=many(WORDS, 200)),
    st.builds(Items, items=many(st.builds(Item, title=WORDS, detail=st.none() | WORDS, open=WORDS, action=ACTIONS), 200)),
    st.builds(Buttons, buttons=many(BUTTONS, 200), quiet=st.booleans()),
    st.builds(Note, text=WORDS),
    st.builds(Rating, buttons=many(st.builds(Button, label=WORDS, action=ACTIONS), 30), low=WORDS, high=WORDS),
    st.builds(Picture, attachment=st.just("k"), alt=WORDS),
    st.builds(File, attachment=st.just("k"), name=WORDS),
)
MESSAGES = st.builds(Message, language=st.sampled_from(["fr", "en"]), blocks=many(BLOCKS, 120), place=st.sampled_from(Place))


@given(MESSAGES, st.sampled_from([{}, {"k": Uploaded(id="F1")}, {"k": Uploaded(id="F1", permalink="https://x.example/F1")}]))
@settings(max_examples=examples(150))
def test_any_message_fits(said: Message, uploaded: dict[str, Uploaded]) -> None:
    shown = render.message(said, uploaded)
    assert rules.problems_of_blocks(shown["blocks"], limit=rules.MESSAGE_BLOCKS) == []
    assert rules.weight(shown["blocks"]) <= rules.MESSAGE_WEIGHT
    assert 0 < len(shown["text"]) <= rules.MESSAGE_TEXT
    home = render.home(said)
    assert rules.problems_of_view(home) == []
    for block in SlackBlock.parse_all(shown["blocks"]):
        assert block is not None
        block.validate_json()
    View(**home).validate_json()


INPUTS = st.builds(
    Input, id=st.just("i"), label=WORDS, placeholder=WORDS, value=WORDS, multiline=st.booleans(), required=st.booleans(), limit=st.integers(-1, 9000)
)
OPTIONS = st.integers(1, 300).flatmap(lambda number: WORDS.map(lambda label: tuple(Option(value=f"v{n}", label=label) for n in range(number))))
CHOICES = st.builds(
    Choice, id=st.just("c"), label=WORDS, options=OPTIONS, value=st.none() | st.sampled_from(["v0", "v150", "other"]), required=st.booleans()
)
FORMS = st.builds(
    Form,
    language=st.sampled_from(["fr", "en"]),
    title=WORDS,
    blocks=st.tuples(st.builds(Text, text=WORDS, strong=st.booleans()), INPUTS, CHOICES),
    action=st.just(ReportWrong(id='"' * 900, exchange="x")),
    submit=WORDS,
    cancel=WORDS,
)


@given(FORMS)
@settings(max_examples=examples(60))
def test_any_form_fits(said: Form) -> None:
    view = views.modal(said, ORIGIN)
    assert rules.problems_of_view(view) == []
    View(**view).validate_json()


@given(st.text(alphabet="ab \n", max_size=400), st.integers(4, 50))
def test_pieces_of_a_text_fit_and_lose_no_word(text: str, limit: int) -> None:
    pieces = list(split(text, limit))
    assert all(piece.strip() and len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert 0 < len(clip(text, limit)) <= limit


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
