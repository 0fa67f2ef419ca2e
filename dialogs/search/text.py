"""Words of a text, in French and in English at once: folded, without elisions, stemmed."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import Stemmer

_APOSTROPHES: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "œ": "oe", "æ": "ae", "ß": "ss"})
_ELISION: Final = re.compile(r"(?<![\w&'])(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu)'(?=\w{2})")
_CONTRACTIONS: Final = (
    (re.compile(r"\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"\b(what|who|where|how|when|why|that|there|here|it|he|she)'s\b"), r"\1 is"),
    (re.compile(r"'s\b"), ""),
)
_HASTY: Final = re.compile(r"\b(what|who|where)s\b")
_WORD: Final = re.compile(r"[^\W_]+(?:&[^\W_]+)*")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s+|\n+")
_STEMMED_LIMIT: Final = 32  # characters of a word; longer ones are keys or links, and have no stem

_SAID_IN_FRENCH: Final = """
    a ai aie alors apres as au aussi autre aux avec avez avoir avons c ca car ce cela ces cet cette chez ci comme comment d dans de des dois
    doit donc du elle elles en encore es est et etais etait ete etes etre eu eux fais fait faites faire faut fois font ici il ils j je l la le
    les leur leurs lui m ma mais me meme mes moi mon n ne ni nos notre nous on ont or ou par parce pas peu peut peux plus pour pourquoi pouvez
    puis puisque qu quand que quel quelle quelles quels qui quoi s sa sans se sera ses si sinon soit sommes son sont suis sur t ta te tes toi
    ton toujours tous tout toute toutes tres tu un une va vais vers veut veux voici voila vos votre vous vraiment y voudrais voulais aimerais
    pourrais pourriez pouvoir souhaite souhaiterais bonjour salut merci svp stp bonsoir
"""
_SAID_IN_ENGLISH: Final = """
    about after all also am an and any are as at be been but by can could did do does doing done for from get gets getting got had has have
    having he her here hers him his how i if in into is it its just like may me might mine must my need needs no not now of off oh ok or our
    ours out please shall she should so some than that the their them then there these they thing this those to too up us very want wants was we
    were what when where which while who whom whose why will with would yes you your yours hello hi hey thanks thank
"""
SAID_EVERYWHERE: Final = frozenset((_SAID_IN_FRENCH + _SAID_IN_ENGLISH).split())


def listed(words_in_a_row: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(words_in_a_row.split())


def folded(text: str) -> str:
    """Return the text in lower case, without accents, with straight apostrophes; letters of other scripts stay as they are."""
    lowered = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    if lowered.isascii():
        return lowered
    return unicodedata.normalize("NFC", "".join(mark for mark in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(mark)))


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded, French elisions taken off and English contractions written out."""
    flat = folded(text)
    if "'" in flat:
        flat = _ELISION.sub("", flat)
        for short, long in _CONTRACTIONS:
            flat = short.sub(long, flat)
    flat = _HASTY.sub(r"\1 is", flat)
    return tuple(_WORD.findall(flat))


def terms(text: str) -> tuple[str, ...]:
    """Return what a text is searched by: the stems of the words that aren't said everywhere."""
    return tuple(stem for word in words(text) if word not in SAID_EVERYWHERE for stem in stems(word))


@lru_cache(maxsize=32_768)
def stems(word: str) -> tuple[str, ...]:
    """Return the French and the English stem of a folded word, once where they agree: what language a short text is in is a guess."""
    if len(word) > _STEMMED_LIMIT or not word.isalpha():
        return (word.replace("&", ""),)
    # A stemmer keeps its word in itself, so each call has its own: they are cheap, and threads may share nothing.
    french = Stemmer.Stemmer("french").stemWord(word)
    english = Stemmer.Stemmer("english").stemWord(word)
    return (french,) if french == english else (french, english)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text."""
    return tuple(sentence for part in _SENTENCE_END.split(text) if (sentence := part.strip()))
