from graphs.formats import event_only
from graphs.layout import lay_out
from tests.graphs.samples import FALL, KICK, make_graph


def inside(layout, x, y):
    return 0 <= x <= layout.width and 0 <= y <= layout.height


def test_boxes_stand_apart_inside_the_picture_in_three_rows():
    for graph in (KICK, FALL):
        layout = lay_out(graph)
        assert len(layout.boxes) == len(graph.nodes) and len(layout.curves) == len(graph.edges)
        for i, a in enumerate(layout.boxes):
            assert inside(layout, a.x, a.y) and inside(layout, a.x + a.width, a.y + a.height)
            for b in layout.boxes[i + 1 :]:
                apart_x = a.x + a.width <= b.x or b.x + b.width <= a.x
                apart_y = a.y + a.height <= b.y or b.y + b.height <= a.y
                assert apart_x or apart_y
        rows = {
            level: {box.y for box in layout.boxes if box.level == level}
            for level in ("event", "action", "entity")
        }
        assert max(rows["event"]) < min(rows["action"]) and max(rows["action"]) < min(rows["entity"])


def test_labels_do_not_cover_each_other():
    for graph in (KICK, FALL):
        labels = [curve.label for curve in lay_out(graph).curves if curve.role]
        for i, a in enumerate(labels):
            for b in labels[i + 1 :]:
                assert (
                    a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]
                )


def test_long_texts_are_broken_and_cut():
    graph = make_graph(" ".join(["word"] * 300), [("entity", tuple(range(300)))], [(0, 1, "NOUN")])
    layout = lay_out(graph)
    assert len(layout.boxes[1].lines) == 8 and layout.boxes[1].lines[-1] == "…"
    assert layout.width < 800
    assert max(map(len, lay_out(event_only("x" * 10_000)).boxes[0].lines)) <= 64


def test_an_empty_caption_has_a_picture():
    layout = lay_out(event_only(""))
    assert layout.width > 0 and layout.height > 0 and layout.curves == ()
