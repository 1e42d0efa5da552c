"""What our clients see on a bad day."""


def test_a_client_waits_for_an_index_that_lags(api, fault):
    with fault("gsi-lag", delay="300ms") as lag:
        handle = api.create({"name": "Ada", "email": "ada@example.com"}).handle
        assert api.status(handle).meaning == "pending"
        assert api.wait_for_result(handle)
    assert lag.fired == 1


def test_a_refused_create_stores_nothing(api, fault):
    with fault("api-429", rate=1, operations="POST /users") as limit:
        assert api.create({"name": "Ada", "email": "ada@example.com"}).status == 429
    assert limit.fired == 1
