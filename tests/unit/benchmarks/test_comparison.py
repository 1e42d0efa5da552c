"""The table says how many times better, in which direction, and leaves no hole."""

import pytest

from benchmarks.comparison import ROWS, Row, Spread, as_json, as_table, compare, shown

RATE = Row("rate", "rate", "/s", 12, 25)
TIME = Row("time", "time", "ms", 50, 20, lower_is_better=True)
ROUNDS = {
    "stock": [{"rate": 1.0, "time": 900.0}, {"rate": 3.0, "time": 1000.0}, {"rate": 2.0, "time": 1100.0}],
    "ours": [{"rate": 20.0, "time": 50.0}, {"rate": 10.0, "time": 40.0}, {"rate": 30.0, "time": 60.0}],
}


@pytest.mark.parametrize(
    ("row", "value", "word"),
    [
        (RATE, 11.9, "no"),
        (RATE, 12, "yes"),
        (RATE, 25, "beyond"),
        (TIME, 50.1, "no"),
        (TIME, 50, "yes"),
        (TIME, 20, "beyond"),
    ],
)
def test_a_limit_is_reached_by_being_met(row: Row, value: float, word: str) -> None:
    assert row.reached(value) == word


def test_rows_compare_medians_and_keep_the_spread() -> None:
    rate, time = compare(ROUNDS, (RATE, TIME))
    assert (rate.stock, rate.ours, rate.times_better) == (Spread(2, 1, 3), Spread(20, 10, 30), 10)
    assert (time.stock, time.ours, time.times_better) == (Spread(1000, 900, 1100), Spread(50, 40, 60), 20)


@pytest.mark.parametrize(
    ("stock", "ours", "word"),
    [(0.5, 6, "as a ratio"), (0.5, 5.9, "no"), (1, 12, "yes"), (0.1, 25, "beyond")],
)
def test_on_a_slow_machine_a_limit_is_reached_beside_stock(stock: float, ours: float, word: str) -> None:
    row = Row("rate", "rate", "/s", 12, 25, stock_then=1)
    (compared,) = compare({"stock": [{"rate": stock}], "ours": [{"rate": ours}]}, (row,))
    assert row.times_to_reach == 12
    assert compared.reached == word


def test_a_figure_that_a_round_lacks_is_no_result() -> None:
    with pytest.raises(KeyError):
        compare({"stock": [{"rate": 1.0}], "ours": [{}]}, (RATE,))


def test_nothing_is_infinitely_better() -> None:
    assert RATE.times_better(0, 5) is None


def test_every_row_of_the_issue_is_in_the_table() -> None:
    figures = {row.key: 1.0 for row in ROWS}
    compared = compare({"stock": [figures], "ours": [figures]})
    assert as_table(compared, "title").row_count == 10
    assert set(as_json({}, compared)["rows"]) == set(figures)


@pytest.mark.parametrize(("value", "text"), [(0.96721, "0.967"), (12.34, "12.3"), (2034.6, "2,035")])
def test_a_number_has_three_digits_that_mean_something(value: float, text: str) -> None:
    assert shown(value) == text
