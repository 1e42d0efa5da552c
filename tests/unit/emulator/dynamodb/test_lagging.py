"""A view that hears of writes late is, at any time, the table as of what was due; and none of it is seen by halves."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.dynamodb.lagging import Lag, LateView
from emulator.dynamodb.schema import KeyAttribute, KeySchema
from emulator.dynamodb.store import ItemStore
from emulator.dynamodb.values import Item

KEYS = KeySchema(KeyAttribute("id", "S", "HASH"))
OWNER = KeySchema(KeyAttribute("owner", "S", "HASH"))
INDEX = "by-owner"


class FakeClock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def item(key: str, owner: str | None) -> Item | None:
    return None if owner is None else {"id": {"S": key}, "owner": {"S": owner}}


def seen_by_index(store: ItemStore) -> dict[str, str]:
    """Return the owner of each item that the index has, walked as a scan walks it."""
    order = store.order(INDEX)
    found = [store.get_indexed(key, INDEX) for key in order.walk((0, len(order)))]
    assert None not in found
    return {one["id"]["S"]: one["owner"]["S"] for one in found if one}


WRITES = st.lists(
    st.tuples(
        st.sampled_from("abc"),  # which item
        st.one_of(st.none(), st.sampled_from("xyz")),  # its new owner; None: it is taken away
        st.one_of(st.just(0), st.floats(0.1, 5)),  # how late the index sees it
        st.floats(0, 3),  # how much time passes then
    ),
    max_size=25,
)


@given(WRITES)
def test_an_index_is_the_table_as_of_the_last_write_of_each_item_that_was_due(
    writes: list[tuple[str, str | None, float, float]],
) -> None:
    clock = FakeClock()
    store = ItemStore(KEYS, clock)
    store.add_index(INDEX, OWNER)
    due: dict[str, list[tuple[float, str | None]]] = {}

    for key, owner, lag_s, passes_s in writes:
        store.replace((key, 0), item(key, owner), Lag(index_s=lag_s) if lag_s else None, {INDEX})
        before = max((when for when, _ in due.get(key, [])), default=0.0)
        due.setdefault(key, []).append((max(before, clock.now + lag_s), owner))
        clock.now += passes_s
        expected = {
            each: heard[-1]
            for each, all_of_it in due.items()
            if (heard := [owner for when, owner in all_of_it if when <= clock.now])
        }
        assert seen_by_index(store) == {each: owner for each, owner in expected.items() if owner}
        assert store.get((key, 0)) == item(key, owner)

    store.catch_up()
    assert seen_by_index(store) == {key: all_of_it[-1][1] for key, all_of_it in due.items() if all_of_it[-1][1]}


def test_a_read_that_need_not_be_consistent_sees_the_item_as_it_was() -> None:
    clock = FakeClock()
    store = ItemStore(KEYS, clock)
    store.replace(("a", 0), item("a", "x"))
    store.replace(("a", 0), item("a", "y"), Lag(table_s=2))

    assert store.get_seen(("a", 0)) == item("a", "x")
    assert store.get(("a", 0)) == item("a", "y")
    clock.now = 2
    assert store.get_seen(("a", 0)) == item("a", "y")


def test_a_view_without_lag_keeps_nothing() -> None:
    heard: list[tuple[Item | None, Item | None]] = []
    view = LateView(lambda old, new: heard.append((old, new)))
    view.write(("a", 0), None, item("a", "x"), None)

    assert heard == [(None, item("a", "x"))]
    assert not view
