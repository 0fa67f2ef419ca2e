"""The words that name a theme."""

from dialogs.theme_words import WORDS, typical

SLOW = ("Réponse trop lente, trois jours", "La réponse est lente", "Slow answer, three days", "An answer that is slow", "I didn't get my answer")
FORMS = ("Le formulaire est confus", "Formulaire illisible, ⟨name⟩ l’a dit", "The form's confusing", "I don't understand the form")


def test_a_theme_is_named_by_what_its_comments_say_more_than_the_others() -> None:
    slow, forms = typical((SLOW, FORMS))
    assert slow[0] == "answer"
    assert {"réponse", "lente"} <= set(slow)
    assert set(forms) == {"form", "formulaire"}
    assert len(slow) <= WORDS


def test_masks_stop_words_and_stress_name_nothing() -> None:
    (words,) = typical((("⟨name⟩ est vraiment très bien", "⟨name⟩ is really too much"),))
    assert words == ()


def test_what_all_say_names_no_theme() -> None:
    first, second = typical((("le support rapide", "support rapide"), ("le support est lent", "support lent")))
    assert (first[0], second[0]) == ("rapide", "lent")


def test_words_that_nobody_repeats_are_better_than_none() -> None:
    (words,) = typical((("Le VPN", "La cantine"),))
    assert words == ("cantine", "vpn")


def test_no_comment_has_no_words() -> None:
    assert typical(()) == ()
    assert typical(((),)) == ((),)
