"""What messages and forms look like in Teams."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.teams import render
from dialogs.actions import Action, FormAction, Home, NoneOfThese, ReportWrong, ShowFunction, WriteQuestion
from dialogs.attachment import Attachment
from dialogs.messages import (
    BUTTON_LIMIT,
    Block,
    Bullets,
    Button,
    Buttons,
    Choice,
    Field,
    FieldError,
    Fields,
    File,
    Form,
    Input,
    Item,
    Items,
    Link,
    Message,
    Note,
    Option,
    Picture,
    Rating,
    Text,
    Title,
)
from dialogs.packing import pack, unpack
from tests.examples import examples
from tests.platforms.adaptive_cards import card_error
from tests.platforms.teams_files import beside_the_limit

MARKUP = "*bold* _italic_ [a](https://b.example) # title & <at>you</at> `code` \\ ~no~"


def message(*blocks: Block) -> Message:
    return Message(language="fr", blocks=blocks)


def body(*blocks: Block) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = render.card(message(*blocks))["body"]
    return elements


def actions(within: object) -> Iterator[dict[str, Any]]:
    """Yield every action of a card, wherever it is."""
    match within:
        case dict():
            if str(within.get("type")).startswith("Action."):
                yield within
            else:
                yield from actions(list(within.values()))
        case list():
            for value in within:
                yield from actions(value)
        case _:
            return


def runs(elements: list[dict[str, Any]]) -> list[str]:
    return [run["text"] for element in elements if element["type"] == "RichTextBlock" for run in element["inlines"]]


def test_a_message_is_a_card_with_a_line_for_the_notification() -> None:
    sent = render.activity(message(Title(text="Notes de frais", badge="DAF"), Text(text="Cinq jours.")))

    assert sent["summary"] == "[DAF] Notes de frais"
    assert "text" not in sent
    (attachment,) = sent["attachments"]
    assert (attachment["contentType"], attachment["content"]["version"]) == ("application/vnd.microsoft.card.adaptive", "1.5")


def test_a_title_says_which_function_speaks() -> None:
    assert runs(body(Title(text="Notes de frais", badge="DAF"))) == ["DAF", "Notes de frais"]


def test_what_looks_like_markup_is_shown_as_it_stands() -> None:
    item = Item(title=MARKUP, detail=MARKUP, open="Voir", action=Home())
    elements = body(Title(text=MARKUP), Text(text=MARKUP), Note(text=MARKUP), Bullets(items=(MARKUP,)))
    (row,) = body(Items(items=(item,)))

    assert runs(elements) == [MARKUP, MARKUP, MARKUP, f"• {MARKUP}"]
    assert runs(row["columns"][0]["items"]) == [MARKUP, MARKUP]
    assert {element["type"] for element in elements} == {"RichTextBlock"}


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("*5* jours_ouvrés", r"\*5\* jours\_ouvrés"),
        ("[a](https://b.example)", r"\[a\](https://b.example)"),
        ("- 5 %", r"\- 5 %"),
        ("# 1", r"\# 1"),
        ("1. un", r"1\. un"),
        ("porte-à-porte + 2", "porte-à-porte + 2"),
        ("R&D <at>x</at> `c` \\ ~~n~~", r"R\&D \<at\>x\</at\> \`c\` \\ \~\~n\~\~"),
        ("deux\nlignes", "deux lignes"),
    ],
)
def test_a_fact_reads_markdown_so_its_marks_are_escaped(said: str, written: str) -> None:
    (facts,) = body(Fields(fields=(Field(label=said, value=said),)))

    assert facts["facts"] == [{"title": written, "value": written}]


def test_no_word_of_many_short_lines_is_left_out() -> None:
    lines = [f"n{number}" for number in range(600)]  # 3,000 characters, and 600 elements of eighty bytes each
    words, row = body(Text(text="\n".join(lines)), Buttons(buttons=(Button(label="Accueil", action=Home()),)))
    assert words["inlines"][0]["text"].split("\n") == lines
    assert row["type"] == "ActionSet"


def test_paragraphs_are_spaced_and_lines_are_not() -> None:
    elements = body(Text(text="un\ndeux\n\ntrois"))

    assert [(element["inlines"][0]["text"], element.get("spacing")) for element in elements] == [("un", None), ("deux", "none"), ("trois", None)]


def test_a_tap_can_replace_its_card_and_opens_a_form_where_the_action_says_so() -> None:
    report = ReportWrong(id="s", exchange="x")
    row = Buttons(buttons=(Button(label="DSI", action=ShowFunction(slug="it"), primary=True), Button(label="C'est faux", action=report)))

    first, second = actions(body(row))

    assert first == {
        "type": "Action.Execute",
        "title": "DSI",
        "style": "positive",
        "verb": "function",
        "data": {"pourqui": pack(ShowFunction(slug="it"))},
    }
    assert second == {"type": "Action.Submit", "title": "C'est faux", "data": {"pourqui": pack(report), "msteams": {"type": "task/fetch"}}}


def test_more_buttons_than_a_row_shows_go_to_further_rows() -> None:
    rows = body(Buttons(buttons=tuple(Button(label=str(number), action=Home()) for number in range(8))))

    assert [len(row["actions"]) for row in rows] == [6, 2]


def test_a_quiet_row_is_small_and_set_apart() -> None:
    quiet = Buttons(buttons=(Button(label="Ce n'est pas ma question", action=Home()), Button(label="C'est faux", action=Home())), quiet=True)

    (row,) = body(quiet)

    assert (row["type"], row["separator"]) == ("ColumnSet", True)
    assert all(column["items"][0]["inlines"][0]["isSubtle"] for column in row["columns"])
    assert [column["selectAction"]["title"] for column in row["columns"]] == ["Ce n'est pas ma question", "C'est faux"]


def test_a_link_opens_a_page_and_nothing_else() -> None:
    links = tuple(
        Link(label="Voir", url=url) for url in ("https://a.example", "mailto:a@b.example", "javascript:alert(1)", "file:///etc", "https:", "//[")
    )

    assert [action["url"] for action in actions(body(Buttons(buttons=links)))] == ["https://a.example", "mailto:a@b.example"]


def test_a_line_of_a_list_opens_with_its_own_button() -> None:
    (row,) = body(Items(items=(Item(title="Badge", detail="perdu ?", open="Voir", action=ShowFunction(slug="it")),)))

    (button,) = actions(row)
    assert (button["title"], button["verb"]) == ("Voir", "function")


def test_a_long_label_is_clipped() -> None:
    (button,) = actions(body(Buttons(buttons=(Button(label="a" * 200, action=Home()),))))

    assert len(button["title"]) == BUTTON_LIMIT


def test_ten_thousand_lines_are_cut_and_the_cut_is_shown() -> None:
    sent = render.activity(message(*(Text(text="une ligne") for _ in range(10_000))))

    assert len(render.encode(sent)) <= render.SIZE_LIMIT
    assert runs(sent["attachments"][0]["content"]["body"])[-2:] == ["une ligne", "…"]


def test_a_long_text_is_clipped_before_a_button_is_lost() -> None:
    elements = body(Text(text="mot " * 10_000), Buttons(buttons=(Button(label="DSI", action=Home()),)))

    assert [action["title"] for action in actions(elements)] == ["DSI"]


FORM = Form(
    language="fr",
    title="Une question",
    blocks=(
        Text(text="Dites-nous."),
        Input(id="question", label="Votre question", placeholder="…", value="déjà tapé", multiline=True, required=True, limit=500),
        Choice(id="to", label="À qui", options=(Option(value="it", label="DSI"), Option(value="hr", label="DRH")), value="hr"),
    ),
    action=WriteQuestion(slug=None),
    submit="Envoyer",
    cancel="Annuler",
)


def test_a_form_is_a_card_that_knows_what_opened_it() -> None:
    shown = render.form_card(FORM, message_id="42")

    text, question, choice = shown["body"]
    assert text["type"] == "RichTextBlock"
    assert question == {
        "type": "Input.Text",
        "id": "input.question",
        "label": "Votre question",
        "isMultiline": True,
        "maxLength": 500,
        "placeholder": "…",
        "value": "déjà tapé",
    }
    assert (choice["style"], choice["value"], [option["value"] for option in choice["choices"]]) == ("expanded", "hr", ["it", "hr"])
    (submit,) = shown["actions"]
    assert submit["data"] == {"pourqui": pack(WriteQuestion(slug=None)), "pourqui.form": "1", "pourqui.message": "42"}
    assert card_error(shown) is None


def test_errors_stand_below_their_inputs_and_those_of_no_input_at_the_top() -> None:
    errors = (FieldError(input="question", text="Trop court."), FieldError(input="gone", text="Réessayez."))

    shown = render.task(FORM, errors)["task"]["value"]["card"]["content"]

    kinds = [element["inlines"][0]["text"] if element["type"] == "RichTextBlock" else element["id"] for element in shown["body"]]
    assert kinds == ["Réessayez.", "Dites-nous.", "input.question", "Trop court.", "input.to"]
    assert card_error(shown) is None


def test_many_options_unfold() -> None:
    many = tuple(Option(value=str(number), label=str(number)) for number in range(9))
    form = Form(language="en", title="t", blocks=(Choice(id="c", label="c", options=many),), action=WriteQuestion(), submit="Send", cancel="Cancel")

    assert render.form_card(form)["body"][0]["style"] == "compact"


def scale(number: int) -> Rating:
    first = 0 if number == 11 else 1
    buttons = tuple(Button(label=str(first + step), action=ShowFunction(slug=f"s{step}")) for step in range(number))
    return Rating(buttons=buttons, low="pas du tout", high="tout à fait")


@pytest.mark.parametrize(("number", "rows", "width"), [(3, [3], 3), (5, [5], 5), (7, [4, 3], 4), (11, [6, 5], 6)])
def test_a_scale_is_a_row_of_boxes_of_one_width_with_what_its_ends_mean_below(number: int, rows: list[int], width: int) -> None:
    *steps, ends = body(scale(number))

    assert card_error(render.card(message(scale(number)))) is None
    assert [sum("selectAction" in column for column in row["columns"]) for row in steps] == rows
    assert {len(row["columns"]) for row in steps} == {width}
    first, last = (0, 10) if number == 11 else (1, number)
    chosen = [column["selectAction"] for row in steps for column in row["columns"] if "selectAction" in column]
    assert [action["title"] for action in chosen] == [str(step) for step in range(first, last + 1)]
    assert chosen[1]["tooltip"] == f"{first + 1} ({first} = pas du tout · {last} = tout à fait)"
    assert {action["type"] for action in chosen} == {"Action.Execute"}
    assert [runs(column["items"]) for column in ends["columns"]] == [[f"{first} = pas du tout"], [f"{last} = tout à fait"]]


def test_a_scale_without_steps_shows_nothing() -> None:
    assert runs(body(Text(text="?"), Rating(buttons=(), low="a", high="b"))) == ["?"]


PICTURE = Picture(attachment="k", alt="4 sur 5 en mars, 3 en avril")


def png(size: int, content_type: str = "image/png") -> dict[str, Attachment]:
    return {"k": Attachment(name="traces.png", content_type=content_type, content=bytes(size))}


def test_a_small_picture_stands_in_its_card() -> None:
    sent = render.activity(message(PICTURE, Note(text="mars")), png(9_000))

    (attachment,) = sent["attachments"]
    picture = attachment["content"]["body"][0]
    assert (picture["type"], picture["altText"]) == ("Image", PICTURE.alt)
    assert picture["url"].startswith("data:image/png;base64,AAAA")
    assert card_error(attachment["content"]) is None
    assert len(render.encode(sent)) <= render.SIZE_LIMIT


def test_a_large_picture_follows_its_card_which_tells_it_in_words() -> None:
    sent = render.activity(message(PICTURE), png(400_000))

    card, picture = sent["attachments"]
    assert runs(card["content"]["body"]) == [PICTURE.alt]
    assert (picture["contentType"], picture["name"]) == ("image/png", "traces.png")
    assert picture["contentUrl"].startswith("data:image/png;base64,AAAA")


@pytest.mark.parametrize("held", [{}, png(render.PICTURE_LIMIT + 1), png(10, "image/svg+xml")])
def test_what_teams_shows_no_picture_of_is_told_in_words(held: dict[str, Attachment]) -> None:
    sent = render.activity(message(PICTURE, File(attachment="k", name="avis.csv")), held)

    (card,) = sent["attachments"]
    assert runs(card["content"]["body"]) == [PICTURE.alt, "avis.csv"]


WORDS = st.text(max_size=400) | st.text(alphabet='"\\é€\U0001f600\n*_', max_size=3000)
ACTIONS: st.SearchStrategy[Action] = st.builds(ShowFunction, slug=st.text(max_size=50)) | st.builds(
    NoneOfThese, exchange=st.text(max_size=36), question=st.text(max_size=200)
)
FORM_ACTIONS: st.SearchStrategy[FormAction] = st.builds(ReportWrong, id=st.text(max_size=50), exchange=st.text(max_size=36))
ROWS: st.SearchStrategy[Button | Link] = st.builds(Button, label=WORDS, action=ACTIONS | FORM_ACTIONS, primary=st.booleans()) | st.builds(
    Link, label=WORDS, url=st.sampled_from(["https://a.example/x", "not a url", "mailto:a@b.example"])
)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Title, text=WORDS, badge=st.none() | WORDS),
    st.builds(Text, text=WORDS, strong=st.booleans()),
    st.builds(Note, text=WORDS),
    st.builds(Fields, fields=st.lists(st.builds(Field, label=WORDS, value=WORDS), max_size=6).map(tuple)),
    st.builds(Bullets, items=st.lists(WORDS, max_size=6).map(tuple)),
    st.builds(Items, items=st.lists(st.builds(Item, title=WORDS, detail=st.none() | WORDS, open=WORDS, action=ACTIONS), max_size=6).map(tuple)),
    st.builds(Buttons, buttons=st.lists(ROWS, max_size=9).map(tuple), quiet=st.booleans()),
    st.builds(Rating, buttons=st.lists(st.builds(Button, label=WORDS, action=ACTIONS), max_size=12).map(tuple), low=WORDS, high=WORDS),
    st.builds(Picture, attachment=st.just("k"), alt=WORDS),
    st.builds(File, attachment=st.just("k"), name=WORDS),
)


@given(blocks=st.lists(BLOCKS, max_size=8), held=st.sampled_from([{}, png(100), png(9_000), png(60_000)]))
@settings(max_examples=examples(60))
def test_every_message_keeps_to_the_limits_of_teams(blocks: list[Block], held: dict[str, Attachment]) -> None:
    sent = render.activity(message(*blocks), held)

    assert len(render.encode(sent)) - beside_the_limit(sent) <= render.SIZE_LIMIT
    content = sent["attachments"][0]["content"]
    assert card_error(content) is None
    assert content["body"]
    for element in content["body"]:
        assert len(element.get("actions", ())) <= render.ACTIONS_LIMIT
    for action in actions(content):
        assert 0 < len(action["title"]) <= BUTTON_LIMIT
        if action["type"] != "Action.OpenUrl":
            assert isinstance(unpack(action["data"]["pourqui"]), get_args(Action))
