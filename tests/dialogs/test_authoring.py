"""Those who answer for a function correct what it has written and add to it, two at once too, without leaving the chat."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from dialogs.actions import ListContent, RemoveSheet, WriteSheet
from dialogs.catalog import Catalogue, Entry, Language, Localized, Phrasings
from dialogs.facts import CatalogueEdited, GapSettled
from dialogs.gap import Gap, GapQuestion
from dialogs.messages import Choice, Form, FormErrors, Input, Place, Text
from dialogs.rights import Act
from dialogs.router import decide
from dialogs.sheet_form import AS_IT_IS, SEGMENTS_LIMIT
from tests.company import CATALOGUE, COMPANY, FINANCE, IT, LAPTOP, NOON, PASSWORD, TABLET
from tests.conversation import CHANNEL, asks_form, said, submits, taps
from tests.dialogs.authors import AUTHOR, MALIK, OWNER, VPN, as_, correct, edited, errors, opened, sheet, shown
from tests.dialogs.told import buttons, message, words

# --- the form ------------------------------------------------------------------------------------------------------------------------------------


def test_a_correction_starts_from_what_is_written() -> None:
    form = opened(asks_form(WriteSheet(slug="it", id="it_password")), as_(OWNER))
    assert form.title == "Correct the answer"
    values = shown(form)
    assert values["title_fr"] == "Comment changer mon mot de passe ?"
    assert values["body_en"] == "On the portal, choose Forgotten password."
    assert values["phrasings_en"].split("\n") == list(PASSWORD.phrasings.en)
    assert values["audience"] == "all"
    assert [option.label for block in form.blocks if isinstance(block, Choice) for option in block.options] == [
        "Everyone",
        "Sales teams",
        "Field technicians",
        "Managers",
    ]


def test_a_service_has_the_same_form_under_its_own_names() -> None:
    form = opened(asks_form(WriteSheet(slug="it", id="it_laptop")), as_(OWNER, language="fr"))
    assert form.title in ("Correct the service", "Corriger le service")
    assert [block.id for block in form.blocks if isinstance(block, Input)] == [
        "title_fr",
        "title_en",
        "body_fr",
        "body_en",
        "phrasings_fr",
        "phrasings_en",
    ]


def test_nothing_typed_is_nothing_changed_but_the_day_it_was_checked() -> None:
    bank = replace(
        PASSWORD, reply=Localized(fr="Sur le portail.\n", en=" On the portal.\nThen wait. "), phrasings=Phrasings(en=("a\nb", "c  d", "e"))
    )
    catalogue = replace(CATALOGUE, functions=(replace(IT, entries=(bank,)), FINANCE))
    fact = edited(correct("it_password", {"body_en": "On the portal.\r\nThen wait."}, as_(OWNER, catalogue=catalogue)))
    assert sheet(fact.catalogue, "it_password") == replace(bank, checked=NOON.date())


def test_a_correction_answers_at_once_and_says_who_can_go_back() -> None:
    turn = correct(
        "it_password", {"body_en": "Ask the bot for a link.", "title_fr": "", "phrasings_en": "reset my code\nexpired passcode"}, as_(OWNER)
    )
    fact = edited(turn)
    assert (fact.act, fact.function, fact.subject) == (Act.WRITE_CONTENT, "it", "it_password")
    assert sheet(fact.catalogue, "it_password") == replace(
        PASSWORD,
        question=Localized(en="How do I change my password?"),
        reply=Localized(fr="Sur le portail, choisissez Mot de passe oublié.", en="Ask the bot for a link."),
        phrasings=Phrasings(fr=PASSWORD.phrasings.fr, en=("reset my code", "expired passcode")),
        checked=NOON.date(),
    )
    for said_ in (
        "Published: this is what I answer from now on.",
        "Ask the bot for a link.",
        "Checked on 20 Nov 2026 by Malik Benali",
        "For everyone",
    ):
        assert said_ in words(turn)
    assert "2 phrasings in English. Write at least 5, as people really ask." in words(turn)
    assert "The text is missing in French. Translate it; until then the other language is shown." in words(turn)
    assert "Every former version is kept: an admin can go back to one." in words(turn)
    assert buttons(turn)["Correct"].action == WriteSheet(slug="it", id="it_password")
    assert buttons(turn)["Remove"].action == RemoveSheet(id="it_password")
    assert buttons(turn)["All we have written"].action == ListContent(slug="it")


def test_a_service_keeps_what_the_form_does_not_show() -> None:
    fact = edited(correct("it_laptop", {"title_en": "A new laptop"}, as_(AUTHOR)))
    title = Localized(fr="Remplacer un ordinateur portable", en="A new laptop")
    assert sheet(fact.catalogue, "it_laptop") == replace(LAPTOP, title=title, checked=NOON.date())


def test_who_corrects_a_sheet_of_nobody_answers_for_it() -> None:
    assert sheet(edited(correct("it_tablet", {"title_en": "Tablet"}, as_(OWNER))).catalogue, "it_tablet").owner == MALIK.email


def test_a_full_sheet_has_no_remark_and_an_author_no_button_to_remove_it() -> None:
    turn = correct("it_laptop", {"title_en": "A new laptop"}, as_(AUTHOR))
    assert "Worth a look" not in words(turn)
    assert "Remove" not in buttons(turn)


@pytest.mark.parametrize(
    ("checked", "review_by", "expected"),
    [
        (date(2026, 5, 1), date(2026, 11, 1), date(2027, 5, 23)),
        (None, date(2026, 11, 1), date(2027, 11, 20)),
        (date(2026, 11, 1), date(2026, 11, 1), date(2026, 11, 21)),
        (None, date(2026, 12, 1), date(2026, 12, 1)),
        (None, None, None),
    ],
)
def test_the_next_review_comes_as_long_after_as_before(checked: date | None, review_by: date | None, expected: date | None) -> None:
    late = replace(PASSWORD, checked=checked, review_by=review_by)
    catalogue = replace(CATALOGUE, functions=(replace(IT, entries=(late,)), FINANCE))
    assert sheet(edited(correct("it_password", {}, as_(OWNER, catalogue=catalogue))).catalogue, "it_password").review_by == expected


def test_an_audience_that_is_a_combination_stays_until_another_is_chosen() -> None:
    form = opened(asks_form(WriteSheet(slug="it", id="it_tablet")), as_(OWNER))
    (choice,) = (block for block in form.blocks if isinstance(block, Choice))
    assert (choice.value, choice.options[0].label) == (AS_IT_IS, "As it is: Field technicians, except Managers")
    kept = sheet(edited(correct("it_tablet", {}, as_(OWNER))).catalogue, "it_tablet")
    assert (kept.audience, kept.not_for) == (TABLET.audience, TABLET.not_for)
    chosen = sheet(edited(correct("it_tablet", {"audience": "managers"}, as_(OWNER))).catalogue, "it_tablet")
    assert (chosen.audience, chosen.not_for) == (("managers",), ())


def test_a_company_of_one_language_without_groups_has_a_short_form() -> None:
    catalogue = replace(CATALOGUE, company=replace(COMPANY, languages=("fr",), segments={}))
    at = as_(OWNER, catalogue=catalogue)
    form = opened(asks_form(WriteSheet(slug="it", id="it_password")), at)
    assert list(shown(form)) == ["title_fr", "body_fr", "phrasings_fr"]
    corrected = sheet(edited(correct("it_password", {"title_fr": "Mot de passe"}, at)).catalogue, "it_password")
    assert corrected.title == Localized(fr="Mot de passe", en="How do I change my password?")


def test_phrasings_that_find_no_room_stay() -> None:
    phrasings = tuple(f"{place} {'long ' * 60}question" for place in range(14))
    long = replace(PASSWORD, phrasings=Phrasings(en=phrasings))
    at = as_(OWNER, catalogue=replace(CATALOGUE, functions=(replace(IT, entries=(long,)), FINANCE)))
    form = opened(asks_form(WriteSheet(slug="it", id="it_password")), at)
    held = shown(form)["phrasings_en"].split("\n")
    assert len(held) == 9
    assert "5 more find no room here, and stay as they are." in [block.text for block in form.blocks if isinstance(block, Text)]
    corrected = sheet(edited(correct("it_password", {"phrasings_en": "\n".join(["short", *held[2:]])}, at)).catalogue, "it_password")
    assert corrected.phrasings.en == ("short", *phrasings[2:])


def test_more_groups_than_a_menu_holds_are_said_and_the_one_in_use_is_there() -> None:
    segments = {f"s{place:03}": Localized(en=f"Group {place}") for place in range(120)}
    theirs = replace(PASSWORD, audience=("s110",))
    catalogue = Catalogue(company=replace(COMPANY, segments=segments), functions=(replace(IT, services=(), entries=(theirs,)),))
    form = opened(asks_form(WriteSheet(slug="it", id="it_password")), as_(OWNER, catalogue=catalogue))
    (choice,) = (block for block in form.blocks if isinstance(block, Choice))
    assert (choice.value, len(choice.options)) == ("s110", SEGMENTS_LIMIT + 2)
    assert form.blocks[-1] == Text(text="The other groups find no room here; the YAML pack has them all.")


# --- something new -------------------------------------------------------------------------------------------------------------------------------


def test_a_new_answer_is_written_with_an_id_that_reads() -> None:
    form = opened(taps(WriteSheet(slug="it")), as_(OWNER))
    assert (form.title, shown(form)) == ("New answer", {"audience": "all"})
    fact = edited(decide(None, submits(form.action, VPN), as_(OWNER)))
    assert fact.subject == "it_start_vpn"
    assert sheet(fact.catalogue, "it_start_vpn") == Entry(
        id="it_start_vpn",
        question=Localized(en="How do I start the VPN?"),
        reply=Localized(en="From the icon near the clock."),
        phrasings=Phrasings(en=("vpn", "work from home network")),
        owner=MALIK.email,
        checked=NOON.date(),
    )


@pytest.mark.parametrize(
    ("title_fr", "title_en", "expected"),
    [
        ("Où est l’œuvre d’art ?", "", "it_oeuvre_art"),
        ("", "What is it?", "it_what_is_it"),
        ("", "שלום", "it_answer"),
        ("", "Password", "it_password_2"),
        ("", "A very long title about everything that a colleague could ever want", "it_long_title_everything_colleague_ever"),
    ],
)
def test_an_id_comes_from_the_title_and_is_free(title_fr: str, title_en: str, expected: str) -> None:
    fact = edited(decide(None, submits(WriteSheet(slug="it"), VPN | {"title_fr": title_fr, "title_en": title_en}), as_(OWNER)))
    assert fact.subject == expected
    assert fact.catalogue.sheet(fact.subject) is not None


def test_an_id_has_a_prefix_only_where_the_others_share_one() -> None:
    mixed = replace(IT, entries=(replace(PASSWORD, id="vpn"),))
    fact = edited(decide(None, submits(WriteSheet(slug="it"), VPN), as_(OWNER, catalogue=replace(CATALOGUE, functions=(mixed, FINANCE)))))
    assert fact.subject == "start_vpn"


def test_a_new_answer_for_a_group_says_for_whom() -> None:
    turn = decide(None, submits(WriteSheet(slug="it"), VPN | {"audience": "sales"}), as_(OWNER))
    assert sheet(edited(turn).catalogue, "it_start_vpn").audience == ("sales",)
    assert "For Sales teams" in words(turn)


def test_a_question_that_another_sheet_answers_already_is_remarked() -> None:
    turn = decide(None, submits(WriteSheet(slug="it"), VPN | {"phrasings_en": "expense claims"}), as_(OWNER))
    assert '"expense claims" is nearly the same as "expense claim" of fin_expenses. Make them differ' in words(turn)


def test_a_typed_command_offers_the_form_that_only_a_tap_can_open() -> None:
    turn = decide(None, said("write IT", where=CHANNEL), as_(OWNER))
    assert buttons(turn)["Write a new answer"].action == WriteSheet(slug="it")
    assert message(turn).place is Place.PRIVATE


def asked(text: str, language: Language = "en") -> GapQuestion:
    return GapQuestion(text=text, language=language, kind="unanswered", asked_at=datetime.fromisoformat("2026-11-19T10:00:00+00:00"))


GAP = Gap(
    id="g1", function="it", questions=(asked("vpn on  my phone?"), asked("mobile vpn"), asked("le vpn au téléphone", "fr"), asked(" ")), count=9
)


def test_a_gap_fills_the_form_in_and_is_settled_by_its_answer() -> None:
    at = as_(OWNER, gaps=(GAP,))
    form = opened(asks_form(WriteSheet(slug="it", gap="g1")), at)
    assert shown(form) == {
        "title_fr": "le vpn au téléphone",
        "title_en": "vpn on my phone?",
        "phrasings_fr": "le vpn au téléphone",
        "phrasings_en": "vpn on my phone?\nmobile vpn",
        "audience": "all",
    }
    turn = decide(None, submits(form.action, shown(form) | {"body_en": "Not yet."}), at)
    assert turn.facts[1] == GapSettled(gap="g1", function="it", decision="written", subject=edited(turn).subject)


def test_a_gap_that_somebody_settled_meanwhile_is_left_alone() -> None:
    turn = decide(None, submits(WriteSheet(slug="it", gap="g1"), VPN), as_(OWNER))
    assert [type(fact) for fact in turn.facts] == [CatalogueEdited]


def test_a_gap_of_many_long_questions_fills_what_there_is_room_for() -> None:
    gap = replace(GAP, questions=tuple(asked(f"{place} {'why ' * 100}") for place in range(12)))
    values = shown(opened(asks_form(WriteSheet(slug="it", gap="g1")), as_(OWNER, gaps=(gap,))))
    assert len(values["phrasings_en"]) <= 3000
    assert len(values["title_en"]) <= 150


def test_a_gap_in_a_language_that_the_company_does_not_write_is_left_out() -> None:
    catalogue = replace(CATALOGUE, company=replace(COMPANY, languages=("fr",)))
    values = shown(opened(asks_form(WriteSheet(slug="it", gap="g1")), as_(OWNER, gaps=(GAP,), catalogue=catalogue)))
    assert values == {"title_fr": "le vpn au téléphone", "phrasings_fr": "le vpn au téléphone", "audience": "all"}


# --- what is wrong -------------------------------------------------------------------------------------------------------------------------------


def test_an_empty_form_says_what_is_missing_beside_it() -> None:
    assert errors(decide(None, submits(WriteSheet(slug="it"), {"audience": "all"}), as_(OWNER))) == {
        "title_fr": "Write the title, in one language at least.",
        "body_fr": "Write the answer, in one language at least.",
    }


def test_every_mistake_is_said_beside_its_field_and_nothing_typed_is_lost() -> None:
    typed = {
        "title_en": "t" * 151,
        "body_en": "Press \x07 then wait.",
        "phrasings_en": f"vpn\n{'p' * 513}",
        "audience": "sale",
    }
    turn = decide(None, submits(WriteSheet(slug="it"), typed), as_(OWNER))
    assert errors(turn) == {
        "title_en": "The text has 151 characters, 150 at most. Shorten it.",
        "body_en": "A character that can't be shown. Remove it.",
        "phrasings_en": "Line 2: The text has 513 characters, 512 at most. Shorten it.",
        "audience": '"sale" isn\'t a segment. Did you mean sales?',
    }
    (reply,) = turn.replies
    assert isinstance(reply, FormErrors)
    assert {block.id: block.value for block in reply.form.blocks if isinstance(block, Input) and block.value} == {
        name: value for name, value in typed.items() if name != "audience"
    }


# --- two at once ---------------------------------------------------------------------------------------------------------------------------------


def test_two_who_correct_different_parts_at_once_both_succeed() -> None:
    form = opened(asks_form(WriteSheet(slug="it", id="it_password")), as_(OWNER))
    first = edited(correct("it_password", {"title_en": "Change my password"}, as_(OWNER))).catalogue
    second = edited(decide(None, submits(form.action, shown(form) | {"body_fr": "Au guichet."}), as_(OWNER, catalogue=first))).catalogue
    assert sheet(second, "it_password").title.en == "Change my password"
    assert sheet(second, "it_password").body.fr == "Au guichet."


def test_two_who_correct_the_same_part_at_once_see_both_texts_and_decide() -> None:
    form = opened(asks_form(WriteSheet(slug="it", id="it_password")), as_(OWNER))
    first = edited(correct("it_password", {"body_en": "At the desk. " * 40, "audience": "sales", "phrasings_en": ""}, as_(OWNER))).catalogue
    at = as_(OWNER, catalogue=first)
    mine = shown(form) | {"body_en": "On the intranet.", "audience": "managers", "phrasings_en": "code lost", "title_fr": "Mon code"}
    again = opened(submits(form.action, mine), at)
    said_ = [block.text for block in again.blocks if isinstance(block, Text)]
    assert said_[0].startswith("Somebody else changed this since you opened the form.")
    assert said_[1].startswith("Answer, in English, as it is now: At the desk.")
    assert said_[1].endswith("…")
    assert said_[2] == "How people ask for it in English, one way a line, as it is now: –"
    assert said_[3] == "For whom, as it is now: Sales teams"
    assert shown(again)["body_en"] == "On the intranet."
    assert shown(again)["title_fr"] == "Mon code"
    corrected = sheet(edited(decide(None, submits(again.action, shown(again)), at)).catalogue, "it_password")
    assert (corrected.body.en, corrected.audience, corrected.phrasings.en) == ("On the intranet.", ("managers",), ("code lost",))


def test_a_form_that_does_not_say_what_it_was_opened_on_overwrites_nothing() -> None:
    for base in (None, "rubbish"):
        action = WriteSheet(slug="it", id="it_password", base=base)
        (reply,) = decide(None, submits(action, {"title_en": "Mine", "body_en": "Mine", "audience": "all"}), as_(OWNER)).replies
        assert isinstance(reply, Form)


def test_what_was_removed_meanwhile_can_be_written_anew() -> None:
    without = replace(CATALOGUE, functions=(replace(IT, entries=()), FINANCE))
    for audience, expected in ((AS_IT_IS, "all"), ("sales", "sales")):
        action = WriteSheet(slug="it", id="it_password", base="x:y")
        form = opened(submits(action, VPN | {"audience": audience}), as_(OWNER, catalogue=without))
        assert isinstance(form.blocks[0], Text)
        assert form.blocks[0].text.startswith("Somebody removed this since you opened the form.")
        assert shown(form)["audience"] == expected
        assert edited(decide(None, submits(form.action, shown(form)), as_(OWNER, catalogue=without))).subject == "it_start_vpn"
