import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest

from graphs.drawing import draw_html, draw_svg, draw_text
from graphs.formats import event_only
from tests.graphs.samples import FALL, KICK, make_graph

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]><svg onload=alert(1)>",
    "&lt;b&gt; & < > \" '",
    "nul \x00 bell \x07 \ufffe \ud800",
    "javascript:alert(1)",
]


def test_the_text_tree():
    assert draw_text(FALL) == "\n".join(
        [
            "a man makes a boy fall in a red barn",
            "├─ makes",
            "│  ├─ ARG0  a man",
            "│  ├─ ARG2  a boy",
            "│  └─ ARG1  fall (action)",
            "├─ fall",
            "│  └─ ARG1  a boy",
            "└─ NOUN  a red barn",
        ]
    )
    assert draw_text(KICK).splitlines()[-2:] == ["└─ celebrates", "   └─ ARG0  a boy"]
    assert draw_text(event_only("")) == "(no words)"


@pytest.mark.parametrize("graph", [KICK, FALL, event_only(""), event_only("no verb")])
def test_the_picture_is_xml_and_shows_every_node_and_role(graph):
    root = ElementTree.fromstring(draw_svg(graph))
    shown = " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
    for node in graph.nodes:
        assert node.text in shown
    for edge in graph.edges:
        assert edge.role in shown
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) == len(graph.edges)


class Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_captions_are_inert_in_pictures_and_pages(payload):
    graph = make_graph(payload, [("entity", (0,))], [(0, 1, "NOUN")])
    ElementTree.fromstring(draw_svg(graph).encode("utf-8"))
    page = draw_html([(payload, graph)], title=payload)
    page.encode("utf-8")
    parser = Elements()
    parser.feed(page)
    tags = {tag for tag, _ in parser.found}
    assert not tags & {"script", "img", "iframe", "link", "object", "b"}
    for _, attributes in parser.found:
        assert not any(name.startswith("on") or name in ("href", "src") for name in attributes)


def test_a_page_holds_all_captions_and_loads_nothing():
    page = draw_html([("first", KICK), ("second", FALL)])
    assert page.count("<svg") == 2 and "first" in page and "second" in page
    assert page.count("http") == page.count("http://www.w3.org/2000/svg")
