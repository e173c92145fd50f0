"""Operators on the structure: roles swapped, attributes swapped, order reversed, events dropped or added, negation."""

from __future__ import annotations

import random

from graphs.edits import Piece, exchange_roles, keep
from hgr.analysis.probes.corpus import Corpus, same_action, same_thing
from hgr.analysis.probes.edit import Edit, has_pronoun, make_edit
from hgr.analysis.probes.lexicons import (
    ANIMALS,
    COLORS,
    CONJUNCTIONS,
    EDIBLE,
    HAIR,
    PLURAL_ANIMALS,
    PLURAL_PEOPLE,
    PREPOSITIONS,
    SINGULAR_PEOPLE,
    SYMMETRIC_VERBS,
    UNCOLORED,
    WEAK_VERBS,
)
from hgr.analysis.probes.morphology import agree, base_form, verb_form
from hgr.analysis.probes.source import Action, Source

ANIMATE = SINGULAR_PEOPLE | PLURAL_PEOPLE | ANIMALS | PLURAL_ANIMALS
MIN_SEEN = 2
"""Videos in which a verb must have been seen with a filler of the other role."""
USUALLY_BARE = 0.3
"""Share of a singular noun's uses without a determiner, from which it is added without one."""
SHOWING = frozenset({"be", "show", "have", "lie", "sit", "stand"})
"""Verbs whose clauses tell what a video shows or a state in it; their order says little."""
SEQUENCE = ("then", "before", "after")
BE = ("is", "are", "was", "were")


def swap_roles(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """Agent and patient of one action exchanged, the verb agreeing with its new subject."""
    found = []
    for action in source.actions:
        agent, patient = action.filler("ARG0"), action.filler("ARG1")
        if agent is None or patient is None or action.lemma in SYMMETRIC_VERBS | WEAK_VERBS:
            continue
        a, p = agent.phrase, patient.phrase
        heads = source.words[a.head], source.words[p.head]
        if not (a.end <= action.verb < p.start) or a.preposition or p.preposition or same_thing(*heads):
            continue
        if (
            not _comparable(corpus, action.lemma, *heads)
            or has_pronoun(source.words)
            or not (a.simple and p.simple)
        ):
            continue
        if p.end < len(source.words) and source.words[p.end] not in PREPOSITIONS | CONJUNCTIONS:
            continue
        if any(f.node == agent.node for other in source.actions if other != action for f in other.fillers):
            continue
        middle = [Piece(w.word, w.origin) for w in keep(source.words, a.end, p.start)]
        verb = next((i for i, w in enumerate(middle) if agree(w.word, True) is not None), None)
        if verb is None or verb > 1:
            continue
        plural = p.kind == "plural"
        middle[verb] = Piece(agree(middle[verb].word, plural) or middle[verb].word, middle[verb].origin)
        pieces = [
            *keep(source.words, 0, a.start),
            *keep(source.words, p.start, p.end),
            *middle,
            *keep(source.words, a.start, a.end),
            *keep(source.words, p.end),
        ]
        exchanged = exchange_roles(source.graph, action.node, agent.node, patient.node)
        before = " ".join(source.words[a.start : p.end])
        found.append(
            make_edit(
                source,
                "roles_swapped",
                pieces,
                before=before,
                after=" ".join(x.word for x in pieces[a.start : p.end]),
                nodes=[agent.node, patient.node],
                graph=exchanged,
            )
        )
    return found


def swap_attributes(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """Colors of two entities exchanged."""
    places = []
    for node, phrase in source.entities.items():
        for position in phrase.modifiers:
            if source.words[phrase.head] in ANIMATE | UNCOLORED or position + 1 != phrase.head:
                continue
            if source.words[position] in COLORS and source.words[position + 1] not in HAIR | {"and", "or"}:
                places.append((position, node, source.words[phrase.head]))
    found = []
    for i, (first, node_a, head_a) in enumerate(places):
        for second, node_b, head_b in places[i + 1 :]:
            a, b = source.words[first], source.words[second]
            if node_a == node_b or a == b or head_a == head_b or "and" in source.words[first:second][:2]:
                continue
            pieces = keep(source.words)
            pieces[first], pieces[second] = Piece(b, first), Piece(a, second)
            before, after = f"{a} {head_a}, {b} {head_b}", f"{b} {head_a}, {a} {head_b}"
            found.append(
                make_edit(
                    source, "attributes_swapped", pieces, before=before, after=after, nodes=[node_a, node_b]
                )
            )
    return found[:1]


def reverse_order(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """What came first comes second: the two verb phrases around "then", "before" or "after" exchanged."""
    words = source.words
    marker = next((i for i, w in enumerate(words) if w in SEQUENCE), None)
    if marker is None or len(source.actions) != 2 or sum(words.count(w) for w in SEQUENCE) != 1:
        return []
    one, two = source.actions
    if {one.lemma, two.lemma} & SHOWING:
        return []
    left = marker - 1 if words[marker] == "then" and words[marker - 1] == "and" else marker
    if _subject_start(one) == 0 and _subject_start(two) == marker + 1 and one.verb < left:
        return _exchange_clauses(source, one, two, left, marker)
    if not (one.verb < left and two.verb == marker + 1) or verb_form(words[one.verb]) != verb_form(
        words[two.verb]
    ):
        return []
    if has_pronoun(words[one.verb :]) or same_action(one.lemma, two.lemma):
        return []
    first, second = range(one.verb, left), range(two.verb, len(words))
    pieces = [
        *keep(words, 0, one.verb),
        *keep(words, second.start, second.stop),
        *keep(words, left, marker + 1),
        *keep(words, first.start, first.stop),
    ]
    before, after = (" ".join(words[i] for i in span) for span in (first, second))
    return [
        make_edit(source, "order_reversed", pieces, before=before, after=after, nodes=[one.node, two.node])
    ]


def _exchange_clauses(source: Source, one: Action, two: Action, left: int, marker: int) -> list[Edit]:
    """Two whole clauses around the marker exchanged."""
    words = source.words
    introduced = {words[p.head] for p in source.entities.values() if p.end <= left}
    referred = {
        words[p.head]
        for p in source.entities.values()
        if p.start > marker and p.determiner >= 0 and words[p.determiner] == "the"
    }
    if has_pronoun(words) or introduced & referred:
        return []
    pieces = [*keep(words, marker + 1), *keep(words, left, marker + 1), *keep(words, 0, left)]
    before, after = " ".join(words[:left]), " ".join(words[marker + 1 :])
    return [
        make_edit(source, "order_reversed", pieces, before=before, after=after, nodes=[one.node, two.node])
    ]


def _subject_start(action: Action) -> int:
    """Where the words of an action's subject start; -1 where it has none before its verb."""
    starts = [
        f.phrase.start for f in action.fillers if f.phrase.end <= action.verb and f.role in ("ARG0", "ARG1")
    ]
    return min(starts, default=-1)


def drop_event(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """The second of two joined events left out: true still, but weaker."""
    joined = _joined(source)
    if joined is None:
        return []
    one, two, conjunction = joined
    start = conjunction
    pieces = keep(source.words, 0, start)
    if len(pieces) < 3:
        return []
    dropped = " ".join(source.words[start:])
    return [make_edit(source, "event_dropped", pieces, before=dropped, after="", nodes=[two.node])]


def add_event(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """A second event of another video joined to the only one."""
    if len(source.actions) != 1 or "and" in source.words or len(source.words) > 14:
        return []
    action = source.actions[0]
    agent = action.filler("ARG0")
    if agent is None or agent.phrase.start != 0:
        return []
    key = source.words[agent.phrase.head], verb_form(source.words[action.verb])
    options = sorted(corpus.events.get(key, {}))
    rng.shuffle(options)
    for phrase in options:
        lemma = base_form(phrase[0])
        said = corpus.said[source.video]
        if any(same_action(lemma, other) for other in corpus.verbs_said[source.video] | {action.lemma}):
            continue
        if phrase[0] in said or phrase[-1] in said or len(phrase) > 6:
            continue
        if corpus.association(source.words[action.verb], phrase[0]) > 1.0:
            continue
        pieces = [*keep(source.words), Piece("and"), *(Piece(word) for word in phrase)]
        added = " ".join(phrase)
        return [make_edit(source, "event_added", pieces, before="", after=f"and {added}", nodes=[0])]
    return []


def negate(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """The main verb negated."""
    action = source.actions[0]
    words = source.words
    before = words[action.verb - 1] if action.verb else ""
    if len(source.actions) > 1:
        return []
    if before in BE and verb_form(words[action.verb]) == "ing":
        pieces = [*keep(words, 0, action.verb), Piece("not", action.verb), *keep(words, action.verb)]
        after = f"{before} not {words[action.verb]}"
    elif verb_form(words[action.verb]) == "s" and action.verb > 0:
        base = base_form(words[action.verb])
        new = [Piece("does", action.verb), Piece("not", action.verb), Piece(base, action.verb)]
        pieces = [*keep(words, 0, action.verb), *new, *keep(words, action.verb + 1)]
        after = f"does not {base}"
    else:
        return []
    return [make_edit(source, "negated", pieces, before=words[action.verb], after=after, nodes=[action.node])]


def verb_phrase(source: Source, corpus: Corpus) -> tuple[tuple[str, str], tuple[str, ...]] | None:
    """(agent head, verb form) and the words from the verb on, of a caption with one event: what `add_event` adds."""
    if len(source.actions) != 1:
        return None
    action = source.actions[0]
    agent = action.filler("ARG0")
    words = source.words[action.verb :]
    if agent is None or agent.phrase.start != 0 or not agent.phrase.simple or not 2 <= len(words) <= 6:
        return None
    patient = action.filler("ARG1")
    if has_pronoun(words) or action.lemma in WEAK_VERBS or "and" in words or patient is None:
        return None
    form, head = verb_form(words[0]), source.words[patient.phrase.head]
    if form == "ed" or form == "base" and words[0] not in corpus.base_forms:
        return None
    if patient.phrase.preposition or corpus.verb_objects[action.lemma][head] < MIN_SEEN:
        return None
    bare = patient.phrase.determiner < 0 and patient.phrase.kind == "singular"
    if bare and corpus.determiners[head, ""] < USUALLY_BARE * corpus.head_uses[head]:
        return None
    return (source.words[agent.phrase.head], verb_form(words[0])), tuple(words)


def _joined(source: Source) -> tuple[Action, Action, int] | None:
    """Two verb phrases joined by "and" after one subject, and the position of "and"."""
    if len(source.actions) != 2:
        return None
    one, two = source.actions
    words = source.words
    subject = _subject_start(two)
    joint = (subject if subject > one.verb else two.verb) - 1
    if words[joint] == "then":
        joint -= 1
    if words[joint] != "and" or joint <= one.verb or words.count("and") != 1:
        return None
    if words[joint + 1] in BE or verb_form(words[one.verb]) != verb_form(words[two.verb]):
        return None
    return one, two, joint


def _comparable(corpus: Corpus, lemma: str, agent: str, patient: str) -> bool:
    """Whether each could have the other's role: seen in it, or a person or an animal where such are seen in it."""
    if EDIBLE & {agent, patient}:
        return False
    both = agent in ANIMATE and patient in ANIMATE
    if both:
        return sum(corpus.verb_objects[lemma][word] for word in ANIMATE) >= MIN_SEEN
    return corpus.verb_agents[lemma][patient] >= MIN_SEEN and corpus.verb_objects[lemma][agent] >= MIN_SEEN
