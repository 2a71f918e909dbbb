#!/usr/bin/env python3
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""hot_loop_test.py finds each fault in assembly that has it, and no other."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from disassembly import read_functions
from hot_loop_test import CLASSES, find_faults

# An outer loop around two inner ones, of which the second is the hot one.
AVX2 = """
package.so:	file format elf64-x86-64

Disassembly of section .text:

0000000000001000 <kernel>:
    1000:      	vmovups	0x40(%rsp), %ymm9
    1008:      	vmulps	%ymm1, %ymm2, %ymm3
    1010:      	jl	0x1008 <kernel+0x8>
    1018:      	vfmadd231ps	%ymm1, %ymm2, %ymm0 # ymm0 = (ymm2 * ymm1) + ymm0
    1020:      	vfmadd231ps	(%rdi,%rax,4), %ymm2, %ymm3 # ymm3 = (ymm2 * mem) + ymm3
    1028:      	movq	%rcx, 0x20(%rsp)
    1030:      	vmovups	%ymm8, (%rbp)
    1038:      	jne	0x1018 <kernel+0x18>
    1040:      	jmp	0x1000 <kernel>
    1048:      	retq
"""

SSE = """
0000000000001000 <kernel>:
    1000:      	mulps	%xmm1, %xmm2
    1004:      	addps	%xmm2, %xmm0
    1008:      	addps	%xmm3, %xmm0
    100c:      	jl	0x1000 <kernel>
"""

NEON = """
0000000000001000 <kernel>:
    1000:      	ldr	q1, [x29]
    1004:      	fmla	v0.4s, v1.4s, v2.s[0]
    1008:      	b.ne	0x1000 <kernel>
    100c:      	ret
"""


def faults(listing, level, least=1, most_spills=0):
    return find_faults(read_functions(listing), CLASSES["cpu:" + level], least, most_spills)


class HotLoopReaderTest(unittest.TestCase):
    def test_good_loops_have_no_faults(self):
        self.assertEqual(faults(AVX2, "x86-64-v3", least=2), [])
        self.assertEqual(faults(SSE, "x86-64-v2"), [])
        self.assertEqual(faults(NEON, "aarch64"), [])

    def test_a_loop_is_from_the_target_of_a_branch_to_the_branch(self):
        (function,) = read_functions(AVX2)
        loops = [[hex(i.address) for i in loop] for loop in function.innermost_loops()]
        self.assertEqual(
            loops,
            [["0x1008", "0x1010"], ["0x1018", "0x1020", "0x1028", "0x1030", "0x1038"]],
        )

    def test_no_loop(self):
        expected = ["expected a loop with multiply-adds, but got none"]
        self.assertEqual(faults("", "x86-64-v3"), expected)
        self.assertEqual(faults(SSE.replace("mulps", "subps"), "x86-64-v2"), expected)

    def test_too_few_multiply_adds(self):
        # A product and a sum are one.
        self.assertEqual(
            faults(SSE, "x86-64-v2", least=2),
            ["in the hot loop of kernel, expected at least 2 multiply-adds, but got 1"],
        )

    def test_other_widths(self):
        self.assertEqual(
            faults(AVX2.replace("%ymm1, %ymm2, %ymm0", "%xmm1, %xmm2, %xmm0"), "x86-64-v3"),
            [
                "in the hot loop of kernel, expected vectors of %ymm, but got "
                "'vfmadd231ps %xmm1, %xmm2, %xmm0'"
            ],
        )
        self.assertIn("'mulss %xmm1, %xmm2'", faults(SSE.replace("mulps", "mulss"), "x86-64-v2")[0])
        self.assertIn(
            "'fmadd s0, s1, s2, s0'",
            faults(NEON.replace("fmla\tv0.4s, v1.4s, v2.s[0]", "fmadd\ts0, s1, s2, s0"), "aarch64")[0],
        )

    def test_spills(self):
        spilled = AVX2.replace("(%rdi,%rax,4)", "-0x20(%rsp)")
        message = (
            "in the hot loop of kernel, expected {} vectors moved to or from the stack, but "
            "got 1 of 5 instructions{}: vfmadd231ps -0x20(%rsp), %ymm2, %ymm3"
        )
        self.assertEqual(faults(spilled, "x86-64-v3"), [message.format(0, "")])
        self.assertEqual(
            faults(spilled, "x86-64-v3", most_spills=2),
            [message.format(2, "; lower the number in the table")],
        )
        self.assertEqual(faults(spilled, "x86-64-v3", most_spills=1), [])

    def test_frame_pointers_address_the_stack(self):
        framed = AVX2.replace("vmovups	0x40(%rsp), %ymm9", "movq	%rsp, %rbp")
        self.assertIn("vmovups %ymm8, (%rbp)", faults(framed, "x86-64-v3")[0])
        framed = NEON.replace("ret", "add	x29, sp, #0x40")
        self.assertIn("ldr q1, [x29]", faults(framed, "aarch64")[0])
        self.assertIn("ldr q1, [sp]", faults(NEON.replace("x29", "sp"), "aarch64")[0])

    def test_calls(self):
        called = AVX2.replace("vmovups	0x40(%rsp), %ymm9", "callq	0x2000 <expf>")
        self.assertEqual(
            faults(called, "x86-64-v3"),
            ["in kernel, expected no calls, but got 'callq 0x2000 <expf>'"],
        )
        self.assertIn("'blr x8'", faults(NEON.replace("ret", "blr	x8"), "aarch64")[0])


if __name__ == "__main__":
    unittest.main()
