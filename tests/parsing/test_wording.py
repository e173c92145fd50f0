from parsing.wording import counted


def test_one_is_singular_and_thousands_are_separated():
    assert [counted(n, "caption") for n in (0, 1, 2, 2000)] == [
        "0 captions",
        "1 caption",
        "2 captions",
        "2,000 captions",
    ]
