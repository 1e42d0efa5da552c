"""Reads API keys and usage plans from moto."""

from collections.abc import Iterator

from moto.apigateway.models import apigateway_backends

from model.iam.api_keys.plans import ApiKey, Plan, read_plan


def plans_of(account_id: str, region: str) -> Iterator[Plan]:
    """Yield the usage plans of a region, each with its keys."""
    backend = apigateway_backends[account_id][region]
    for plan in list(backend.usage_plans.values()):
        members = list(backend.usage_plan_keys.get(plan.id, {}))
        keys = [backend.keys[member] for member in members if member in backend.keys]
        yield read_plan(plan.to_json(), [ApiKey(key.id, key.value, bool(key.enabled)) for key in keys])
