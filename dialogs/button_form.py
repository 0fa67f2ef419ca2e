"""The buttons of a step in a form.

Its values are texts by input: `button1` to `button3` (what each does), `labels_fr` and `labels_en` (one a line, in the order of the buttons), `link`
(the addresses that they open, with spaces between them) and `sheet` (what is shown by the one that tells more: no two do the same).
"""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Final

from dialogs.bilingual import HOLE, lines
from dialogs.campaign import Offer, StepButton
from dialogs.catalog import Catalogue, Language, Localized
from dialogs.form_values import choice, field
from dialogs.messages import Choice, FieldError, Input, Text
from dialogs.search.text import folded
from dialogs.texts import Texts
from dialogs.written import Place

NONE: Final = "none"
BUTTONS: Final = ("button1", "button2", "button3")
LIMITS: Final[Mapping[str, int]] = {"labels_fr": 300, "labels_en": 300, "link": 3_000, "sheet": 300}
_OFFERS: Final[tuple[Offer, ...]] = ("more", "done", "later", "reply", "ask", "link")


def values_of(catalogue: Catalogue, buttons: tuple[StepButton, ...], language: Language) -> dict[str, str]:
    """Return what the form shows of a step's buttons, sheets by their titles in `language`."""
    values = {name: buttons[place].does if place < len(buttons) else NONE for place, name in enumerate(BUTTONS)}
    labels = [button.label or Localized() for button in buttons]
    for spoken in catalogue.company.languages:
        values[f"labels_{spoken}"] = lines(labels, spoken)
    links = [button.link for button in buttons if button.link]
    sheet = next((button.sheet for button in buttons if button.sheet), None)
    found = catalogue.sheet(sheet) if sheet else None
    return values | {"link": " ".join(links), "sheet": found[1].title.to(language) if found else sheet or ""}


def buttons_of(
    t: Texts, catalogue: Catalogue, values: Mapping[str, str], shown: Mapping[str, str], former: tuple[StepButton, ...]
) -> tuple[tuple[StepButton, ...], tuple[FieldError, ...]]:
    """Return the buttons that the form says, and what belongs to none of them; untouched, they stay exactly as they were."""
    names = [name for name in shown if name in BUTTONS or name in LIMITS]
    if all(values.get(name, "") == shown[name] for name in names):
        return former, ()
    chosen = [next((offer for offer in _OFFERS if offer == values.get(name)), None) for name in BUTTONS]
    does = [offer for offer in chosen if offer is not None]
    links, sheet = values.get("link", "").split(), " ".join(values.get("sheet", "").split())
    if mistakes := tuple(_left_over(t, does, values, links, sheet)):
        return former, mistakes
    labels, opened, read = _labels(values), iter(links), []
    for place, offer in enumerate(does):
        read.append(
            StepButton(
                does=offer,
                label=labels[place] if place < len(labels) else None,
                sheet=_sheet(catalogue, sheet) if offer == "more" and sheet else None,
                link=next(opened, None) if offer == "link" else None,
            )
        )
    return tuple(read), ()


def inputs(t: Texts, catalogue: Catalogue, values: Mapping[str, str]) -> Iterator[Text | Input | Choice]:
    """Yield the part of the form that holds the buttons."""
    offers = [
        (NONE, t("No button")),
        ("more", t("Tell me more: it shows an answer")),
        ("done", t("It's done: they made the gesture")),
        ("later", t("Later: it comes again")),
        ("reply", t("Reply to us")),
        ("ask", t("Ask us a question")),
        ("link", t("Open a page")),
    ]
    names = (t("First button"), t("Second button"), t("Third button"))
    for name, label in zip(BUTTONS, names, strict=True):
        yield choice(name, label, offers, values[name])
    usual = t("one a line, in their order; empty for the usual words")
    for language in catalogue.company.languages:
        key = f"labels_{language}"
        label = t("What the buttons say, in French") if language == "fr" else t("What the buttons say, in English")
        yield field(t, key, label, values[key], LIMITS[key], multiline=True, hint=usual)
    yield field(t, "link", t("The page that a button opens"), values["link"], LIMITS["link"], hint="https://…")
    shows = t("its title, as people read it; empty for our card")
    yield field(t, "sheet", t("The answer that “Tell me more” shows"), values["sheet"], LIMITS["sheet"], hint=shows)


def input_of(place: Place, buttons: tuple[StepButton, ...], languages: tuple[Language, ...]) -> str:
    """Return the input that a part of the buttons stands in; `place` begins below them."""
    match place:
        case (int(), "label", *inside):
            return f"labels_{next((step for step in inside if step in ('fr', 'en')), languages[0])}"
        case (int(), "link" | "sheet" as name, *_):
            return str(name)
        case _:
            number = next((step for step in place if isinstance(step, int)), 0)
            return "link" if buttons[number].does == "link" and not buttons[number].link else BUTTONS[number]


def _left_over(t: Texts, does: list[Offer], values: Mapping[str, str], links: list[str], sheet: str) -> Iterator[FieldError]:
    for key in ("labels_fr", "labels_en"):
        if len(_lines(values.get(key, ""))) > len(does):
            yield FieldError(input=key, text=t("There are more lines than buttons: choose what each does, or take a line out."))
    if len(links) > does.count("link"):
        yield FieldError(input="link", text=t("No button opens this page: choose “Open a page” for one, or empty this."))
    if sheet and "more" not in does:
        yield FieldError(input="sheet", text=t("No button shows this: choose “Tell me more” for one, or empty this."))


def _labels(values: Mapping[str, str]) -> list[Localized | None]:
    """Return what each button says; a line that is empty, or only a dash, leaves it the usual words."""
    rows = zip_longest(*(_lines(values.get(key, "")) for key in ("labels_fr", "labels_en")), fillvalue="")
    said = [tuple(None if text in ("", HOLE, "-") else text for text in row) for row in rows]
    return [Localized(fr=french, en=english) if french or english else None for french, english in said]


def _lines(typed: str) -> list[str]:
    return [line.strip() for line in typed.strip().splitlines()]


def _sheet(catalogue: Catalogue, named: str) -> str:
    """Return the id of the sheet of that title, else what was typed: an id, or what the rules find wrong."""
    titles = {folded(title): sheet.id for _, sheet in catalogue.sheets() for title in (sheet.title.fr, sheet.title.en) if title}
    return named if catalogue.sheet(named) else titles.get(folded(named), named)
