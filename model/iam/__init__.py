"""IAM: who calls, and whether policies allow the call.

To evaluate a call, describe it, and combine the decisions of the policies that apply to it::

    from model.iam.identities import Decisions, evaluate_documents, evaluate_within
    from model.iam.policies.evaluation import Call, Decision

    call = Call("dynamodb:PutItem", table_arn, {"aws:sourceip": ("10.0.0.1",)})
    evaluate_within(policies, limits, call) is Decision.ALLOWED

- `Call` has the action, the resource's ARN, the values of condition keys (names in lower case) and, for resource
  policies, the caller. Whatever depends on the time is a condition key's value: `aws:currenttime`, `aws:epochtime`.
- `evaluate_within` decides by the policies of a user or role (JSON text or parsed), within its limits: a permissions
  boundary and a session's policies. `evaluate_documents` decides by one set of policies, such as a function's own.
- `Decisions` combines an identity's decision with that of a resource policy, within an account or between two.
- A `Decision` is `ALLOWED`, `EXPLICIT_DENY` (a statement denies the call, or a document cannot be read) or
  `IMPLICIT_DENY` (no statement allows it; one with the call's action and resource is missing).

Packages: `policies` (documents, patterns, conditions, evaluation), `signatures` (Signature Version 4), `authorizers`
(Lambda authorizers), `api_keys` (usage plans, rates, quotas). `access` decides each authorization type of an API.
"""
