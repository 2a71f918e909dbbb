# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks of single lines and of whole files: sizes, banners, words."""

import re
from typing import Iterator

from tree import Finding, Tree

_CPP = (".h", ".cpp")
_SOURCES = (".h", ".cpp", ".c", ".td")

# Their own text holds the words that they look for.
_LINT = ("tools/lint/", "tests/tools/lint/")

# The first rule that fits decides.
_LIMITS = [
    (re.compile(r"Test\.cpp$"), 300),
    (re.compile(r"^tests/.*\.(mlir|test|cpp)$"), 300),
    (re.compile(r"\.cpp$"), 800),
    (re.compile(r"\.h$"), 400),
    (re.compile(r"\.td$"), 600),
    (re.compile(r"(^|/)BUILD$"), 200),
]


def check_sizes(tree: Tree) -> Iterator[Finding]:
    for path in tree.files:
        limit = next((n for rule, n in _LIMITS if rule.search(path)), None)
        if limit is None:
            continue
        size = len(tree.text(path).splitlines())
        if size > limit:
            yield Finding(
                path,
                path,
                "expected at most %d lines, but got %d" % (limit, size),
                size,
            )


def check_banners(tree: Tree) -> Iterator[Finding]:
    for path in tree.select(*_SOURCES):
        head = tree.text(path)[:600]
        if (
            "Part of the Tessera project" not in head
            or "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
            not in head
        ):
            yield Finding(path, path + ":1", "no licence banner")


def _search_lines(tree, pattern, message, exempt=_LINT) -> Iterator[Finding]:
    for path in tree.files:
        if path.startswith(exempt) or tree.is_binary(path):
            continue
        if not pattern.search(tree.text(path)):
            continue
        for number, line in tree.lines(path):
            match = pattern.search(line)
            if match:
                yield Finding(
                    "%s: %s" % (path, line.strip()),
                    "%s:%d" % (path, number),
                    message % match.group().strip(),
                )


def check_todos(tree: Tree) -> Iterator[Finding]:
    yield from _search_lines(
        tree,
        re.compile(r"\b(TODO(?!\(#\d+\): \S)|FIXME\b|XXX\b|HACK\b)"),
        "expected 'TODO(#n): sentence', but got '%s'",
    )


def check_machines(tree: Tree) -> Iterator[Finding]:
    yield from _search_lines(
        tree,
        re.compile(r"(?<![\w.}/-])/(work|root|home|Users)(?![\w-])[/\w.-]*"),
        "a path of one machine: '%s'",
    )
    yield from _search_lines(
        tree,
        re.compile(
            r"\b(my|our|the author's) "
            r"(machine|laptop|workstation|server|computer|box)\b",
            re.I,
        ),
        "says '%s': name the class of machine that a figure holds for",
    )


def check_includes(tree: Tree) -> Iterator[Finding]:
    """What is never included or opened."""
    for path in tree.select(*_CPP):
        for number, line in tree.lines(path):
            where = "%s:%d" % (path, number)
            if re.match(r'\s*#\s*include\s*[<"]mlir/InitAll', line):
                yield Finding(path, where, "includes an InitAll header")
            if path.endswith(".h") and re.match(r"using namespace\b", line):
                yield Finding(path, where, "'using namespace' in a header")


def check_test_references(tree: Tree) -> Iterator[Finding]:
    """Tests that documentation names exist."""
    pattern = re.compile(r"\btests/[\w/-]+\.(?:mlir|test)\b")
    for path in tree.select(".td", ".md", ".h", ".cpp"):
        if path.startswith(_LINT):
            continue
        for number, line in tree.lines(path):
            for name in pattern.findall(line):
                if name not in tree.file_set:
                    yield Finding(
                        "%s: %s" % (path, name),
                        "%s:%d" % (path, number),
                        "names a test that does not exist: " + name,
                    )
