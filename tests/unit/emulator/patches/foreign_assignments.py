"""Finds assignments to attributes of modules and classes that are not ours, in the text of a module. Pure."""

import ast
from collections.abc import Iterator

from tests.unit.test_borders import OURS


def assignments_in(code: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the target of each assignment to, and deletion of, an attribute of something imported.

    What is imported from our own packages is ours. An alias of something imported counts, an instance of it does not,
    nor does an item of it: `os.environ["A"] = "b"` is how the environment is set.
    """
    tree = ast.parse(code)
    foreign = _foreign_names(tree)
    for node in ast.walk(tree):
        for target in _targets(node):
            if _root(target) in foreign:
                yield node.lineno, ast.unparse(target)  # type: ignore[attr-defined]  # a statement or a call has one


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            expressions = [each for target in targets for each in getattr(target, "elts", [target])]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            expressions = [target]
        case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[changed, *_]):
            yield changed
            return
        case _:
            return
    yield from (each for each in expressions if isinstance(each, ast.Attribute))


def _foreign_names(tree: ast.AST) -> set[str]:
    nodes = list(ast.walk(tree))
    names = set[str]()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {each.asname or each.name.split(".")[0] for each in node.names if _is_foreign(each.name)}
        elif isinstance(node, ast.ImportFrom) and node.module and _is_foreign(node.module):
            names |= {each.asname or each.name for each in node.names}
    aliases = [
        (target.id, _root(value))
        for node in nodes
        if isinstance(node, ast.Assign | ast.AnnAssign) and (value := node.value) is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    ]
    return names | {alias for alias, root in aliases if root in names}


def _is_foreign(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] not in OURS


def _root(expression: ast.expr) -> str | None:
    """Return the name that a path of attributes begins with; None where it begins with something else."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return expression.id if isinstance(expression, ast.Name) else None
