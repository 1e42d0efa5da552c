"""Whether any batch is under way, whoever counts."""

from concurrent.futures import ThreadPoolExecutor

from emulator.services.lambda_.event_source.deliveries import Deliveries


def test_deliveries_are_under_way_until_all_have_ended() -> None:
    deliveries = Deliveries()
    seen = [deliveries.under_way]
    for step in (deliveries.begin, deliveries.begin, deliveries.end, deliveries.end):
        step()
        seen.append(deliveries.under_way)

    assert seen == [False, True, True, True, False]


def test_counts_of_many_threads_come_out_even() -> None:
    deliveries = Deliveries()

    def count(_number: int) -> None:
        for _ in range(1000):
            deliveries.begin()
            deliveries.end()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(4)))
    assert not deliveries.under_way
