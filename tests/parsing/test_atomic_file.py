import os

import pytest

from parsing.atomic_file import atomic_write


def test_the_file_appears_complete_and_its_folder_is_made(tmp_path):
    with atomic_write(tmp_path / "a" / "b.txt") as file:
        file.write(b"half")
        assert not (tmp_path / "a" / "b.txt").exists()
        file.write(b" and half")
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"half and half"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_step_leaves_the_old_file_and_no_rest(step, tmp_path, monkeypatch):
    path = tmp_path / "b.txt"
    path.write_bytes(b"old")

    def fail(*arguments):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space left on device"):
        with atomic_write(path) as file:
            file.write(b"new")
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["b.txt"]


def test_an_interrupt_leaves_the_old_file(tmp_path):
    path = tmp_path / "b.txt"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        with atomic_write(path) as file:
            file.write(b"new")
            raise KeyboardInterrupt
    assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1
