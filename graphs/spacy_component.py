"""`nlp.add_pipe("role_graph")`: role graphs for people who live in spaCy."""

from __future__ import annotations

import json

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from graphs.build import build_role_graph
from graphs.formats import from_record, to_record
from graphs.role_graph import RoleGraph
from parsing.parsed_caption import ParsedCaption
from parsing.predicates import Labeller, predicates_from_tree
from parsing.relations import is_clearnlp
from parsing.roles_model import default_labeller
from parsing.spacy_parser import doc_tokens, known_verbs, put_right

USER_DATA_KEY = "role_graph"
"""Where a Doc keeps its graph, as JSON, so that DocBin and to_bytes keep it too."""
COLORS = {
    "V": "#ffd8a8",
    "ARG0": "#a5d8ff",
    "ARG1": "#ffc9c9",
    "ARG2": "#d0bfff",
    "ARG3": "#d0bfff",
    "ARG4": "#d0bfff",
    "ARGM-LOC": "#b2f2bb",
    "ARGM-TMP": "#ffec99",
    "ARGM-DIR": "#96f2d7",
    "ARGM-MNR": "#eebefa",
}
"""Colors for `displacy.render(doc, style="span", options={"spans_key": "roles", "colors": COLORS})`."""


class RoleGraphComponent:
    """Adds a role graph to every Doc, made from its dependency tree (UD or ClearNLP labels).

    `doc._.role_graph` is the RoleGraph over the Doc's own tokens; `doc.spans["roles"]` holds verbs ("V") and
    arguments (their role), one Span for each unbroken run of words, for `displacy.render(doc, style="span")`.

    Args:
        labeller: Names the arguments.
        spans_key: Name of the span group.
        nlp: The pipeline, whose parser tells which labels it uses; without a parser each Doc's labels tell.
    """

    def __init__(self, labeller: Labeller, spans_key: str = "roles", nlp: Language | None = None) -> None:
        self.labeller = labeller
        self.verbs = known_verbs(labeller)
        self.nlp = nlp
        self.spans_key = spans_key

    def __call__(self, doc: Doc) -> Doc:
        """Add graph and spans to a Doc.

        Raises:
            ValueError: The Doc has words but no dependency tree.
        """
        if len(doc) and not doc.has_annotation("DEP"):
            raise ValueError("role_graph needs a dependency tree; add a parser before it")
        tokens = doc_tokens(doc)
        clearnlp = is_clearnlp(self._labels() or [token.deprel for token in tokens])
        tokens = put_right(tokens, clearnlp, self.verbs)
        parsed = ParsedCaption(doc.text, tokens, *predicates_from_tree(tokens, self.labeller))
        doc.user_data[USER_DATA_KEY] = json.dumps(to_record(doc.text, build_role_graph(parsed)))
        spans: list[Span] = []
        for predicate in parsed.predicates:
            spans += _spans(doc, predicate.tokens, "V")
            for argument in predicate.arguments:
                spans += _spans(doc, argument.tokens, argument.role)
        doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, spans=spans)
        return doc

    def _labels(self) -> list[str]:
        """Labels of the pipeline's dependency parser, none where it has no parser."""
        if self.nlp is None or "parser" not in self.nlp.pipe_names:
            return []
        return list(getattr(self.nlp.get_pipe("parser"), "labels", ()))


@Language.factory(
    "role_graph",
    default_config={"spans_key": "roles"},
    requires=["token.dep", "token.head", "token.pos", "token.lemma"],
    assigns=["doc._.role_graph", "doc.spans"],
)
def create_role_graph(nlp: Language, name: str, spans_key: str = "roles") -> RoleGraphComponent:
    """The factory behind `nlp.add_pipe("role_graph", config={"spans_key": "roles"})`."""
    if not Doc.has_extension("role_graph"):
        Doc.set_extension("role_graph", getter=role_graph_of)
    return RoleGraphComponent(default_labeller(nlp.lang), spans_key, nlp)


def role_graph_of(doc: Doc) -> RoleGraph | None:
    """The graph that the component gave a Doc, None where it has none."""
    record = doc.user_data.get(USER_DATA_KEY)
    return None if record is None else from_record(json.loads(record))[1]


def _spans(doc: Doc, tokens: tuple[int, ...], label: str) -> list[Span]:
    runs: list[list[int]] = []
    for i in tokens:
        if runs and i == runs[-1][-1] + 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return [Span(doc, run[0], run[-1] + 1, label=label) for run in runs]
