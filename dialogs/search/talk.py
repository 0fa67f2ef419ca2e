"""What isn't a question: a greeting, thanks, a goodbye, a call for help, an insult, nothing, or only emoji; and only when it's nothing but that."""

import re
import unicodedata
from collections.abc import Iterable, Set
from typing import Final

from rapidfuzz.distance import OSA

from dialogs.search.match import Talk
from dialogs.search.text import listed, words

_GREETING: Final = listed("""
    bonjour bonsoir salut coucou hello hi hey yo bjr slt bsr cc hiya howdy greetings wesh hallo morning afternoon evening bonjourno kikou rebonjour
""")
_THANKS: Final = listed("""
    merci mercis remercie remerciements thanks thank thx ty tks thks cheers mci ok okay oki dac dacc daccord accord compris note parfait super
    top genial nickel impeccable excellent cool great perfect awesome nice wonderful brilliant noted understood
""")
_GOODBYE: Final = listed("revoir bye ciao goodbye bientot tchao adieu journee soiree")
_INSULT: Final = listed("""
    connard connards connasse con conne conard idiot idiote idiots debile debiles cretin abruti abrutie imbecile bouffon merde putain pute
    salope salaud encule enculer fdp tg gueule foutre nul nulle nulles naze nazes pourri pourrie stupide inutile incompetent incompetente ntm
    chiant fuck fucking fucker shut stupid moron dumb useless asshole bitch bastard sucks suck crap bullshit shit wtf stfu worthless garbage
    incompetent dumbass batard cons connes nuls enfoire enfoires enfoiree nique niquer chiants dickhead pathetic crevard bollocks
    wanker
""")
# only together: "ça ne fait rien", "c'est cassé" and "c'est trop cher" (a letter short of a swear word) are no insults
_INSULTS_OF_WORDS: Final = (
    "sers a rien", "sert a rien", "servez a rien", "sers vraiment a rien", "sert vraiment a rien", "casse toi", "cassez vous", "va te faire",
    "allez vous faire", "to hell", "screw you", "bloody idiot", "fais chier", "faites chier", "waste of time", "piss off",
)  # fmt: skip
_AROUND: Final = {
    Talk.GREETING: listed("""
        a all and au ca va aller allez are bien bon bonne bot ce chers comment day doing et everybody everyone fine folks forme from going good guys
        il is it la le les ma madame mademoiselle matin mes messieurs monde mon monsieur nice nouveau of pourqui que quoi re s soir
        soiree suis team the there tous toutes tout equipe collegues colleagues journee to toi tu ty u up vas vous what how you your meet y l
    """),
    Talk.THANKS: listed("""
        a again all and aide aider alors apres au avance avec avez avoir beaucoup bien bon bonne bonnes bot c ca cela ce ces cette chaleureusement
        day de demain deja des du en encore entendu est et explications fait for fort from gentil gentille good got grand guys have help helpful
        helping i il infiniment info infos information informations is it j je journee kind l la le les lot m ma mais me merveilleux mes million
        mille moi mon monde much my n night nous now of oh one oui par plus pour pourqui precieuse precision precisions quick rapide rapidite
        reactivite rapidement rien renseignement renseignements reponse reponses s see service si so soir soiree soon sympa t team that the this
        to toi ton tous tout toute toutes tres trop tu ta tes un une usage utile very vous votre vos vraiment weekend week end works yes you your
        all's that's hey bonjour salut hello hi bonsoir vu y answer answers reply response really appreciated
    """),
    Talk.INSULT: listed("""
        a an all and are as au bande bien bot but ce cette c ca chatbot completement complete de des en es espece est et etes fait faire fais ferme
        fils gros grosse heck hell ici is it j je juste la le les machine me mes mere moi off of on one outil par pas piece plus pourqui qu que quoi
        quel quelle real really robot s sale shut si so sert servez sers suis t ta te tes that the these they this thing to toi ton tool totally tout
        trop tu ta un une up va vas vous vraiment you your youre what rien no non bon complet such just u ur total vraie vrai y bonjour salut hello
        go ne nous
    """),
}
_POLITE: Final = listed(
    "bonjour bonsoir salut coucou hello hi hey svp stp please s'il te vous plait il pls merci thanks bot pourqui"
    " monsieur madame alors euh hum so well ok a moi me un peu just simply quick le la l the"
)
_HELP: Final = frozenset(
    tuple(word for word in words(phrase) if word not in _POLITE)
    for phrase in """
aide
aide moi
aidez moi
help
help me
help needed
sos
au secours
j'ai besoin d'aide
besoin d'aide
besoin d'un coup de main
un coup de main
peux-tu m'aider
tu peux m'aider
pouvez-vous m'aider
vous pouvez m'aider
can you help
can you help me
could you help me
i need help
i need some help
i need your help
que sais-tu faire
tu sais faire quoi
que peux-tu faire
que peux-tu faire pour moi
tu peux faire quoi
qu'est-ce que tu peux faire
qu'est-ce que tu peux faire pour moi
qu'est-ce que tu sais faire
que pouvez-vous faire
que pouvez-vous faire pour moi
qu'est-ce que vous pouvez faire
que fais-tu
tu fais quoi
tu sers à quoi
à quoi tu sers
à quoi sers-tu
à quoi servez-vous
à quoi ça sert
à quoi sert pourqui
c'est quoi pourqui
qu'est-ce que c'est
c'est quoi
qui es-tu
tu es qui
t'es qui
qui êtes-vous
vous êtes qui
comment ça marche
comment ça fonctionne
comment tu marches
comment t'utiliser
comment utiliser ce bot
comment je fais
que puis-je te demander
que puis-je vous demander
que puis-je demander
qu'est-ce que je peux demander
qu'est-ce que je peux te demander
je peux te demander quoi
mode d'emploi
menu
accueil
commandes
options
what can you do
what can you do for me
what can you help with
what can you help me with
how can you help
how can you help me
what can i ask
what can i ask you
what do you do
what are you
what is this
what is pourqui
who are you
what are you for
how does this work
how does it work
how do you work
how do i use you
how do i use this
how do i use this bot
how to use this
commands
instructions
start
home
manual
""".strip().split("\n")
)
_HELP_PHRASES: Final = frozenset(" ".join(phrase) for phrase in _HELP)
_ADDRESSES: Final = listed("you your u tu te t toi ton ta tes vous votre vos bot pourqui moi me m aide aider help sos secours menu home accueil")
_LONGEST_TALK: Final = 14  # words; longer ones have something to say

_SHORTCODE: Final = re.compile(r":[a-z0-9_+'-]+:(?::skin-tone-\d:)?")  # Slack's way of writing an emoji
_SMILEY: Final = re.compile(r"(?<!\w)(?:[:;=8xX][-']?[)(DPpOo3/|*]+|<3|\^\^|xD|XD)(?!\w)")
_RUN: Final = re.compile(r"(.)\1{2,}")


def talk_of(question: str, known: Set[str] = frozenset()) -> Talk | None:
    """Tell what a message is when it's no question, None when it may be one.

    `known` are the folded words of the catalogue: they're never taken for a misspelt greeting. Another language is told by `language_of`.
    """
    bare = _SMILEY.sub("", _SHORTCODE.sub("", question))
    if not any(character.isalnum() for character in bare):
        if bare != question or any(_is_emoji(character) for character in bare):
            return Talk.EMOJI
        return Talk.HELP if "?" in question else Talk.EMPTY
    said = _insults_joined(tuple(_RUN.sub(r"\1", word) for word in words(bare)[: _LONGEST_TALK + 1]))
    if not said or len(said) > _LONGEST_TALK:
        return None
    for talk, cues in ((Talk.INSULT, _INSULT), (Talk.THANKS, _THANKS | _GOODBYE), (Talk.GREETING, _GREETING)):
        if talk is Talk.THANKS and _is_help(said, known):
            return Talk.HELP
        if _is_only(said, cues, _AROUND[talk], known):
            thanked = talk is not Talk.THANKS or any(word in _THANKS or (word not in known and _is_near(word, _THANKS)) for word in said)
            return talk if thanked else Talk.GOODBYE
    return None


def _insults_joined(said: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words with each insult of several put together as one that is known."""
    text = f" {' '.join(said)} "
    for phrase in _INSULTS_OF_WORDS:
        text = text.replace(f" {phrase} ", " stupid ")
    return tuple(text.split())


def is_addressed(question: str) -> bool:
    """Tell whether a message speaks to the bot itself: "who are you?" is about it, "how does it work?" may be about what was just said."""
    return not _ADDRESSES.isdisjoint(words(question))


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sk") or 0x1F1E6 <= ord(character) <= 0x1F1FF


def _is_help(said: tuple[str, ...], known: Set[str]) -> bool:
    phrase = " ".join(word for word in said if word not in _POLITE)
    if phrase in _HELP_PHRASES:
        return True
    return len(phrase) >= 4 and not all(word in known for word in phrase.split()) and any(_is_typo(phrase, right) for right in _HELP_PHRASES)


def _is_only(said: tuple[str, ...], cues: frozenset[str], around: frozenset[str], known: Set[str]) -> bool:
    heard = False
    for word in said:
        if word in cues or (word not in known and word not in around and _is_near(word, cues)):
            heard = True
        elif not (word in around or (word not in known and _is_near(word, around))):
            return False
    return heard


def _is_near(word: str, right: Iterable[str]) -> bool:
    return len(word) >= 4 and any(_is_typo(word, each) for each in right)


def _is_typo(word: str, right: str) -> bool:
    """Tell whether `word` is `right` with one slip (two in a long one): a letter missed, doubled, swapped or wrong, but for the first."""
    if len(right) < 5 or word[0] != right[0]:
        return False
    slips = 1 if len(right) < 9 else 2
    return OSA.distance(word, right, score_cutoff=slips) <= slips
