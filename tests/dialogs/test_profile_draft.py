"""A drafted profile: read as people will see it, completed in both languages, published by those who answer for the function."""

from dataclasses import replace

import pytest

from dialogs.actions import EditProfile, Home, Interview, PublishProfile, ShowFunction
from dialogs.catalog import Catalogue, Contact, Function, Localized
from dialogs.events import FormSubmitted
from dialogs.facts import CatalogueEdited, ProfileDrafted, Refused
from dialogs.messages import Button, Form, FormErrors, Input, Place, Text
from dialogs.profile_draft import card, drafted_or_published
from dialogs.profile_form import digest
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.company import ALICE, CATALOGUE, COMPANY, FINANCE, IT
from tests.conversation import CHANNEL, asks_form, said, submits, taps
from tests.dialogs.told import buttons, context, fact, message, words

OWNER = frozenset({Grant(role=Role.OWNER, function="it"), Grant(role=Role.OWNER, function="finance")})
AUTHOR = frozenset({Grant(role=Role.AUTHOR, function="it"), Grant(role=Role.AUTHOR, function="finance")})
DRAFT = replace(
    IT,
    services=(),
    entries=(),
    purpose=Localized(en="We keep your tools running.", fr="Vos outils marchent."),
    clients=(Localized(en="Sales people"), Localized(en="All employees", fr="Tous les salariés")),
    posture=Localized(en="You get a name."),
    partners=("finance", Localized(en="Our carriers")),
)
NAMELESS = Function(slug="finance", names=FINANCE.names)


def entitled(
    grants: frozenset[Grant] = OWNER, *, drafts: tuple[Function, ...] = (DRAFT,), catalogue: Catalogue = CATALOGUE, person_email: str = ""
) -> Context:
    person = replace(ALICE, email=person_email) if person_email else ALICE
    return replace(context(person, language="en", catalogue=catalogue), grants=grants, drafts={draft.slug: draft for draft in drafts})


def shown(draft: Function, within: Context) -> str:
    return words(Turn(replies=(replace(message(decide(None, said("home"), within)), blocks=card(within, draft)),)))


def form(turn: Turn) -> Form:
    (reply,) = turn.replies
    assert isinstance(reply, Form)
    return reply


def values(form: Form) -> dict[str, str]:
    return {block.id: block.value for block in form.blocks if isinstance(block, Input)}


def opened(within: Context, slug: str = "it") -> Form:
    return form(decide(None, asks_form(EditProfile(slug=slug)), within))


def sent(within: Context, slug: str = "it", **typed: str) -> FormSubmitted:
    """Open the form, type into it, and send it."""
    asked = opened(within, slug)
    assert isinstance(asked.action, EditProfile)
    return submits(asked.action, values(asked) | typed)


def kept(turn: Turn) -> Function:
    (only,) = (each for each in turn.facts if isinstance(each, ProfileDrafted))
    assert only.draft is not None
    return only.draft


# --- the card ------------------------------------------------------------------------------------------------------------------------------------


def test_a_draft_is_shown_as_people_will_see_it() -> None:
    text = shown(DRAFT, entitled())
    for expected in (
        "A draft: nobody else reads it before it's published.",
        "[IT · Information Technology] What are we for?\nWe keep your tools running.",
        "You get a name.",
        "We work for: Sales people · All employees",
        "With: Finance, Our carriers",
        "Contacts: Malik Benali, Head of support (malik.benali@vaubert.example)",
    ):
        assert expected in text


def test_it_says_what_is_missing_in_each_language() -> None:
    text = shown(DRAFT, entitled())
    assert "In French: 1 client, 1 partner, your promise" in text
    assert "In English" not in text
    assert "In English: what you are for" in shown(replace(DRAFT, purpose=Localized(fr="Vos outils marchent.")), entitled())
    assert "In no language: what you are for, for whom you work, with whom, your promise, whom to write to" in shown(NAMELESS, entitled())


def test_a_company_of_one_language_misses_nothing_in_the_other() -> None:
    english = replace(CATALOGUE, company=replace(COMPANY, languages=("en",)))
    assert "Still missing" not in shown(DRAFT, entitled(catalogue=english))
    assert not any(name.endswith("_fr") for name in values(opened(entitled(catalogue=english))))


def test_an_owner_completes_what_is_missing_first_and_publishes_what_is_complete() -> None:
    def primary(draft: Function) -> list[str]:
        rows = [block for block in card(entitled(), draft) if hasattr(block, "buttons")]
        return [button.label for row in rows for button in row.buttons if isinstance(button, Button) and button.primary]

    whole = replace(IT, partners=("finance",))
    assert primary(DRAFT) == ["Complete"]
    assert primary(whole) == ["Publish"]


def test_an_author_is_told_who_publishes() -> None:
    text = shown(DRAFT, entitled(AUTHOR))
    assert "[Publish]" not in text
    assert "Tell Malik Benali (malik.benali@vaubert.example) that it's ready." in text
    for within in (
        entitled(AUTHOR, person_email="malik.benali@vaubert.example"),
        entitled(AUTHOR, catalogue=Catalogue(company=COMPANY, functions=())),
    ):
        assert "An owner of the function publishes it, or an admin of pourqui: tell them that it's ready." in shown(DRAFT, within)


# --- the form ------------------------------------------------------------------------------------------------------------------------------------


def test_the_form_holds_both_languages_side_by_side() -> None:
    assert values(opened(entitled())) == {
        "purpose_fr": "Vos outils marchent.",
        "purpose_en": "We keep your tools running.",
        "clients_fr": "–\nTous les salariés",
        "clients_en": "Sales people\nAll employees",
        "posture_fr": "",
        "posture_en": "You get a name.",
        "partners": "Finance\nOur carriers",
        "contacts": "Malik Benali, malik.benali@vaubert.example\nClaire Vasseur, claire.vasseur@vaubert.example",
    }


def test_without_a_draft_the_form_holds_what_is_published() -> None:
    assert values(opened(entitled(drafts=())))["purpose_fr"] == "Donner à chacun des outils fiables."


def test_what_is_completed_is_a_draft_still() -> None:
    within = entitled()
    typed = {"clients_fr": "Les commerciaux\nTous les salariés", "posture_fr": "Un nom.", "partners": "Finance\nnos opérateurs | our carriers"}
    turn = decide(None, sent(within, **typed), within)
    draft = kept(turn)
    assert draft.clients == (Localized(fr="Les commerciaux", en="Sales people"), Localized(fr="Tous les salariés", en="All employees"))
    assert draft.posture == Localized(fr="Un nom.", en="You get a name.")
    assert draft.partners == ("finance", Localized(fr="nos opérateurs", en="our carriers"))
    assert draft.contacts == IT.contacts
    assert turn.facts == (ProfileDrafted(function="it", draft=draft),)
    assert message(turn).place is Place.UPDATE
    assert "Still missing" not in words(turn)


def test_a_form_sent_back_as_it_was_changes_nothing() -> None:
    within = entitled()
    assert kept(decide(None, sent(within), within)) == DRAFT


def test_what_is_emptied_goes() -> None:
    within = entitled()
    emptied = kept(decide(None, sent(within, purpose_fr="", purpose_en=" ", clients_fr="", clients_en="", partners="", contacts=""), within))
    assert (emptied.purpose, emptied.clients, emptied.partners, emptied.contacts) == (None, (), (), ())


def test_partners_are_functions_by_any_name_or_people_outside_by_theirs() -> None:
    within = entitled()
    partners = kept(decide(None, sent(within, partners="compta\nOur carriers\nthe bank\n| Rivers\nDAF\n|"), within)).partners
    assert partners == ("finance", Localized(en="Our carriers"), Localized(en="the bank"), Localized(en="Rivers"))


def test_a_partner_that_left_the_catalogue_is_not_published_again() -> None:
    draft = replace(DRAFT, partners=("hr", "finance"))
    within = entitled(drafts=(draft,))
    assert values(opened(within))["partners"] == "Finance"
    edited = published(within, replace(draft, partners=("finance",))).facts[0]
    assert isinstance(edited, CatalogueEdited)
    after = edited.catalogue.function("it")
    assert after is not None
    assert after.partners == ("finance",)


def test_contacts_keep_their_role_and_mandate() -> None:
    within = entitled()
    lines = "Malik Benali-Roy, malik.benali@vaubert.example\n\n<karine@vaubert.example>\nKarine, karine@vaubert.example"
    malik, karine = kept(decide(None, sent(within, contacts=lines), within)).contacts
    assert malik == replace(IT.contacts[0], name="Malik Benali-Roy")
    assert karine == Contact(name="Karine", email="karine@vaubert.example")


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("purpose_en", "x" * 3_001, "The text has 3001 characters, 3000 at most. Shorten it."),
        ("clients_fr", "–\n" + "x" * 3_001, "Line 2: The text has 3001 characters, 3000 at most. Shorten it."),
        ("partners", "Finance\n" + "x" * 3_001, "Line 2: The text has 3001 characters, 3000 at most. Shorten it."),
        ("contacts", "Malik, malik@vaubert.example\nClaire Vasseur", "Line 2: Write a name and an e-mail address."),
        ("contacts", "x" * 76 + ", malik@vaubert.example", "Line 1: The text has 76 characters, 75 at most. Shorten it."),
        ("posture_fr", "Un\x07nom", "A character that can't be shown. Remove it."),
    ],
)
def test_what_is_wrong_is_said_beside_its_input_and_nothing_typed_is_lost(name: str, typed: str, expected: str) -> None:
    within = entitled()
    (errors,) = decide(None, sent(within, **{name: typed}), within).replies
    assert isinstance(errors, FormErrors)
    assert [(error.input, error.text) for error in errors.errors] == [(name, expected)]
    if len(typed) <= 3_000:
        assert values(errors.form)[name] == typed


def test_a_list_longer_than_an_input_stays_out_of_the_form_and_as_it_is() -> None:
    long = tuple(Localized(en=f"{number} " + "x" * 500, fr=f"{number}") for number in range(8))
    within = entitled(drafts=(replace(DRAFT, clients=long),))
    asked = opened(within)
    assert "clients_en" not in values(asked)
    assert any(isinstance(block, Text) and "too long for this form" in block.text for block in asked.blocks)
    assert kept(decide(None, sent(within, posture_fr="Un nom."), within)).clients == long


def test_two_who_complete_different_things_at_once_both_succeed() -> None:
    first = sent(entitled(), posture_fr="Un nom.")
    meanwhile = entitled(drafts=(replace(DRAFT, purpose=Localized(en="We mend.", fr="Nous dépannons.")),))
    draft = kept(decide(None, first, meanwhile))
    assert draft.purpose == Localized(en="We mend.", fr="Nous dépannons.")
    assert draft.posture == Localized(en="You get a name.", fr="Un nom.")


def test_two_who_change_the_same_thing_at_once_see_both_texts() -> None:
    first = sent(entitled(), purpose_fr="Rien ne s'arrête.", posture_en="")
    theirs = "Nous dépannons. " + "x" * 500
    meanwhile = entitled(drafts=(replace(DRAFT, purpose=Localized(en="We keep your tools running.", fr=theirs), posture=Localized(fr="Un nom.")),))
    again = form(decide(None, first, meanwhile))
    assert values(again)["purpose_fr"] == "Rien ne s'arrête."
    notes = [block.text for block in again.blocks if isinstance(block, Text)]
    assert notes[0].startswith("Somebody else changed this since you opened the form.")
    assert notes[1].startswith("What we are for, in French, as it is now: Nous dépannons.")
    assert notes[1].endswith("…")
    second = submits(again.action, values(again))
    assert isinstance(again.action, EditProfile)
    draft = kept(decide(None, second, meanwhile))
    assert draft.purpose == Localized(fr="Rien ne s'arrête.", en="We keep your tools running.")


def test_what_was_emptied_by_one_and_changed_by_another_is_shown_as_nothing() -> None:
    first = sent(entitled(), posture_en="Two names.")
    (note, *_) = form(decide(None, first, entitled(drafts=(replace(DRAFT, posture=None),)))).blocks[1:]
    assert isinstance(note, Text)
    assert note.text == "What we promise, in English, as it is now: –"


@pytest.mark.parametrize("event", [asks_form(EditProfile(slug="it")), submits(EditProfile(slug="it"), {}), taps(EditProfile(slug="it"))])
def test_who_does_not_write_for_the_function_opens_no_form(event: FormSubmitted) -> None:
    assert fact(decide(None, event, entitled(frozenset()))) == Refused(act=Act.DRAFT_PROFILE, function="it", subject="it")


# --- publishing ----------------------------------------------------------------------------------------------------------------------------------


def published(within: Context, draft: Function = DRAFT) -> Turn:
    return decide(None, taps(PublishProfile(slug=draft.slug, base=digest(draft))), within)


def test_an_owner_publishes_what_everybody_then_reads() -> None:
    turn = published(entitled())
    edited, dropped = turn.facts
    assert isinstance(edited, CatalogueEdited)
    assert (edited.act, edited.function, edited.subject) == (Act.PUBLISH_PROFILE, "it", "it")
    assert dropped == ProfileDrafted(function="it", draft=None)
    after = edited.catalogue.function("it")
    assert after is not None
    assert (after.purpose, after.clients, after.partners, after.posture) == (DRAFT.purpose, DRAFT.clients, DRAFT.partners, DRAFT.posture)
    assert (after.services, after.entries, after.proof) == (IT.services, IT.entries, IT.proof)
    assert edited.catalogue.function("finance") == FINANCE
    assert words(turn).startswith("Published: this is what everybody reads from now on.")
    assert "We keep your tools running." in words(turn)
    assert {label: button.action for label, button in buttons(turn).items()} == {"See the whole profile": ShowFunction(slug="it"), "Home": Home()}
    assert message(turn).place is Place.UPDATE


def test_what_was_changed_in_the_catalogue_beside_the_profile_is_not_undone() -> None:
    renamed = replace(IT, names=Localized(fr="DSI", en="IT"), also=("DSI",), services=IT.services[:1])
    turn = published(entitled(catalogue=replace(CATALOGUE, functions=(renamed, FINANCE))))
    edited = turn.facts[0]
    assert isinstance(edited, CatalogueEdited)
    after = edited.catalogue.function("it")
    assert after is not None
    assert (after.names, after.also, after.services) == (renamed.names, renamed.also, renamed.services)


def test_an_author_publishes_nothing() -> None:
    assert published(entitled(AUTHOR)).facts == (Refused(act=Act.PUBLISH_PROFILE, function="it", subject="it"),)


def test_a_draft_that_changed_since_its_card_is_read_before_it_is_published() -> None:
    turn = published(entitled(drafts=(replace(DRAFT, posture=Localized(en="You get two names.")),)))
    assert turn.facts == ()
    assert words(turn).startswith("Somebody changed this draft since.")
    assert "You get two names." in words(turn)
    assert "Publish" in buttons(turn)


def test_a_draft_that_no_pack_could_hold_is_not_published() -> None:
    long = replace(DRAFT, purpose=Localized(en="x" * 3_001))
    turn = published(entitled(drafts=(long,)), long)
    assert turn.facts == ()
    assert "It can't be published like this:\n• The text has 3001 characters, 3000 at most. Shorten it." in words(turn)


def test_a_draft_that_is_no_more_is_not_published_twice() -> None:
    turn = published(entitled(drafts=()))
    assert "There's no draft any more" in words(turn)
    assert turn.facts == ()
    assert buttons(turn)["The six questions"].action == Interview(slug="it")


def test_a_function_that_is_gone_is_neither_completed_nor_published() -> None:
    within = entitled(catalogue=replace(CATALOGUE, functions=(FINANCE,)))
    for event in (asks_form(EditProfile(slug="it")), submits(EditProfile(slug="it"), {}), taps(PublishProfile(slug="it", base=""))):
        assert "no longer in the catalogue" in words(decide(None, event, within))


def test_in_a_channel_it_is_all_private() -> None:
    event = taps(PublishProfile(slug="it", base=digest(DRAFT)), where=CHANNEL)
    assert message(decide(None, event, entitled())).place is Place.PRIVATE
    gone = taps(PublishProfile(slug="gone", base=""), where=CHANNEL)
    assert message(decide(None, gone, entitled())).place is Place.PRIVATE


def test_the_digest_tells_profiles_apart_and_nothing_else() -> None:
    assert digest(drafted_or_published(entitled(), IT)) == digest(DRAFT)
    assert digest(replace(DRAFT, proof=())) == digest(DRAFT)
    assert digest(replace(DRAFT, contacts=())) != digest(DRAFT)
