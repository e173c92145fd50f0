import pytest

from graphs.formats import event_only
from graphs.statistics import VATEX_PUBLISHED, graph_statistics, statistics_table
from tests.graphs.samples import FALL, KICK, make_graph


def test_counts_by_hand():
    found = graph_statistics(
        [KICK, FALL, event_only("x"), make_graph("dogs", [("entity", (0,))], [(0, 1, "NOUN")])]
    )
    assert found.captions == 4
    assert (found.actions.mean, found.actions.max, found.actions.p90) == (1.0, 2, 2)
    # published view: KICK has 3 entities, FALL a man, a boy twice, fall as an argument, a red barn
    assert (found.entities.mean, found.entities.max) == ((3 + 5 + 0 + 1) / 4, 5)
    assert found.roles == {"ARG1": 3, "ARG0": 2, "ARG2": 2, "NOUN": 2}
    assert (found.without_action, found.without_node) == (2, 1)
    assert (found.shared, found.clauses) == (2, 1)
    assert found.truncated == {"actions": 0, "entities": 0, "words": 0}
    assert found.share("ARG1") == pytest.approx(3 / 9)


def test_percentiles_and_truncation():
    def verbs(count):
        text = " ".join("v" * count)
        return make_graph(
            text, [("action", (i,)) for i in range(count)], [(0, i + 1, "") for i in range(count)]
        )

    found = graph_statistics([verbs(1)] * 18 + [verbs(3), verbs(40)])
    assert (found.actions.p90, found.actions.p95, found.actions.max) == (1, 3, 40)
    assert found.truncated == {"actions": 1, "entities": 0, "words": 1}


def test_the_table_stands_next_to_the_published_figures():
    table = statistics_table(graph_statistics([KICK, FALL]))
    lines = {line[:36].strip(): line[36:].split() for line in table.splitlines()[1:]}
    assert lines["captions"] == ["2", "124,654"]
    assert lines["actions per caption, mean"] == ["2.000", "1.678"]
    assert lines["share of ARG1"][-1] == "33.0%" and lines["share of ARGM-DIR"][-1] == "7.3%"
    assert VATEX_PUBLISHED.share("NOUN") == pytest.approx(0.009, abs=0.0005)
    statistics_table(graph_statistics([]))
