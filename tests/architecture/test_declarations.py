"""What features declare: complete, without doubles, and found by "go to definition"."""

import importlib
import inspect
import pkgutil

import chalicelib
from chalicelib.catalogue import TEMPLATES, question_words, queue_kinds
from chalicelib.feature import PERSON_ERASED, Bound
from chalicelib.features import FEATURES, declarations
from chalicelib.kernel.changes import Entity
from chalicelib.kernel.ended_relations import RELATION_ENDED, RelationKind
from chalicelib.repositories import all_rows
from chalicelib.runtime import load_everything

from .source import PACKAGE, ROOT

MAX_LINES = {"container.py": 200, "dispatch.py": 180}


def handlers() -> dict[str, Bound]:
    """Return every declared handler and hook by feature and name."""
    found: dict[str, Bound] = {}
    for feature in declarations():
        tables = {
            "timer": feature.timers,
            "event": feature.events,
            "answer": feature.answers,
        }
        tables["closing of tasks"] = feature.task_closers
        tables["command"] = {
            name: handler.run for name, handler in feature.commands.items()
        }
        tables["group"] = {
            name: group.members for name, group in feature.groups.items()
        }
        found |= {
            f"{feature.name} {kind} {name}": bound
            for kind, table in tables.items()
            for name, bound in table.items()
        }
        lists = {
            "export": feature.exports,
            "erasure row": feature.erasure_rows,
            "rearm": feature.rearms,
        }
        lists["queue line"] = [line.tasks for line in feature.queue_lines]
        lists["context"] = [
            messages.context for messages in feature.message_groups
        ]
        found |= {
            f"{feature.name} {kind} {n}": bound
            for kind, hooks in lists.items()
            for n, bound in enumerate(hooks)
        }
    return found


def entities() -> list[type[Entity]]:
    load_everything()
    pending, found = [Entity], []
    while pending:
        kinds = pending.pop().__subclasses__()
        found += kinds
        pending += kinds
    return [kind for kind in found if kind.__module__.startswith("chalicelib.")]


def test_the_assembly_stays_small():
    for name, limit in MAX_LINES.items():
        assert (
            len((PACKAGE / name).read_text(encoding="utf-8").splitlines())
            <= limit
        ), name
    assert not list(PACKAGE.rglob("jobs.py"))


def test_every_feature_of_the_list_declares_itself_under_its_name():
    assert [feature.name for feature in declarations()] == list(FEATURES)


def test_every_handler_is_a_named_function_of_its_declaration():
    for name, bound in handlers().items():
        assert bound.function.__name__ != "<lambda>", name
        assert bound.function.__module__.endswith(".feature"), name
        assert inspect.getdoc(bound.function), name


def test_every_entity_that_waits_has_one_timer_handler_and_the_reverse():
    waiting = {
        kind.entity_kind
        for kind in entities()
        if kind.deadlines is not Entity.deadlines
    }
    declared = [kind for feature in declarations() for kind in feature.timers]
    assert sorted(declared) == sorted(waiting)


def test_declared_messages_are_the_templates_of_the_feature():
    for feature in declarations():
        for messages in feature.message_groups:
            assert set(messages.kinds) == set(messages.templates()), (
                feature.name
            )


def test_every_question_belongs_to_a_template_that_asks():
    asking = {kind for kind, template in TEMPLATES.items() if template.asks}
    assert set(question_words()) <= asking
    answered = {kind for feature in declarations() for kind in feature.answers}
    assert {kind.partition(".")[0] for kind in asking} <= answered


def test_features_that_export_data_about_people_also_erase_it():
    for feature in declarations():
        if feature.exports:
            keeps = feature.name in KEEPS_AFTER_ERASURE
            releases = RELATION_ENDED in feature.events and all(
                RelationKind.ERASED in ends for ends in feature.holds.values()
            )
            erases = releases or PERSON_ERASED in feature.events
            assert keeps or erases, feature.name


# The message log holds ids and no personal data, and ends by its own days.
KEEPS_AFTER_ERASURE = {"message_log"}


def test_id_prefixes_are_unique():
    prefixes = [
        prefix
        for feature in declarations()
        for prefix in feature.id_prefixes.values()
    ]
    assert len(prefixes) == len(set(prefixes))


def test_a_declaration_imports_nothing_heavy():
    """The dispatcher loads all declarations at once, so models and services are imported later."""
    import json
    import subprocess
    import sys

    program = (
        "import json, sys\nfrom chalicelib.features import declarations\ndeclarations()\n"
        "print(json.dumps([name for name in sys.modules if name.startswith('chalicelib.')]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    light = {"feature", "policy", "permissions"}
    heavy = {
        name
        for name in json.loads(done.stdout)
        if name.count(".") == 2
        and name.split(".")[1] != "kernel"
        and name.split(".")[-1] not in light
    }
    assert not heavy


def test_all_modules_are_importable():
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        importlib.import_module(module.name)


def test_every_kind_of_task_follows_from_one_row_type_and_the_reverse():
    following = [kind for row in all_rows() for kind in row.task_kinds]
    assert sorted(following) == sorted(queue_kinds())
    made = [
        kind
        for feature in declarations()
        for line in feature.queue_lines
        for kind in line.kinds
    ]
    assert sorted(made) == sorted(following)
