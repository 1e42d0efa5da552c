"""What a call costs more is told from rounds, each of which is held against its own plain reads."""

from benchmarks.authorization import as_table, client_us, more_us
from harness.callers import Anonymous, Auth


def figures(reads_per_s: float) -> dict[str, float]:
    return {"reads/s": reads_per_s, "client, us": 1.0, "flows/s": 10.0}


def test_a_slow_round_is_not_taken_for_a_dear_call() -> None:
    plain = [figures(1000), figures(100), figures(1000)]
    dear = [figures(500), figures(1 / (1 / 100 + 0.001)), figures(500)]
    assert round(more_us(dear, plain)) == 1000
    assert more_us(plain, plain) == 0


def test_every_kind_has_its_row() -> None:
    table = as_table({auth: [figures(100)] for auth in Auth})
    assert list(table.columns[0].cells) == ["none", "iam", "jwt"]


def test_who_sends_what_it_is_given_takes_next_to_no_time() -> None:
    assert 0 <= client_us(Anonymous(), "http://127.0.0.1") < 1000
