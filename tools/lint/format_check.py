# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""clang-format has nothing to change."""

import re
import subprocess
from typing import Iterator

from tree import Finding, Tree

CLANG_FORMAT = "clang-format-19"


def check_format(tree: Tree) -> Iterator[Finding]:
    files = tree.select(".h", ".cpp")
    if not files:
        return
    run = subprocess.run(
        [CLANG_FORMAT, "--dry-run", "--Werror", "--ferror-limit=1"] + files,
        cwd=tree.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    found = {}
    for line in run.stderr.splitlines():
        match = re.match(r"(.*?):(\d+):\d+: error: ", line)
        if match:
            found.setdefault(match.group(1), match.group(2))
    if run.returncode and not found:
        raise RuntimeError("%s failed: %s" % (CLANG_FORMAT, run.stderr[:2000]))
    for path, line in sorted(found.items()):
        yield Finding(
            path,
            "%s:%s" % (path, line),
            "not formatted; run: %s -i %s" % (CLANG_FORMAT, path),
        )
