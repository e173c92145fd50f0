"""Operators that exchange one thing for another: action, agent, patient, place, instrument, attribute, number, way."""

from __future__ import annotations

import random
from collections.abc import Iterable

from hgr.analysis.probes.corpus import Corpus, frame_of, same_action, same_thing
from hgr.analysis.probes.edit import Edit, has_pronoun, make_edit, substitute
from hgr.analysis.probes.lexicons import (
    AGES,
    ANIMALS,
    ATTRIBUTES,
    AUXILIARIES,
    COLORS,
    CONJUNCTIONS,
    DETERMINERS,
    DIRECTIONS,
    EXCLUSIVE_VERBS,
    GENERIC,
    HAIR,
    INSTRUMENT_WORDS,
    INSTRUMENTS,
    MOTION_VERBS,
    NUMBERS,
    OTHER_PEOPLE,
    PLACE_CLASSES,
    PLACE_PREPOSITIONS,
    PLAYABLE,
    PLURAL_ANIMALS,
    PLURAL_PEOPLE,
    PREPOSITIONS,
    SINGULAR_PEOPLE,
    SIZES,
    UNCOLORED,
    VAGUE_OBJECT_VERBS,
    WAYS,
    WEAK_VERBS,
)
from hgr.analysis.probes.morphology import base_form, is_plural, noun_kind, verb_form
from hgr.analysis.probes.phrases import Phrase
from hgr.analysis.probes.source import Action, Filler, Source

MOST_ASSOCIATED = 1.0
"""Words said of the same video more often than chance may mean the same; they do not replace each other."""
MIN_SEEN = 2
"""Videos in which a verb must have been seen with an object to be put before it."""
USUAL_FRAME = 0.2
"""A verb is put into a frame only if this share of its uses has that frame; the rest are odd uses or parse errors."""
USUALLY_LAST = 0.15
"""A verb ends a caption only if this share of its uses does."""
USUAL_DETERMINER = 0.1
"""A noun is put after a determiner only if this share of its uses has it."""
ANIMATE = (
    frozenset({"male", "female", "males", "females"})
    | SINGULAR_PEOPLE
    | PLURAL_PEOPLE
    | ANIMALS
    | PLURAL_ANIMALS
)
GROWN = frozenset(
    {"man", "woman", "lady", "person", "men", "women", "people", "ladies", "couple", "gentleman"}
)
"""Before these young and old are opposites; a boy is not old."""
SAFE_MODIFIERS = COLORS | SIZES | AGES


def replace_action(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """Another verb of the same form and frame that the corpus has with the same object, or the same agent."""
    found = []
    for action in source.actions[:1]:
        if action is not source.actions[0] or not _is_plain_verb(source, action):
            continue
        word = source.words[action.verb]
        obj = action.filler("ARG1")
        head = source.words[obj.phrase.head] if obj else None
        if any(f.phrase.start > action.verb and f.role not in ("ARG1", "ARGM-LOC") for f in action.fillers):
            continue
        options = []
        place = action.filler("ARGM-LOC")
        where = source.words[place.phrase.head] if place and place.phrase.start > action.verb else None
        follows = source.words[action.verb + 1] if action.verb + 1 < len(source.words) else ""
        if obj is None and follows in DETERMINERS:
            continue
        for other, count in corpus.verbs[verb_form(word), frame_of(action.fillers, source.words)].items():
            lemma = base_form(other)
            if follows and corpus.pairs[other, follows] < MIN_SEEN:
                continue
            if not follows and corpus.finals[other] < USUALLY_LAST * corpus.verb_forms[other]:
                continue
            if count < USUAL_FRAME * corpus.verb_forms[other]:
                continue
            if count < 2 * MIN_SEEN or lemma not in EXCLUSIVE_VERBS or other not in corpus.vocabulary:
                continue
            if same_action(lemma, action.lemma) or _verb_is_said(corpus, source, lemma, other):
                continue
            if corpus.association(word, other) > MOST_ASSOCIATED:
                continue
            if where is not None and not corpus.place_heads[lemma][where]:
                continue
            partners = corpus.verb_objects[lemma] if obj else corpus.verb_agents[lemma]
            wanted = head if obj else _agent_head(source, action)
            if wanted is not None and partners[wanted] >= MIN_SEEN:
                options.append(other)
        for other in _pick(options, corpus, rng):
            pieces = substitute(source, action.verb, action.verb + 1, [other])
            found.append(make_edit(source, "action", pieces, before=word, after=other, nodes=[action.node]))
    return found


def replace_agent(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """Another kind of person or another animal as agent."""
    return _replace_people(source, corpus, rng, "agent", ("ARG0",))


def replace_patient(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """Another object that the corpus has under the same verb."""
    found = _replace_people(source, corpus, rng, "patient", ("ARG1", "ARG2"))
    for action in source.actions:
        filler = action.filler("ARG1")
        if (
            filler is None
            or filler.phrase.start != action.verb + 1
            or filler.phrase.preposition
            or action.lemma in VAGUE_OBJECT_VERBS
            or not _ends_cleanly(source, filler.phrase)
        ):
            continue
        phrase, head = filler.phrase, source.words[filler.phrase.head]
        if not phrase.simple or head in GENERIC or head in ANIMATE or not _plain_modifiers(source, phrase):
            continue
        options = [
            other
            for other, count in corpus.verb_objects[action.lemma].items()
            if count > MIN_SEEN
            and other not in ANIMATE
            and (action.lemma != "play" or {head, other} <= PLAYABLE)
            and _can_stand_for(corpus, source, head, other, phrase)
        ]
        found += [_exchange_head(source, "patient", filler, other) for other in _pick(options, corpus, rng)]
    return found


def replace_place(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """Another place that the corpus has with the same verb."""
    found = []
    for action in source.actions:
        filler = action.filler("ARGM-LOC")
        if filler is None or not filler.phrase.simple or filler.phrase.start < action.verb:
            continue
        phrase = filler.phrase
        head = source.words[phrase.head]
        kind = next((group for group in PLACE_CLASSES if head in group), None)
        if kind is None or phrase.preposition not in PLACE_PREPOSITIONS or not _ends_cleanly(source, phrase):
            continue
        if has_pronoun(source.words[phrase.start : phrase.end]):
            continue
        options = []
        for place, count in corpus.places[action.lemma].items():
            words = place.split()
            if count < MIN_SEEN or words[0] not in PLACE_PREPOSITIONS or has_pronoun(words) or len(words) > 4:
                continue
            other = words[-1]
            if words[0] != corpus.usual_preposition(other):
                continue
            if other not in kind or other not in corpus.vocabulary:
                continue
            if same_thing(head, other) or other in corpus.meant(source.video):
                continue
            if len(words) < 3 and noun_kind(other) == "singular":
                continue
            if corpus.association(head, other) <= MOST_ASSOCIATED:
                options.append(place)
        for place in _pick(options, corpus, rng):
            pieces = substitute(source, phrase.start, phrase.end, place.split())
            before = " ".join(source.words[phrase.start : phrase.end])
            found.append(make_edit(source, "place", pieces, before=before, after=place, nodes=[filler.node]))
    return found


def replace_instrument(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """Another thing that the same verb is done with."""
    found = []
    for action in source.actions:
        for filler in action.fillers:
            phrase, head = filler.phrase, source.words[filler.phrase.head]
            if (
                filler.role not in ("ARG2", "ARGM-MNR", "ARGM-PRP")
                or phrase.preposition not in INSTRUMENT_WORDS
            ):
                continue
            if (
                head not in INSTRUMENTS
                or action.lemma in WEAK_VERBS
                or corpus.instruments[action.lemma][head] < MIN_SEEN
                or not _ends_cleanly(source, phrase)
                or not _plain_modifiers(source, phrase)
            ):
                continue
            options = [
                other
                for other, count in corpus.instruments[action.lemma].items()
                if count >= MIN_SEEN
                and other in INSTRUMENTS
                and _can_stand_for(corpus, source, head, other, phrase)
            ]
            found += [
                _exchange_head(source, "instrument", filler, other) for other in _pick(options, corpus, rng)
            ]
    return found


def replace_attribute(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """Another color, size, age or material."""
    found = []
    for node, phrase in source.entities.items():
        head = source.words[phrase.head]
        for position in phrase.modifiers:
            word = source.words[position]
            following = source.words[position + 1]
            if following in HAIR or (word in AGES and head not in GROWN) or following in ("and", "or"):
                continue
            if (
                head == "bit"
                or (word in COLORS | SIZES and head in ANIMATE | UNCOLORED)
                or position + 1 != phrase.head
            ):
                continue
            options = [
                other
                for table in ATTRIBUTES
                for other in table.get(word, ())
                if other not in corpus.said[source.video] and corpus.words[other]
            ]
            for other in _pick(options, corpus, rng):
                pieces = substitute(source, position, position + 1, [other])
                found.append(make_edit(source, "attribute", pieces, before=word, after=other, nodes=[node]))
    return found


def replace_number(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """Another number, at least two away and no neighbor of one that a sibling mentions."""
    found = []
    for node, phrase in source.entities.items():
        for position in range(phrase.noun_start, phrase.head):
            word = source.words[position]
            if word not in NUMBERS or phrase.kind != "plural":
                continue
            here = NUMBERS.index(word)
            options = [
                other
                for i, other in enumerate(NUMBERS[:5])
                if abs(i - here) >= 2 and other not in corpus.said[source.video]
            ]
            for other in _pick(options, corpus, rng):
                pieces = substitute(source, position, position + 1, [other])
                found.append(make_edit(source, "number", pieces, before=word, after=other, nodes=[node]))
    return found


def replace_direction(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """The opposite way of a motion."""
    found = []
    for action in source.actions:
        last = min(len(source.words), action.verb + 6)
        for position in range(action.verb + 1, last):
            word = source.words[position]
            other = DIRECTIONS.get(word)
            follows = source.words[position + 1] if position + 1 < len(source.words) else ""
            if other is None or other in corpus.said[source.video] or follows == "and":
                continue
            if word in ("up", "down") and any(w in WAYS for w in source.words[position + 1 : position + 4]):
                continue
            if word not in ("left", "right") and action.lemma not in MOTION_VERBS:
                continue
            if word in ("left", "right") and source.words[position - 1] not in ("the", "to"):
                continue
            if word in ("up", "down", "inside", "outside") and position != action.verb + 1:
                continue
            if word in ("up", "down") and follows in (
                "",
                "to",
                "from",
                "in",
                "and",
                "with",
                "on",
                "at",
                "by",
            ):
                continue
            if word in ("inside", "outside") and follows in ("", "of"):
                continue
            nodes = [i for i, n in enumerate(source.graph.nodes) if i and position in n.tokens] or [
                action.node
            ]
            pieces = substitute(source, position, position + 1, [other])
            found.append(make_edit(source, "direction", pieces, before=word, after=other, nodes=nodes[:1]))
    return found


def _replace_people(
    source: Source, corpus: Corpus, rng: random.Random, kind: str, roles: tuple[str, ...]
) -> list[Edit]:
    found = []
    for action in source.actions:
        for role in roles:
            filler = action.filler(role)
            if filler is None or (kind == "patient") != (filler.phrase.start > action.verb):
                continue
            head = source.words[filler.phrase.head]
            if has_pronoun(source.words) or any(source.words.count(w) > 1 for w in (head,)):
                continue
            if head in OTHER_PEOPLE:
                options = [o for o in OTHER_PEOPLE[head] if _person_is_new(corpus, source, o)]
            elif head in ANIMALS | PLURAL_ANIMALS and _plain_modifiers(source, filler.phrase):
                options = [
                    o
                    for o in sorted(PLURAL_ANIMALS if is_plural(head) else ANIMALS)
                    if o in corpus.vocabulary
                    and _can_stand_for(corpus, source, head, o, filler.phrase)
                    and corpus.verb_agents[action.lemma][o] + corpus.verb_objects[action.lemma][o] >= MIN_SEEN
                ]
            elif (
                _may_replace_thing(source, action, kind, head)
                and _plain_modifiers(source, filler.phrase)
                and (filler.phrase.stop == action.verb or _ends_cleanly(source, filler.phrase))
            ):
                options = [
                    o
                    for o, count in corpus.verb_agents[action.lemma].items()
                    if count > MIN_SEEN
                    and o not in ANIMATE
                    and _can_stand_for(corpus, source, head, o, filler.phrase)
                ]
            else:
                continue
            found += [_exchange_head(source, kind, filler, other) for other in _pick(options, corpus, rng)]
    return found


def _may_replace_thing(source: Source, action: Action, kind: str, head: str) -> bool:
    """Whether an agent that is no person may be exchanged: the subject of a main verb that excludes others."""
    return (
        kind == "agent"
        and action is source.actions[0]
        and action.lemma in EXCLUSIVE_VERBS
        and head not in ANIMATE | GENERIC
    )


def _person_is_new(corpus: Corpus, source: Source, other: str) -> bool:
    people = (SINGULAR_PEOPLE | PLURAL_PEOPLE) - GENERIC
    said = corpus.said[source.video] & people
    return other in corpus.vocabulary and not any(same_thing(word, other) for word in said)


def _can_stand_for(corpus: Corpus, source: Source, head: str, other: str, phrase: Phrase) -> bool:
    """Whether a noun may replace another: known, of the same kind, another thing, not said of the video."""
    if other in GENERIC | COLORS or other not in corpus.vocabulary or noun_kind(other) != noun_kind(head):
        return False
    if same_thing(head, other) or other in corpus.meant(source.video):
        return False
    determiner = source.words[phrase.determiner] if phrase.determiner >= 0 else ""
    if determiner and determiner not in ("his", "her", "their", "its"):
        if determiner in ("a", "an"):
            times, uses = corpus.determiners[other, "a"], 2.0 * corpus.head_uses[other]
        else:
            times, uses = corpus.modifiers[other][determiner], corpus.words[other]
        if times < max(1.0, USUAL_DETERMINER * uses):
            return False
    elif not determiner and noun_kind(other) == "singular" and not {head, other} <= PLAYABLE:
        return False
    elif not determiner and noun_kind(other) == "mass":
        bare = corpus.modifiers[other]
        if bare["a"] + bare["an"] + bare["the"] > 0.5 * corpus.words[other]:
            return False
    return corpus.association(head, other) <= MOST_ASSOCIATED


def _exchange_head(source: Source, kind: str, filler: Filler, other: str) -> Edit:
    head = filler.phrase.head
    pieces = substitute(source, head, head + 1, [other])
    return make_edit(source, kind, pieces, before=source.words[head], after=other, nodes=[filler.node])


def _ends_cleanly(source: Source, phrase: Phrase) -> bool:
    """Whether the phrase is a whole one: after its head the caption ends or goes on with a function word, not "of"."""
    if phrase.stop == len(source.words):
        return True
    follows = source.words[phrase.stop]
    if follows in ("and", "or"):
        return phrase.stop + 1 < len(source.words) and any(
            action.verb == phrase.stop + 1 for action in source.actions
        )
    return follows in (PREPOSITIONS - {"of", "front"}) | CONJUNCTIONS | AUXILIARIES


def _plain_modifiers(source: Source, phrase: Phrase) -> bool:
    return all(source.words[p] in SAFE_MODIFIERS for p in phrase.modifiers)


def _is_plain_verb(source: Source, action: Action) -> bool:
    word = source.words[action.verb]
    if action.lemma not in EXCLUSIVE_VERBS or len([t for t in action.tokens if t >= action.verb]) > 1:
        return False
    if verb_form(word) not in ("ing", "s"):
        return False
    before = source.words[action.verb - 1] if action.verb else ""
    if verb_form(word) == "ing":
        return before in AUXILIARIES - {"been", "being"} | {"and", "while", "then"}
    return before not in ("to", "of")


def _agent_head(source: Source, action: Action) -> str | None:
    filler = action.filler("ARG0") or action.filler("ARG1")
    return None if filler is None else source.words[filler.phrase.head]


def _verb_is_said(corpus: Corpus, source: Source, lemma: str, word: str) -> bool:
    if word in corpus.said[source.video]:
        return True
    return any(same_action(lemma, said) for said in corpus.verbs_said[source.video])


def _pick(options: Iterable[str], corpus: Corpus, rng: random.Random) -> list[str]:
    """One of the options, the more likely the more often the corpus says it.

    So the words that are put in are as frequent as those that stand in true captions, and rare words give nothing away.
    Of a phrase the last word counts.
    """
    ordered = sorted(set(options))
    if not ordered:
        return []
    weights = [max(1, corpus.words[option.rsplit(" ", 1)[-1]]) for option in ordered]
    return rng.choices(ordered, weights)
