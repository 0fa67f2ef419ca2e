"""What a message is: talk, a question about a function, or a question for the index, by itself or with what came before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from dialogs.actions import QUESTION_LIMIT
from dialogs.catalog import Catalogue, Function, Language, Sheet, is_for
from dialogs.search.followup import Leaning, blended, is_mentioned, leaning, together
from dialogs.search.functions import Functions, Heard
from dialogs.search.index import OFFERED, Index, texts_of
from dialogs.search.language import identifier, language_of
from dialogs.search.match import Asked, Candidate, Detail, FunctionAsked, Grounds, Match, Previous, Talk, Understood
from dialogs.search.routing import Sought, carrying, sought
from dialogs.search.talk import is_addressed, talk_of
from dialogs.search.text import words
from dialogs.search.typos import Repair
from dialogs.written import UNSHOWABLE

Vector = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vector]  # the unit vectors of some texts, shape (texts, dimensions)
_Read = tuple[str, Vector]  # a text with its vector, shape (dimensions,)

_WEIGHED: Final = 50  # sheets of each ranking that a follow-up is weighed among; those further down can't win
_UNLIKELY: Final = 5.0  # in log-probability: a sheet this far below the best isn't offered beside it


@dataclass(frozen=True, slots=True)
class Understanding:
    """Understands messages in the light of one version of a catalogue. Immutable, and safe to share between threads."""

    index: Index
    functions: Functions
    known: frozenset[str]
    functions_of: Mapping[str, Function]  # by slug
    sheets: Mapping[str, tuple[Function, Sheet]]  # by id
    repair: Repair | None

    @classmethod
    def build(cls, catalogue: Catalogue, index: Index, common: Sequence[str] = ()) -> Self:
        """Prepare for a catalogue and the index that was built from it; the language model is loaded here, not at the first question.

        `common` are the words of both languages, the commonest first: without them nothing is mended, since too much would look misspelt.
        """
        if catalogue.functions:
            identifier()
        return cls._of(catalogue, index, Repair.learned(_said(catalogue), common) if common else None)

    def amended(self, catalogue: Catalogue, index: Index) -> Self:
        """Prepare in a moment for a catalogue and the index that was amended for it; its new words are known, and mended to only after a build."""
        return self._of(catalogue, index, self.repair.also(_said(catalogue)) if self.repair else None)

    @classmethod
    def _of(cls, catalogue: Catalogue, index: Index, repair: Repair | None) -> Self:
        known = frozenset(word for text in _said(catalogue) for word in words(text))
        sheets = {sheet.id: (function, sheet) for function, sheet in catalogue.sheets()}
        functions = {function.slug: function for function in catalogue.functions}
        return cls(index, Functions.of(catalogue), known, functions, sheets, repair)

    def understand(self, message: Asked, encode: Encode, segments: frozenset[str]) -> Understood:
        """Say what a message is, for somebody of these segments.

        Only the first `QUESTION_LIMIT` characters are read, which bounds the cost. `encode` gives the unit vectors of texts, shape (texts,
        dimensions); it is called once at most, with the message first, then what it may have to be read with.
        """
        asked = _readable(message.text)
        previous = self._seen(message.previous, segments)
        leans = leaning(asked) if previous is not None else None
        told = language_of(asked, self.known)
        language = None if told == "foreign" else told
        if language is None and leans is not None and previous is not None:
            earlier = language_of(previous.question, self.known)
            language = None if earlier == "foreign" else earlier  # "how long?" is in the language of the question before
        understood = Understood(question=asked, language=language)
        if message.explain is not None:
            return self._explained(understood, message.explain, encode, segments)
        talk = talk_of(asked, self.known)
        if talk is not None and not (talk is Talk.HELP and leans is not None and not is_addressed(asked)):
            return replace(understood, talk=talk)
        heard = self.functions.heard(asked, self.known)
        if heard is not None and heard.certain:
            return replace(understood, function=self._with_aspect(heard, previous))
        if previous is not None and leans is not None and leans.detail is not None:
            if shown := (previous.sheet,) if previous.sheet else previous.offered:
                candidates = tuple(Candidate(id=sheet, score=0.0) for sheet in shown)
                match = Match(outcome="sure" if previous.sheet else "likely", candidates=candidates)
                return replace(understood, match=match, detail=leans.detail, follows=True)
            if leans.detail in (Detail.WHO, Detail.HOW):
                return replace(understood, function=FunctionAsked(slug=previous.function, aspect="work_with"), follows=True)
        if told == "foreign" and leans is None:
            return replace(understood, talk=Talk.FOREIGN, language=None)
        if not self.index.sheets:
            return replace(understood, match=Match(outcome="none"))
        return self._found(understood, heard, previous, leans, encode, segments)

    def _found(
        self,
        understood: Understood,
        heard: Heard | None,
        previous: Previous | None,
        leans: Leaning | None,
        encode: Encode,
        segments: frozenset[str],
    ) -> Understood:
        """Look a message up in the index, its typos mended: by itself, with what came before, and by the subject that somebody is sought for."""
        asked = self._mended(understood.question)
        if asked != understood.question and heard is None:
            heard = self.functions.heard(asked, self.known)
        wanted = sought(asked)
        before = self._before(previous, asked) if previous is not None and leans is not None else ()
        search, (alone, *others) = self._search((asked, *before, *((wanted.subject,) if wanted else ())), encode, segments)
        match = search.match(alone)
        if heard is not None and not self._answers(match, heard.asked):
            return replace(understood, function=heard.asked)
        if previous is not None and leans is not None and (leans.firm or match.outcome != "sure"):
            further = _gone_on(search, previous, alone, others[: len(before)], match)
            if further is not None:
                return replace(understood, match=further, follows=True)
        return self._routed(understood, search, wanted, alone, others[-1], match) if wanted else replace(understood, match=match)

    def _explained(self, understood: Understood, sheet: str, encode: Encode, segments: frozenset[str]) -> Understood:
        """Say why a sheet answers a message that was answered before."""
        if not self.index.sheets:
            return replace(understood, match=Match(outcome="none"))
        search, (read,) = self._search((self._mended(understood.question),), encode, segments)
        return replace(understood, match=search.match(read), grounds=search.grounds(read, sheet))

    def searched(self, message: str, encode: Encode, segments: frozenset[str]) -> Match:
        """Look a message up in the index, whatever else it may be: a greeting that is one of the catalogue's own questions."""
        search, (read,) = self._search((self._mended(_readable(message)),), encode, segments)
        return search.match(read)

    def _mended(self, asked: str) -> str:
        return self.repair.of(asked) if self.repair else asked

    def _search(self, texts: Sequence[str], encode: Encode, segments: frozenset[str]) -> "tuple[_Search, list[_Read]]":
        """Encode texts, and the words in them that the index doesn't have, in one go."""
        strange = tuple(dict.fromkeys(word for text in texts for word in self.index.strange(text)))
        vectors = encode((*texts, *strange))
        words_of = dict(zip(strange, vectors[len(texts) :], strict=True))
        return _Search(self.index, segments, words_of), list(zip(texts, vectors[: len(texts)], strict=True))

    def _with_aspect(self, heard: Heard, previous: Previous | None) -> FunctionAsked:
        """Return what is asked of a function; "and Legal?" asks of it what was asked of the one before."""
        if heard.bare and previous is not None and previous.sheet is None:
            before = self.functions.heard(previous.question, self.known)
            if before is not None:
                return replace(heard.asked, aspect=before.asked.aspect)
        return heard.asked

    def _answers(self, match: Match, asked: FunctionAsked) -> bool:
        """Tell whether a sheet answers a question that names a function and says more: a sure one, of that very function."""
        return match.outcome == "sure" and self.sheets[match.candidates[0].id][0].slug in (asked.slug, *asked.others)

    def _seen(self, previous: Previous | None, segments: frozenset[str]) -> Previous | None:
        """Return what came before as far as it's still there and for these segments, None where nothing of it is."""
        if previous is None:
            return None
        shown = previous.offered if previous.sheet is None else (previous.sheet,)
        seen = tuple(sheet for sheet in shown if sheet in self.sheets and is_for(self.sheets[sheet][1], segments))
        if shown and not seen:
            return None
        return previous if previous.sheet else replace(previous, offered=seen)

    def _before(self, previous: Previous, asked: str) -> tuple[str, ...]:
        """Return the message beside what it may go on from: the question before, and the name of what that showed."""
        language = language_of(f"{previous.question} {asked}", self.known)
        to: Language = "en" if language == "en" else "fr"
        shown: str | None = None
        if previous.sheet is not None:
            shown = self.sheets[previous.sheet][1].title.to(to)
        elif not previous.offered and previous.function in self.functions_of:
            shown = self.functions_of[previous.function].names.to(to)
        return tuple(together(before, asked) for before in (previous.question, shown) if before)

    def _routed(self, understood: Understood, search: "_Search", wanted: Sought, alone: _Read, subject: _Read, match: Match) -> Understood:
        """Tell who takes care of something: whatever sheet the question finds, it's the function that is wanted.

        "Who handles" and "chez nous" say nothing of what is handled, so the subject is looked for by itself, too.
        """
        weighed = blended(search.ranked(alone), [search.ranked(subject)])
        if not weighed:
            return replace(understood, match=match)
        agreeing = [each for each in (match, search.match(subject)) if each.candidates[0].id == weighed[0].id]
        match = max(agreeing, key=lambda each: each.confidence or 0.0, default=match)
        if match.outcome == "none":
            return replace(understood, match=match)
        if wanted.function and (found := carrying(weighed, {sheet: function.slug for sheet, (function, _) in self.sheets.items()})) is not None:
            slug, sheet = found
            return replace(understood, function=FunctionAsked(slug=slug, aspect="handles", sheet=sheet.id))
        return replace(understood, match=match, detail=Detail.WHO)


@dataclass(frozen=True, slots=True)
class _Search:
    """The index as somebody of these segments may search it; `strange` holds the vectors of words that it doesn't have."""

    index: Index
    segments: frozenset[str]
    strange: Mapping[str, Vector]

    def match(self, read: _Read) -> Match:
        return self.index.match(*read, self.segments, self.strange)

    def grounds(self, read: _Read, sheet: str) -> Grounds | None:
        return self.index.grounds(*read, self.segments, sheet, self.strange)

    def ranked(self, read: _Read) -> tuple[Candidate, ...]:
        return self.index.ranked(*read, self.segments, _WEIGHED, self.strange)


def _gone_on(search: _Search, previous: Previous, alone: _Read, before: Sequence[_Read], match: Match) -> Match | None:
    """Return what a message finds together with what came before, None where it's about something else."""
    by_itself = search.ranked(alone)
    if not before or not by_itself or not is_mentioned(alone[0], by_itself):
        return None
    contexts = [search.ranked(read) for read in before]
    weighed = blended(by_itself, contexts)
    best = weighed[0].id
    if match.outcome == "sure" and match.candidates[0].id == best != previous.sheet:
        return None  # it found by itself what it asks for
    jointly = search.match(before[0])
    if match.outcome == jointly.outcome == "none":
        return None
    if jointly.outcome == "sure" and all(context[0].id == best for context in contexts):
        return Match(outcome="sure", candidates=weighed[:1], confidence=jointly.confidence)
    near = tuple(candidate for candidate in weighed[:OFFERED] if candidate.score > weighed[0].score - _UNLIKELY)
    confidence = jointly.confidence if contexts[0][0].id == best else match.confidence
    return Match(outcome="likely", candidates=near, confidence=confidence)


def _said(catalogue: Catalogue) -> tuple[str, ...]:
    """Return all that a catalogue says to those who search it: its sheets' texts, and the functions' names."""
    names = (name for function in catalogue.functions for name in (function.names.fr, function.names.en, *function.also) if name)
    return (*texts_of(catalogue), *names)


def _readable(question: str) -> str:
    """Return the question, clipped, without what no database stores or no button holds: control characters, and surrogates that stand alone."""
    clipped = question.strip()[:QUESTION_LIMIT].encode("utf-8", "replace").decode("utf-8")
    return UNSHOWABLE.sub("", clipped).strip()
