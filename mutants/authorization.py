"""Bugs of who may call: in what the choice adds to the API's document, and in the function that judges tokens."""

from typing import Final

from mutants.circumstances import TOKENS
from mutants.mutant import Edit, Mutant

_OF_SUBJECT: Final = "infra/templates/enqueue-request-of-subject.vtl"

OPEN_CREATE: Final = Mutant(
    name="open-create",
    broken="The method that creates was written anew, and nobody is asked for a token there.",
    shows="Whoever finds the API can create users, and nobody knows who did.",
    edits=(
        Edit("infra/authorization/jwt.yaml", "    post:\n      security: [{token: []}]\n", "    post:\n"),
        Edit(
            "infra/authorization/jwt.yaml",
            "          application/json: templates/enqueue-request-of-subject.vtl\n",
            "          application/json: templates/enqueue-request.vtl\n",
        ),
    ),
    found_by="strangers-left-no-trace",
    circumstance=TOKENS,
    flows=20,
)

NAMELESS_MESSAGE: Final = Mutant(
    name="nameless-message",
    broken="The message does not say who called.",
    shows="Every user is there, and of none it is known who created it.",
    edits=(
        Edit(
            _OF_SUBJECT,
            "&MessageAttribute.1.Name=createdBy&MessageAttribute.1.Value.DataType=String"
            "&MessageAttribute.1.Value.StringValue=$util.urlEncode($context.authorizer.subject)",
            "",
        ),
    ),
    found_by="created-by-caller",
    circumstance=TOKENS,
    flows=10,
)

SUBSTRING_SCOPE: Final = Mutant(
    name="substring-scope",
    broken="A scope is looked for anywhere in the token's scopes, and not among them.",
    shows="A token for users:writer may create users, too.",
    edits=(
        Edit(
            "authorizer/policy.py",
            "if scope in caller.scopes for method in allowed]",
            'if scope in " ".join(caller.scopes) for method in allowed]',
        ),
    ),
    found_by="strangers-refused",
    circumstance=TOKENS,
    flows=60,
    shows_when_quiet=False,
)

IGNORED_EXPIRY: Final = Mutant(
    name="ignored-expiry",
    broken="That a token has expired is noticed, and nothing follows from it.",
    shows="A token that leaked last year is as good as one of today.",
    edits=(
        Edit(
            "authorizer/verification.py", '        raise RefusedError("it has expired") from None\n', "        return\n"
        ),
    ),
    found_by="strangers-refused",
    circumstance=TOKENS,
    flows=60,
    shows_when_quiet=False,
)

MUTANTS: Final = (OPEN_CREATE, NAMELESS_MESSAGE, SUBSTRING_SCOPE, IGNORED_EXPIRY)
