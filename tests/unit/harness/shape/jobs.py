"""Another API than ours, as a shape: other words, a URL as its handle, and the state in the status's body."""

from typing import Any

JOBS_DOCUMENT: dict[str, Any] = {
    "name": "jobs",
    "headers": {"X-Api-Version": "2"},
    "create": {
        "path": "/v2/jobs",
        "method": "PUT",
        "fields": {
            "title": {"kind": "text", "max_characters": 40},
            "owner": {"kind": "email"},
            "queue": {"kind": "constant", "value": {"name": "fast", "tries": [1, 2]}},
        },
        "accepted": {"statuses": ["202"]},
        "rejected": {"statuses": ["4xx"]},
        "handle": {"header": "operation-location"},
    },
    "status": {
        "path": "{handle}",
        "done": {"statuses": ["200"], "at": {"body": "/state"}, "values": ["succeeded"]},
        "pending": {"statuses": ["200"], "at": {"body": "/state"}, "values": ["queued", "running"]},
        "failed": {"statuses": ["200"], "at": {"body": "/state"}, "values": ["failed"]},
        "result_id": {"body": "/result/id"},
    },
    "retrieve": {
        "path": "/v2/results/{result_id}",
        "found": {"statuses": ["200"]},
        "missing": {"statuses": ["404", "410"]},
        "identity": {"header": "x-result-id"},
        "equal": {"/title": "/job/title", "/owner": "/job/owners/0"},
    },
}
