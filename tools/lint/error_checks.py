# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every error text is seen by a test.

A heuristic: the longest literal part of each diagnostic occurs in a test. For
dialects that is an invalid*.mlir; elsewhere any lit test or *Test.cpp.
"""

import os
import re
from typing import Iterator, List, Tuple

from tree import Finding, Tree, line_of, mask_cpp

_FOLDERS = ("dialects", "conversion", "transforms", "compiler")
_DIAGNOSTIC = re.compile(
    r"\b(emitError|emitOpError|emitOptionalError|emitWarning|emitRemark)\s*\("
)
# OpChecker::error of the graph dialect, and its likes.
_CHECKER = re.compile(r"\b(?:error|emit\w*Error|emitWarning)\s*\(")
_SHORTEST = 6


def _statement_end(masked: str, begin: int) -> int:
    depth = 0
    for i in range(begin, len(masked)):
        char = masked[i]
        if char in "({[":
            depth += 1
        elif char in ")}]":
            depth -= 1
            if depth < 0:
                return i
        elif char == ";" and depth <= 0:
            return i
    return len(masked)


def _join(masked: str, strings: List[Tuple[int, int, str]]) -> List[str]:
    """Values of literals; neighbours with only space between are one."""
    joined: List[str] = []
    previous_end = None
    for begin, end, value in strings:
        if previous_end is not None and not masked[previous_end:begin].strip():
            joined[-1] += value
        else:
            joined.append(value)
        previous_end = end
    return joined


def find_error_texts(tree: Tree, path: str) -> List[Tuple[int, str]]:
    """(line, longest literal part) of each diagnostic in a file."""
    text = tree.text(path)
    masked, strings = mask_cpp(text)
    is_dialect = path.startswith("dialects/")
    pattern = _CHECKER if is_dialect else _DIAGNOSTIC
    texts = []
    for match in pattern.finditer(masked):
        end = _statement_end(masked, match.end() - 1)
        parts = _join(
            masked, [s for s in strings if match.end() <= s[0] < end]
        )
        parts = [p.strip(" ,:;'\"()[]\n") for p in parts]
        parts = [p for p in parts if p not in ("but got", "expected")]
        longest = max(parts, key=len, default="")
        if len(longest) >= _SHORTEST:
            texts.append((line_of(text, match.start()), longest))
    return texts


def check_error_texts(tree: Tree) -> Iterator[Finding]:
    lit_tests = tree.select(".mlir", ".test", folder="tests")
    invalid = "\n".join(
        tree.text(f)
        for f in lit_tests
        if os.path.basename(f).startswith("invalid")
    )
    everything = "\n".join(
        tree.text(f) for f in lit_tests + tree.select("Test.cpp")
    )
    # A literal that C++ splits over lines is whole again.
    everything = re.sub(r'"\s*\n\s*"', "", everything)
    for folder in _FOLDERS:
        seen = invalid if folder == "dialects" else everything
        for path in tree.select(".h", ".cpp", folder=folder):
            if path.endswith("Test.cpp"):
                continue
            for line, text in find_error_texts(tree, path):
                if text not in seen:
                    yield Finding(
                        "%s: %s" % (path, text),
                        "%s:%d" % (path, line),
                        "no test sees the error '%s'" % text,
                    )
