# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks of names: files, and the chain pass - file - flag - test."""

import os
import re
from typing import Iterator, List, Optional, Tuple

from tree import Finding, Record, Records, Tree

_PASSES_PER_FILE = 12


def _camel(words: str) -> str:
    return "".join(w[:1].upper() + w[1:] for w in re.split("[-_]", words))


def _flag(record: Record) -> str:
    match = re.search(r'"([^"]*)"', record.header)
    return match.group(1) if match else ""


def _passes(tree: Tree) -> List[Record]:
    return Records(tree).defs_of("Pass", "InterfacePass")


def check_pass_documentation(tree: Tree) -> Iterator[Finding]:
    counts = {}
    for record in _passes(tree):
        counts[record.path] = counts.get(record.path, 0) + 1
        where = "%s:%d" % (record.path, record.line)
        if not re.search(r"\blet\s+summary\s*=", record.masked_body):
            yield Finding(record.name, where, record.name + " has no summary")
        description = re.search(
            r"\blet\s+description\s*=\s*\[\{(.*?)\}\]", record.body, re.S
        )
        if not description:
            yield Finding(
                record.name, where, record.name + " has no description"
            )
            continue
        for word in ("Requires", "Produces"):
            if "**%s**" % word not in description.group(1):
                yield Finding(
                    "%s: %s" % (record.name, word),
                    where,
                    "the description of %s lacks **%s**" % (record.name, word),
                )
    for path, count in sorted(counts.items()):
        if count > _PASSES_PER_FILE:
            yield Finding(
                path,
                path,
                "expected at most %d passes, but got %d"
                % (_PASSES_PER_FILE, count),
                count,
            )


def check_op_summaries(tree: Tree) -> Iterator[Finding]:
    records = Records(tree)
    for record in records.defs_of("Op"):
        if not records.lets(record, "summary"):
            yield Finding(
                record.name,
                "%s:%d" % (record.path, record.line),
                record.name + " has no summary",
            )


def _expected_sources(folder: str, flag: str) -> Tuple[List[str], List[str]]:
    """Names of the pass's file, and prefixes that its flag may have."""
    parts = folder.split("/")
    if parts[0] == "transforms":  # the dialect, then perhaps a family
        prefixes = [parts[1] + "-"]
    else:
        dialects = [w for w in re.split("_to_|_", parts[-1]) if w]
        prefixes = ["convert-"] + [d + "-" for d in dialects]
    stems = []
    for prefix in prefixes:
        if flag.startswith(prefix):
            stems.append(_camel(flag[len(prefix) :]))
    if parts[0] != "transforms":
        # convert-loop-programs: ConvertPrograms.cpp
        stems += [
            _camel(flag.replace(prefix, "", 1))
            for prefix in prefixes
            if prefix in flag
        ]
        stems.append(_camel(flag))
    return ["%s/%s.cpp" % (folder, s) for s in dict.fromkeys(stems)], prefixes


def _expected_test(tree: Tree, folder: str, flag: str) -> Optional[str]:
    """None if the pass has its test, otherwise what is missing."""
    tests = "tests/" + folder
    if folder.startswith("transforms/"):
        _, _, rest = flag.partition("-")
        path = "%s/%s.mlir" % (tests, rest)
        return None if path in tree.file_set else path
    # As an option or inside of --pass-pipeline; not as the tool's name.
    used = re.compile(
        r"RUN:.*(\s--?|[(,])%s(?![\w-])" % re.escape(flag)
    )
    for path in tree.select(".mlir", ".test", folder=tests):
        if used.search(tree.text(path)):
            return None
    return "a test in %s that runs it" % tests


def check_pass_names(tree: Tree) -> Iterator[Finding]:
    for record in _passes(tree):
        folder = os.path.dirname(record.path)
        where = "%s:%d" % (record.path, record.line)
        flag = _flag(record)
        if record.name != _camel(flag) + "Pass":
            yield Finding(
                record.name + ": def",
                where,
                "flag '%s' wants the def %sPass, but got %s"
                % (flag, _camel(flag), record.name),
            )
        sources, prefixes = _expected_sources(folder, flag)
        if not flag.startswith(tuple(prefixes)):
            yield Finding(
                record.name + ": flag",
                where,
                "expected a flag that starts with %s, but got '%s'"
                % (" or ".join(prefixes), flag),
            )
        guard = "#define GEN_PASS_DEF_%s\n" % record.name.upper()
        homes = [
            f for f in sources if f in tree.file_set and guard in tree.text(f)
        ]
        if not homes:
            yield Finding(
                record.name + ": file",
                where,
                "%s is not defined in %s"
                % (record.name, " or ".join(sources) or "a file of its name"),
            )
        missing = _expected_test(tree, folder, flag)
        if missing:
            yield Finding(
                record.name + ": test",
                where,
                "%s has no test: expected %s" % (record.name, missing),
            )
        for home in homes:
            debug_type = re.search(
                r'^#define DEBUG_TYPE "(.*)"', tree.text(home), re.M
            )
            if debug_type and debug_type.group(1) != flag:
                yield Finding(
                    record.name + ": DEBUG_TYPE",
                    home,
                    "expected DEBUG_TYPE '%s', but got '%s'"
                    % (flag, debug_type.group(1)),
                )


_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.(mlir|test)$")
_SNAKE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*$")
_CAMEL = re.compile(r"[A-Z][A-Za-z0-9]*\.(h|cpp|td)$")
_MAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.cpp$")
_VAGUE = re.compile(r"^(Utils?|Misc|Common|Helpers?|Stuff)\.(h|cpp|td)$")


def check_file_names(tree: Tree) -> Iterator[Finding]:
    for path in tree.files:
        folder, name = os.path.split(path)
        for part in folder.split("/") if folder else []:
            if not _SNAKE.match(part) and not part.startswith("."):
                yield Finding(
                    folder + "/", path, "folder not in lower_snake: " + part
                )
        fits = True
        if name.endswith((".mlir", ".test")) and path.startswith("tests/"):
            fits = _KEBAB.match(name)
        elif name.endswith((".h", ".td")):
            fits = _CAMEL.match(name)
        elif name.endswith(".cpp"):
            is_tool = path.startswith("tools/") and _MAIN.match(name)
            fits = _CAMEL.match(name) or is_tool
        if not fits:
            yield Finding(
                path,
                path,
                "expected CamelCase for C++ and TableGen, kebab-case for lit "
                "tests and tools' main files",
            )
        if _VAGUE.match(name):
            yield Finding(path, path, "a name that says nothing: " + name)
