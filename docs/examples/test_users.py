"""What must hold of our API, however many users there are at once."""

from dataclasses import replace


def test_every_user_comes_back_as_it_was_sent(drive, workload):
    drive(workload).assert_valid()


def test_a_user_is_visible_soon(drive, workload):
    drive(replace(workload, flows=20), require=["visible.p99<5s"]).assert_valid()


def test_one_user_by_hand(api):
    handle = api.create({"name": "Ada", "email": "ada@example.com"}).handle
    user = api.retrieve(api.wait_for_result(handle)).document
    assert user["name"] == "Ada"
