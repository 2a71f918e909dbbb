# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exceptions from a check, one key a line; they may only shrink."""

import os
from typing import Dict, List, Optional, Tuple

from tree import Finding

# Ceilings are rounded up, so that a line more here and there needs no edit.
_STEP = 25
_SEPARATOR = " <= "


class AllowList:
    """The file of one check; an absent file allows nothing."""

    def __init__(self, path: str):
        self.path = path
        self.entries: Dict[str, Optional[int]] = {}
        if not os.path.exists(path):
            return
        with open(path, encoding="utf-8") as file:
            for line in file:
                line = line.rstrip("\n")
                if not line or line.startswith("#"):
                    continue
                key, separator, ceiling = line.rpartition(_SEPARATOR)
                if separator and ceiling.isdigit():
                    self.entries[key] = int(ceiling)
                else:
                    self.entries[line] = None

    def apply(self, findings: List[Finding]) -> Tuple[List[Finding], List[str]]:
        """Returns the findings that are not allowed, and the entries that
        nothing needs any more."""
        refused = [f for f in findings if not self._allows(f)]
        needed: Dict[str, int] = {}
        for finding in findings:
            size = finding.size or 0
            needed[finding.key] = max(needed.get(finding.key, 0), size)
        stale = []
        for key, ceiling in self.entries.items():
            if key not in needed:
                stale.append(key)
            elif ceiling is not None and ceiling >= needed[key] + 2 * _STEP:
                stale.append(key + _SEPARATOR + str(ceiling))
        return refused, stale

    def _allows(self, finding: Finding) -> bool:
        if finding.key not in self.entries:
            return False
        ceiling = self.entries[finding.key]
        return ceiling is None or (finding.size or 0) <= ceiling

    def update(self, findings: List[Finding]) -> Tuple[List[str], List[str]]:
        """Rewrites the file to what the findings need. Returns the keys that
        came and those that went."""
        entries: Dict[str, Optional[int]] = {}
        for finding in findings:
            if finding.size is None:
                entries[finding.key] = None
                continue
            ceiling = -(-finding.size // _STEP) * _STEP
            entries[finding.key] = max(entries.get(finding.key) or 0, ceiling)
        came = sorted(set(entries) - set(self.entries))
        went = sorted(set(self.entries) - set(entries))
        if entries == self.entries:
            return came, went
        self.entries = entries
        if not entries:
            if os.path.exists(self.path):
                os.remove(self.path)
            return came, went
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path, "w", encoding="utf-8") as file:
            for key, ceiling in sorted(entries.items()):
                suffix = "" if ceiling is None else _SEPARATOR + str(ceiling)
                file.write(key + suffix + "\n")
        return came, went
