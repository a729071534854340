"""Every use case asks `Access.require` first, and returns its results as values."""

import ast
from collections.abc import Iterator
from functools import cache

from .source import FEATURE_SET, functions, modules, top

# Use cases that need no `Access.require`, each with the reason.
EXEMPT = {
    "admin.service.StaffQueue.convert_to_wish": "both parts authorize: for ticket and wish",
    "open311.service.Open311.report": "by an API key, or an access token sent as one",
    "open311.service.Open311.update": "by an API key, or an access token sent as one",
    "places.service.Places.list_streets": "anybody may read the names of streets",
    "people.access.Access.require": "the check itself",
    "people.access.Access.require_self": "the check itself",
    "people.consents.Consents.opt_out": "by the signed token of an e-mail, or a phone's own SMS",
    "people.service.People.opt_out": "by the signed token of an e-mail, or a phone's own SMS",
    "replies.intake.ReplyIntake.keep_refusal": "by a phone's own SMS, as `take`",
    "replies.intake.ReplyIntake.take": "by a phone's own SMS, which its provider has signed",
    "signin.service.SignIn.sign_in": "by a sign-in code",
    "signin.sessions.Sessions.refresh": "by a refresh token",
    "signin.sign_in_codes.SignInCodes.send_code": "nobody has signed in yet",
}
MUTATORS = frozenset(
    {"add", "append", "extend", "insert", "setdefault", "update"}
)
Function = ast.FunctionDef | ast.Lambda


@cache
def classes() -> dict[str, ast.ClassDef]:
    """Return the classes of features by full name: ``people.service.People``."""
    return {
        f"{module}.{node.name}": node
        for module, tree in modules().items()
        if top(module) in FEATURE_SET
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def hierarchy(full_name: str) -> list[ast.ClassDef]:
    """Return a class and its bases; of bases with the same name, those of its own feature."""
    names, pending = dict[str, None](), [full_name]
    while pending:
        name = pending.pop(0)
        names[name] = None
        for base in classes()[name].bases:
            simple = ast.unparse(base).split("[", maxsplit=1)[0].split(".")[-1]
            named = [
                other for other in classes() if other.split(".")[-1] == simple
            ]
            named.sort(key=lambda other: top(other) != top(full_name))
            pending += [other for other in named[:1] if other not in names]
    return [classes()[name] for name in names]


def methods(full_name: str) -> dict[str, ast.FunctionDef]:
    """Return the methods of a class by name, inherited ones too."""
    found: dict[str, ast.FunctionDef] = {}
    for node in hierarchy(full_name):
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                found.setdefault(method.name, method)
    return found


def takes_a_context(method: ast.FunctionDef) -> bool:
    arguments = [
        *method.args.posonlyargs,
        *method.args.args,
        *method.args.kwonlyargs,
    ]
    annotations = [
        ast.unparse(argument.annotation)
        for argument in arguments
        if argument.annotation
    ]
    return any("RequestContext" in annotation for annotation in annotations)


def use_cases() -> dict[str, str]:
    """Return the public methods that take a request's context, with the name of their class."""
    return {
        f"{name}.{method}": name
        for name in classes()
        for method, node in methods(name).items()
        if not method.startswith("_") and takes_a_context(node)
    }


def asks_access(node: ast.AST) -> bool:
    called = [
        ast.unparse(call.func)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    ]
    return any(name.startswith("self._access.require") for name in called)


def names_of_self(node: ast.FunctionDef) -> list[str]:
    attributes = [
        one for one in ast.walk(node) if isinstance(one, ast.Attribute)
    ]
    return [one.attr for one in attributes if ast.unparse(one.value) == "self"]


def reaches_access(full_name: str, method: str) -> bool:
    """Follow calls and references of own methods until one asks `self._access`."""
    own, seen, pending = methods(full_name), set[str](), [method]
    while pending:
        name = pending.pop()
        if name in seen or name not in own:
            continue
        seen.add(name)
        if asks_access(own[name]):
            return True
        pending += names_of_self(own[name])
    return False


def unchecked() -> set[str]:
    return {
        name
        for name, owner in use_cases().items()
        if not reaches_access(owner, name.rpartition(".")[2])
    }


def test_every_use_case_requires_access_first():
    assert unchecked() == set(EXEMPT)


def before_the_check(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
) -> list[ast.stmt]:
    """Return the statements before the one that asks `Access.require`, without nested functions."""
    asks = [asks_access(statement) for statement in function.body]
    own = [
        not isinstance(statement, ast.FunctionDef)
        for statement in function.body
    ]
    first = next((at for at, found in enumerate(asks) if found and own[at]), 0)
    return [
        statement
        for at, statement in enumerate(function.body[:first])
        if own[at]
    ]


def acts(statement: ast.stmt) -> list[str]:
    """Return the writes of a statement, and its refusals other than NotFound."""
    raised = [
        ast.unparse(node)
        for node in ast.walk(statement)
        if isinstance(node, ast.Raise)
    ]
    called = [
        ast.unparse(node.func)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    ]
    writes = [
        name
        for name in called
        if name.endswith(
            (".run", ".run_with", ".write", ".write_one", ".commit")
        )
    ]
    return writes + [one for one in raised if "NotFound" not in one]


def test_before_the_check_the_resource_is_read_and_nothing_else_happens():
    found = [
        (name, acts(statement))
        for name, node in functions()
        for statement in before_the_check(node)
    ]
    assert [(name, what) for name, what in found if what] == []


def test_the_scan_finds_use_cases_and_a_missing_check():
    assert len(use_cases()) > 60
    assert "people.accounts.Accounts.change_me" in use_cases()
    source = "def f(self):\n def decide():\n  return self._access.require_self(context)\n"
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert asks_access(function)
    (function,) = ast.parse(
        "def f(self):\n self._people.current(context.actor)\n"
    ).body
    assert isinstance(function, ast.FunctionDef)
    assert not asks_access(function)
    source = "def f(self):\n self._transaction.run(d, context)\n self._access.require(context)\n"
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert [acts(statement) for statement in before_the_check(function)] == [
        ["self._transaction.run"]
    ]


def test_no_function_rebinds_a_name_of_another():
    for name, tree in modules().items():
        found = [
            node for node in ast.walk(tree) if isinstance(node, ast.Nonlocal)
        ]
        assert not found, name


def test_no_result_leaves_by_replacing_the_content_of_a_list():
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                whole = [
                    target
                    for target in node.targets
                    if ast.unparse(target).endswith("[:]")
                ]
                assert not whole, f"{name}: {ast.unparse(node)}"


def decisions(function: ast.AST) -> Iterator[Function]:
    """Yield the functions that a function gives to a transaction."""
    nested = {
        node.name: node
        for node in ast.walk(function)
        if isinstance(node, ast.FunctionDef)
    }
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(
            (".run", ".run_with")
        ):
            for argument in call.args:
                if isinstance(argument, ast.Lambda):
                    yield argument
                if isinstance(argument, ast.Name) and argument.id in nested:
                    yield nested[argument.id]


def changed_outside(function: Function) -> Iterator[str]:
    """Yield what a function changes in a list or dict that is not its own."""
    bound = {
        argument.arg
        for argument in ast.walk(function)
        if isinstance(argument, ast.arg)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
    for node in ast.walk(function):
        target: ast.expr | None = None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            target = node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            target = node.func.value if node.func.attr in MUTATORS else None
        if isinstance(target, ast.Name) and target.id not in bound:
            yield ast.unparse(node)


def test_no_decision_leaves_a_result_in_a_list_or_dict():
    for name, function in functions():
        for decision in decisions(function):
            assert not list(changed_outside(decision)), name


def test_the_scan_finds_a_decision_that_leaves_its_result_outside():
    source = "def f():\n read = {}\n def decide():\n  read['x'] = 1\n t.run(decide, c)\n"
    (decision,) = decisions(ast.parse(source))
    assert list(changed_outside(decision)) == ["read['x']"]
