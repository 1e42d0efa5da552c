from model.event_source.mapping import QueueMapping


def test_a_mapping_is_read_from_what_the_api_was_given() -> None:
    configuration = {
        "EventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:users",
        "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:consumer",
        "BatchSize": 7,
        "MaximumBatchingWindowInSeconds": 2,
        "ScalingConfig": {"MaximumConcurrency": 3},
        "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"name": ["x"]}}'}]},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }

    mapping = QueueMapping.from_configuration(configuration)

    assert (mapping.account_id, mapping.region, mapping.queue_name) == ("111122223333", "eu-west-1", "users")
    assert (mapping.batch_size, mapping.window_s, mapping.concurrent_batches) == (7, 2, 3)
    assert mapping.filters == ({"body": {"name": ["x"]}},)
    assert mapping.reports_item_failures


def test_a_mapping_that_says_little_has_lambdas_defaults() -> None:
    mapping = QueueMapping.from_configuration(
        {"EventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:users", "FunctionArn": "arn"}
    )

    assert (mapping.batch_size, mapping.window_s, mapping.concurrent_batches) == (10, 0, 5)
    assert mapping.filters == ()
    assert not mapping.reports_item_failures
