# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads `llvm-objdump -d --no-show-raw-insn`: functions, loops, spills, calls.

x86-64 in AT&T syntax, and AArch64.
"""

import dataclasses
import re

_FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
_INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")
# objdump's own explanations.
_COMMENT = re.compile(r"\s+(#|//)\s.*$")
_TARGET = re.compile(r"0x([0-9a-f]+) <")
_BRANCH = re.compile(r"^(j[a-z]+|b|b\.[a-z]+|cbn?z|tbn?z)$")
_CALL = re.compile(r"^(call[a-z]*|blr?)$")
_VECTOR_REGISTER = re.compile(r"%[xyz]mm\d+|\b[vq]\d+\b")
_STACK_ADDRESS = re.compile(r"\(%rsp\b|\[sp\b")
_FRAME_ADDRESS = re.compile(r"\(%rbp\b|\[x29\b")
# %rbp and x29 are like any other register where no such instruction is.
_FRAME_POINTER = re.compile(r"^(movq %rsp, %rbp|mov x29, sp|add x29, sp, .*)$")


@dataclasses.dataclass(frozen=True)
class Instruction:
    address: int
    mnemonic: str
    operands: str  # as objdump writes them
    target: int | None  # the address that a branch or a call goes to

    def __str__(self):
        return f"{self.mnemonic} {self.operands}".rstrip()

    @property
    def is_call(self):
        return bool(_CALL.match(self.mnemonic))

    @property
    def is_branch(self):
        return self.target is not None and bool(_BRANCH.match(self.mnemonic))


class Function:
    """A function's name and its instructions, in the order of addresses."""

    def __init__(self, name):
        self.name = name
        self.instructions = []

    def innermost_loops(self):
        """Lists of instructions, from the target of a backward branch to the
        branch, that hold no other such list."""
        index = {i.address: n for n, i in enumerate(self.instructions)}
        spans = {
            (index[i.target], n)
            for n, i in enumerate(self.instructions)
            if i.is_branch and index.get(i.target, n + 1) <= n
        }
        return [
            self.instructions[first : last + 1]
            for first, last in sorted(spans)
            if not any(
                first <= a and b <= last
                for a, b in spans - {(first, last)}
            )
        ]

    def calls(self):
        return [i for i in self.instructions if i.is_call]

    def vector_spills(self, instructions):
        """Those that move a vector to or from the stack, or read one there."""
        has_frame = any(_FRAME_POINTER.match(str(i)) for i in self.instructions)
        return [
            i
            for i in instructions
            if _VECTOR_REGISTER.search(i.operands)
            and (
                _STACK_ADDRESS.search(i.operands)
                or (has_frame and _FRAME_ADDRESS.search(i.operands))
            )
        ]


def read_functions(listing):
    """The functions of a listing, in its order."""
    functions = []
    for line in listing.splitlines():
        if match := _FUNCTION.match(line):
            functions.append(Function(match[1]))
        elif functions and (match := _INSTRUCTION.match(line)):
            operands = _COMMENT.sub("", match[3]).strip()
            target = _TARGET.search(operands)
            functions[-1].instructions.append(
                Instruction(
                    int(match[1], 16),
                    match[2],
                    operands,
                    int(target[1], 16) if target else None,
                )
            )
    return functions
