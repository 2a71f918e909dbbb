# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which folder may depend on which, by #include and by BUILD labels."""

import ast
import os
import re
from typing import Iterator, List, Tuple

from tree import Finding, Tree

# Top folder -> what it must not reach: top folders of the tree, first parts of
# outside include paths, outside repositories.
_FORBIDDEN = {
    "compiler": {"examples", "tests", "tools", "tuning"},
    "conversion": {"examples", "tests", "tools", "tuning"},
    "dialects": {
        "compiler",
        "conversion",
        "examples",
        "runtime",
        "tests",
        "tools",
        "transforms",
        "tuning",
    },
    "runtime": {
        "@abseil",
        "@lld",
        "@llvm",
        "@mlir",
        "absl",
        "compiler",
        "conversion",
        "dialects",
        "examples",
        "lld",
        "llvm",
        "llvm-c",
        "mlir",
        "mlir-c",
        "tests",
        "tools",
        "transforms",
        "tuning",
    },
    "tools": {"examples", "tests"},
    "transforms": {"examples", "tests", "tools", "tuning"},
    "tuning": {"examples", "tests", "tools"},
}

_NOT_DEPENDENCIES = ("visibility", "default_visibility", "features")


def _labels(node: ast.AST) -> Iterator[Tuple[int, str]]:
    """(line, label) below a node, loads and visibility left out."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id == "load":
            return
    if isinstance(node, ast.keyword) and node.arg in _NOT_DEPENDENCIES:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if re.match(r"(@\w+)?//\S*$|@\w+$", node.value):
            yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from _labels(child)


def build_labels(text: str) -> List[Tuple[int, str]]:
    """The labels that targets of a BUILD file name. Starlark is parsed as the
    Python that it is a part of."""
    return list(_labels(ast.parse(text)))


def check_build_labels(tree: Tree) -> Iterator[Finding]:
    for path in tree.files:
        if os.path.basename(path) != "BUILD":
            continue
        top = path.split("/")[0]
        for line, label in build_labels(tree.text(path)):
            repository, _, package = label.partition("//")
            target = repository or re.split("[/:]", package)[0]
            if target in _FORBIDDEN.get(top, ()):
                yield Finding(
                    "%s: %s" % (path, label),
                    "%s:%d" % (path, line),
                    "%s must not depend on %s" % (top, label),
                )
            if label == "@mlir//:link":
                yield Finding(
                    "%s: %s" % (path, label),
                    "%s:%d" % (path, line),
                    "@mlir//:link belongs to mlir_binary and mlir_cc_test; "
                    "libraries take @mlir//:headers",
                )


def check_include_layers(tree: Tree) -> Iterator[Finding]:
    pattern = re.compile(r'\s*#\s*include\s*[<"](([\w-]+)/[^">]*)[">]')
    for path in tree.select(".h", ".cpp", ".c", ".td"):
        top = path.split("/")[0]
        forbidden = _FORBIDDEN.get(top, ())
        for number, line in tree.lines(path):
            match = pattern.match(line) or re.match(
                r'\s*include\s*"((\w+)/[^"]*)"', line
            )
            if match and match.group(2) in forbidden:
                yield Finding(
                    "%s: %s" % (path, match.group(1)),
                    "%s:%d" % (path, number),
                    "%s must not include %s" % (top, match.group(1)),
                )
