import pytest

from benchmarks.cache import kill_trials, sample, throughput
from parsing.check import problem_of


def test_the_sample_is_a_possible_parse_and_each_one_another():
    assert problem_of(sample(3), sample(3).text) is None
    assert sample(3) != sample(4)


def test_writers_together_commit_every_record(tmp_path):
    rate, cpu_rate = throughput(tmp_path / "a.db", writers=3, records=200, batch=50)
    assert rate > 0 and cpu_rate > 0


def test_three_kills_lose_nothing(tmp_path):
    report = kill_trials(tmp_path, 3, seed=1, longest=0.2)
    assert (report.kills, report.lost, report.rows_damaged, report.files_damaged) == (3, 0, 0, 0)


@pytest.mark.slow
def test_twenty_kills_lose_nothing(tmp_path):
    report = kill_trials(tmp_path, 20, seed=2)
    assert (report.kills, report.lost, report.rows_damaged, report.files_damaged) == (20, 0, 0, 0)
    assert report.acknowledged > 0 and report.rows > report.acknowledged
