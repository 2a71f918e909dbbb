# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The files that are linted, and readers for C++ and TableGen."""

import os
import re
import subprocess
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple


class Finding(NamedTuple):
    """What a check found.

    An allow-list names findings by `key`: it holds no line number, so that
    edits elsewhere in the file leave it alone. `size` is set where an
    exception has a ceiling.
    """

    key: str
    where: str
    message: str
    size: Optional[int] = None


class Tree:
    """The tracked files below a root, by paths relative to it."""

    def __init__(self, root: str, files: List[str]):
        self.root = root
        # A file may be tracked and already removed.
        self.files = sorted(
            f for f in files if os.path.isfile(os.path.join(root, f))
        )
        self.file_set = frozenset(self.files)
        self._texts: Dict[str, str] = {}

    @staticmethod
    def of_git(root: str) -> "Tree":
        listing = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z"],
            cwd=root,
            check=True,
            stdout=subprocess.PIPE,
        )
        return Tree(root, [f for f in listing.stdout.decode().split("\0") if f])

    def text(self, path: str) -> str:
        """The file's text; bytes that are not UTF-8 are replaced."""
        if path not in self._texts:
            with open(os.path.join(self.root, path), "rb") as file:
                self._texts[path] = file.read().decode("utf-8", "replace")
        return self._texts[path]

    def is_binary(self, path: str) -> bool:
        return "\0" in self.text(path)

    def lines(self, path: str) -> Iterator[Tuple[int, str]]:
        return enumerate(self.text(path).splitlines(), 1)

    def select(self, *suffixes: str, folder: str = "") -> List[str]:
        """Files below the folder whose names end so."""
        prefix = folder + "/" if folder else ""
        return [
            f
            for f in self.files
            if f.startswith(prefix) and (not suffixes or f.endswith(suffixes))
        ]


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


_CPP_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"\((?P<raw>.*?)\)"'
    r'|"(?P<string>(?:[^"\\\n]|\\.)*)"'
    r"|(?<![0-9A-Za-z_])'(?:[^'\\\n]|\\.)+'",
    re.S,
)


def mask_cpp(text: str) -> Tuple[str, List[Tuple[int, int, str]]]:
    """Blanks comments and literals of C++.

    Returns:
      Text of the same length, and each string literal as (begin, end, value).
    """
    strings = []

    def blank(match):
        value = match.group("raw")
        if value is None and match.group("string") is not None:
            value = match.group("string").replace('\\"', '"')
            value = value.replace("\\n", "\n").replace("\\\\", "\\")
        if value is not None:
            strings.append((match.start(), match.end(), value))
        return re.sub(r"[^\n]", " ", match.group())

    return _CPP_TOKEN.sub(blank, text), strings


_TD_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|\[\{.*?\}\]|"(?:[^"\\\n]|\\.)*"', re.S
)


class Record(NamedTuple):
    """A def or class of TableGen."""

    kind: str
    name: str
    path: str
    line: int
    header: str
    parents: List[str]
    body: str
    masked_body: str


def _end_of_record(masked: str, begin: int) -> Tuple[int, int]:
    """Where the body of the record begins and ends; equal for no body."""
    depth = 0
    for i in range(begin, len(masked)):
        char = masked[i]
        if char in "<[(":
            depth += 1
        elif char in ">])":
            depth -= 1
        elif depth == 0 and char == ";":
            return i, i
        elif depth == 0 and char == "{":
            braces = 0
            for j in range(i, len(masked)):
                braces += {"{": 1, "}": -1}.get(masked[j], 0)
                if braces == 0:
                    return i + 1, j
    return len(masked), len(masked)


def _parents(header: str) -> List[str]:
    """The classes after the colon, without their arguments."""
    depth = 0
    flat = []
    for char in header:
        depth -= char in ">])"
        if depth == 0:
            flat.append(char)
        depth += char in "<[("
    _, _, after = "".join(flat).partition(":")
    return re.findall(r"\w+", after)


def parse_td(tree: Tree, path: str) -> List[Record]:
    """The records of a TableGen file."""
    text = tree.text(path)
    masked = _TD_TOKEN.sub(
        lambda match: re.sub(r"[^\n]", " ", match.group()), text
    )
    records = []
    for match in re.finditer(r"^(def|class)\s+(\w+)", masked, re.M):
        begin, end = _end_of_record(masked, match.end())
        header = slice(match.end(), max(begin - 1, match.end()))
        records.append(
            Record(
                kind=match.group(1),
                name=match.group(2),
                path=path,
                line=line_of(text, match.start()),
                header=text[header],
                parents=_parents(masked[header]),
                body=text[begin:end],
                masked_body=masked[begin:end],
            )
        )
    return records


class Records:
    """All TableGen records of a tree."""

    def __init__(self, tree: Tree):
        self.all = [r for f in tree.select(".td") for r in parse_td(tree, f)]
        self.classes = {r.name: r for r in self.all if r.kind == "class"}

    def ancestors(self, record: Record) -> List[str]:
        """Names of all classes that the record derives from."""
        names: List[str] = []
        pending = list(record.parents)
        while pending:
            name = pending.pop()
            if name not in names:
                names.append(name)
                if name in self.classes:
                    pending += self.classes[name].parents
        return names

    def defs_of(self, *bases: str) -> List[Record]:
        return [
            r
            for r in self.all
            if r.kind == "def" and set(bases) & set(self.ancestors(r))
        ]

    def lets(self, record: Record, field: str) -> bool:
        """Whether the record or a class of it sets the field."""
        pattern = re.compile(r"\blet\s+%s\s*=" % field)
        chain = [record] + [
            self.classes[a]
            for a in self.ancestors(record)
            if a in self.classes
        ]
        return any(pattern.search(r.masked_body) for r in chain)
