from dataclasses import replace

import pytest

from parsing import ParseFailure, ParserError
from parsing.canary import CANARIES, canary_digest
from parsing.worker_pool import ParserPool
from tests.parsing.toy_parser import BlindParser, ToyParser, toy_loader, toy_parse


def test_the_digest_is_that_of_the_parses_wherever_they_are_made():
    with ParserPool(toy_loader(), processes=1) as pool:
        assert canary_digest(pool) == canary_digest(ToyParser(name="other", version="2"))


def test_one_changed_parse_changes_the_digest():
    class Changed(ToyParser):
        def parse(self, texts, batch_size=256):
            for text in texts:
                parsed = toy_parse(text)
                yield replace(parsed, noun_phrases=((0,),)) if text == CANARIES[3] else parsed

    assert canary_digest(Changed()) != canary_digest(ToyParser())


def test_failures_count_but_not_their_reasons():
    class Failing(ToyParser):
        def parse(self, texts, batch_size=256):
            return (ParseFailure(text, self.version) for text in texts)

    assert (
        canary_digest(Failing(version="1"))
        == canary_digest(Failing(version="2"))
        != canary_digest(ToyParser())
    )


def test_a_parser_that_finds_no_event_is_refused():
    with pytest.raises(ParserError, match="finds no event in any of 6 canary sentences"):
        canary_digest(BlindParser())


def test_the_builtin_parser_finds_events_in_the_canaries():
    from parsing import load_parser

    try:
        parser = load_parser("builtin")
    except ParserError as error:
        pytest.skip(str(error))
    assert canary_digest(parser) == canary_digest(parser)
