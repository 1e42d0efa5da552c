"""Bugs of the API: in its document and its mapping templates."""

from typing import Final

from mutants.mutant import Edit, Mutant

UNENCODED_BODY: Final = Mutant(
    name="unencoded-body",
    broken="The request's body goes to the queue as it is, not encoded for the form that it becomes part of.",
    shows="A name with a plus comes back with a space, and one with an ampersand never comes to be.",
    edits=(Edit("infra/templates/enqueue-request.vtl", "$util.urlEncode($input.body)", "$input.body"),),
    found_by="retrieved-as-sent",
    flows=50,
    shows_when_quiet=False,
)

UNESCAPED_NAME: Final = Mutant(
    name="unescaped-name",
    broken="The template puts the quotes around a name by hand and escapes nothing in it.",
    shows="A retrieve of a name with a quote or a line break answers 200 with what is no JSON.",
    edits=(
        Edit(
            "infra/templates/user-response.vtl",
            "\"name\": $input.json('$.Item.name.S')",
            '"name": "$input.path(\'$.Item.name.S\')"',
        ),
    ),
    found_by="answers-as-agreed",
    flows=40,
)

EARLY_STATUS: Final = Mutant(
    name="early-status",
    broken="The status takes a user that is not there yet for done, and answers with the message's ID as the user's.",
    shows="A poll says done, and the retrieve that follows answers 404.",
    edits=(
        Edit(
            "infra/templates/status-response.vtl",
            "#set($context.responseOverride.status = 404)\n"
            '#set($context.responseOverride.header.Retry-After = "1")\n'
            '{"message": "No user for this message yet"}\n',
            '{"messageId": "$input.params(\'messageId\')", "userId": "$input.params(\'messageId\')"}\n',
        ),
    ),
    found_by="retrieve-after-visible",
    flows=20,
)

REQUEST_ID_AS_HANDLE: Final = Mutant(
    name="request-id-as-handle",
    broken="The create answers with the request's ID where the message's belongs.",
    shows="No status is ever done, though every user is in the table, under IDs that nobody was given.",
    edits=(
        Edit(
            "infra/templates/enqueue-accepted.vtl",
            "$input.json('$.SendMessageResponse.SendMessageResult.MessageId')}",
            '"$context.requestId"}',
        ),
    ),
    found_by="nothing-made-up",
    flows=10,
)

UNCHECKED_BODY: Final = Mutant(
    name="unchecked-body",
    broken="The create checks the request's parameters, of which it has none, and not its body.",
    shows="A create without an email is accepted, and its message ends in the dead-letter queue.",
    edits=(
        Edit(
            "infra/openapi.yaml",
            "x-amazon-apigateway-request-validator: body\n",
            "x-amazon-apigateway-request-validator: parameters\n",
        ),
    ),
    found_by="only-invalid-rejected",
    flows=70,
    shows_when_quiet=False,
)

STALE_REPLICA: Final = Mutant(
    name="stale-replica",
    broken="Some requests for a status are answered as by a replica that has not heard of the user yet.",
    shows="A status is done, and a moment later it is not.",
    edits=(
        Edit(
            "infra/templates/status-response.vtl",
            "#if($input.path('$.Count') == 1)\n",
            '#set($fresh = $context.requestId.replaceAll("^[01].*", ""))\n'
            "#if($input.path('$.Count') == 1 && $fresh != '')\n",
        ),
    ),
    found_by="visible-stays-visible",
)

NO_RETRY_AFTER: Final = Mutant(
    name="no-retry-after",
    broken="A pending status does not say when to ask again.",
    shows="The 404 has no Retry-After, and clients poll as fast as they can.",
    edits=(
        Edit(
            "infra/templates/status-response.vtl",
            '#set($context.responseOverride.header.Retry-After = "1")\n',
            "",
        ),
    ),
    found_by="answers-as-agreed",
    flows=20,
)

_ACCEPTED: Final = "{\"messageId\": $input.json('$.SendMessageResponse.SendMessageResult.MessageId')}\n"

REFUSED_BUT_SENT: Final = Mutant(
    name="refused-but-sent",
    broken="The template that answers for the queue takes an ID that begins with a letter for none, and refuses.",
    shows="A client is told that its user is refused, and a moment later the user is there.",
    edits=(
        Edit(
            "infra/templates/enqueue-accepted.vtl",
            _ACCEPTED,
            '#if($messageId.replaceAll("^[a-z].*", "") == "")\n'
            "#set($context.responseOverride.status = 400)\n"
            '{"message": "The queue gave the message no ID"}\n'
            f"#else\n{_ACCEPTED}#end\n",
        ),
    ),
    found_by="rejected-left-no-trace",
    flows=30,
)

ACCEPTED_WITH_200: Final = Mutant(
    name="accepted-with-200",
    broken="A create that was only accepted answers 200, as if it were done.",
    shows="The answer's status is one that the contract does not have.",
    edits=(Edit("infra/openapi.yaml", 'statusCode: "202"', 'statusCode: "200"'),),
    found_by="answers-as-agreed",
    flows=10,
)

MUTANTS: Final = (
    UNENCODED_BODY,
    UNESCAPED_NAME,
    EARLY_STATUS,
    REQUEST_ID_AS_HANDLE,
    UNCHECKED_BODY,
    STALE_REPLICA,
    NO_RETRY_AFTER,
    ACCEPTED_WITH_200,
    REFUSED_BUT_SENT,
)
