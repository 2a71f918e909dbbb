#!/usr/bin/env python3
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads the innermost loop of kernels for one class of CPUs.

usage: hot_loop_test.py TESSERA LLVM_OBJDUMP TARGET

The loop with the most multiply-adds uses the class's instruction on vectors of
its native width and nothing else for them, has at least as many as expected,
calls nothing, and moves no vector to or from the stack. Where it does today, the
table says how often; that number may only shrink.
"""

import array
import collections
import dataclasses
import math
import os
import random
import re
import subprocess
import sys
import tempfile

# Beside the link to this file that Bazel makes, not beside the file itself.
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from disassembly import read_functions

# One multiply-add takes one instruction of each pattern. `register` is how a
# vector of native width is written.
Class = collections.namedtuple("Class", "mnemonics register")
CLASSES = {
    "cpu:x86-64-v2": Class([r"mul[ps]s", r"add[ps]s"], "%xmm"),
    "cpu:x86-64-v3": Class([r"vfn?m(add|sub)\d+[ps]s"], "%ymm"),
    "cpu:x86-64-v4": Class([r"vfn?m(add|sub)\d+[ps]s"], "%zmm"),
    "cpu:aarch64": Class([r"f(ml[as]|n?madd|n?msub)"], "v"),
}
SCALAR = re.compile(r"(mul|add)ss|vf\w+ss|fn?m(add|sub)")


@dataclasses.dataclass
class Kernel:
    """A graph and, for v2, v3, v4 and aarch64, what its hot loop has."""

    text: str
    multiply_adds: tuple  # at least; None where a native vector is too wide
    spills: tuple = (0, 0, 0, 0)  # at most; may only shrink


def tensor(*dims):
    return f"tensor<{'x'.join(map(str, dims))}xf32>"


def weights(*dims):
    values = random.Random(1)
    data = array.array("f", (values.uniform(-1, 1) for _ in range(math.prod(dims))))
    return f'%w = graph.constant dense<"0x{data.tobytes().hex().upper()}"> : {tensor(*dims)}'


def function(x, y, body):
    return f"func.func @main(%x: {x}) -> {y} {{\n{body}\nreturn %y : {y}\n}}\n"


def gemm(rows, columns, depth):
    x, w, y = tensor(rows, depth), tensor(depth, columns), tensor(rows, columns)
    product = f"%y = graph.matmul %x, %w : ({x}, {w}) -> {y}"
    return function(x, y, f"{weights(depth, columns)}\n{product}")


def conv(pixels, inputs, outputs, size, stride=1, groups=1):
    """Of an image of pixels x pixels, padded by size / 2 on all sides."""
    pad = size // 2
    extent = (pixels + 2 * pad - size) // stride + 1
    dims = (size, size, inputs // groups, outputs)
    x, y = tensor(1, pixels, pixels, inputs), tensor(1, extent, extent, outputs)
    attributes = (
        f"channels_last, dilations = array<i64: 1, 1>, groups = {groups} : i64, "
        f"pads = array<i64: {pad}, {pad}, {pad}, {pad}>, "
        f"strides = array<i64: {stride}, {stride}>"
    )
    product = f"%y = graph.conv %x, %w {{{attributes}}} : ({x}, {tensor(*dims)}) -> {y}"
    return function(x, y, f"{weights(*dims)}\n{product}")


def depthwise(pixels, channels, size, stride=1):
    return conv(pixels, channels, channels, size, stride, groups=channels)


def softmax(rows, columns):
    x = tensor(rows, columns)
    return function(x, x, f"%y = graph.softmax %x {{axis = 1 : i64}} : ({x}) -> {x}")


# Spills: on AArch64 LLVM loads pixels of a depthwise convolution of stride 2 long
# before their use; four vectors of exp at a time and its constants do not fit.
KERNELS = {
    "gemm 64x96x256": Kernel(gemm(64, 96, 256), (12, 12, 48, 48)),
    "gemm 7x64x256": Kernel(gemm(7, 64, 256), (8, 16, 14, 42)),
    "gemm 8x8x256": Kernel(gemm(8, 8, 256), (8, 8, None, 16)),
    "conv 1x1": Kernel(conv(14, 64, 128, 1), (12, 12, 48, 48)),
    "conv 3x3": Kernel(conv(14, 64, 64, 3), (8, 16, 40, 40)),
    "conv 3x3 stride 2": Kernel(conv(28, 32, 64, 3, 2), (8, 16, 40, 40)),
    "depthwise 3x3": Kernel(depthwise(28, 96, 3), (63, 72, 144, 144)),
    "depthwise 3x3 stride 2": Kernel(
        depthwise(28, 96, 3, 2), (63, 63, 126, 126), (0, 0, 0, 28)
    ),
    "softmax": Kernel(softmax(64, 256), (32, 32, 32, 32), (0, 4, 0, 4)),
}


def count_multiply_adds(instructions, cpu):
    return min(
        sum(bool(re.fullmatch(pattern, i.mnemonic)) for i in instructions)
        for pattern in cpu.mnemonics
    )


def compile_and_list(tessera, objdump, target, kernel):
    """objdump's listing of the kernel's package."""
    with tempfile.TemporaryDirectory() as folder:
        model, package = folder + "/kernel.mlir", folder + "/kernel.so"
        with open(model, "w", encoding="ascii") as file:
            file.write(kernel.text)
        options = ["--target", target, "--accuracy=exact", "--threads=1"]
        subprocess.run(
            [tessera, "compile", model, "-o", package, *options],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return subprocess.run(
            [objdump, "-d", "--no-show-raw-insn", package],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout


def find_hot_loop(functions, cpu):
    """The function and the instructions of its loop with the most multiply-adds;
    None without any."""
    loops = [(f, loop) for f in functions for loop in f.innermost_loops()]
    hottest = max(
        loops, key=lambda pair: count_multiply_adds(pair[1], cpu), default=None
    )
    if hottest is None or count_multiply_adds(hottest[1], cpu) == 0:
        return None
    return hottest


def find_faults(functions, cpu, least, most_spills):
    """One text for each thing that the hot loop should not be."""
    hottest = find_hot_loop(functions, cpu)
    if hottest is None:
        return ["expected a loop with multiply-adds, but got none"]
    kernel, loop = hottest
    where = f"in the hot loop of {kernel.name}, "
    faults = []
    count = count_multiply_adds(loop, cpu)
    if count < least:
        faults.append(f"{where}expected at least {least} multiply-adds, but got {count}")
    for i in loop:
        if any(re.fullmatch(pattern, i.mnemonic) for pattern in cpu.mnemonics) and (
            SCALAR.fullmatch(i.mnemonic) or not re.search(cpu.register + r"\d", i.operands)
        ):
            faults.append(f"{where}expected vectors of {cpu.register}, but got '{i}'")
    spills = kernel.vector_spills(loop)
    if len(spills) != most_spills:
        advice = "; lower the number in the table" if len(spills) < most_spills else ""
        faults.append(
            f"{where}expected {most_spills} vectors moved to or from the stack, but got "
            f"{len(spills)} of {len(loop)} instructions{advice}: "
            + "; ".join(map(str, spills))
        )
    # A share of a parallel loop is a leaf; so is a program that has no shares.
    faults += [
        f"in {kernel.name}, expected no calls, but got '{i}'" for i in kernel.calls()
    ]
    return faults


def main(arguments):
    if len(arguments) != 4 or arguments[3] not in CLASSES:
        print(__doc__, file=sys.stderr)
        return 2
    tessera, objdump, target = arguments[1:]
    which = list(CLASSES).index(target)
    failed = False
    for name, kernel in KERNELS.items():
        if kernel.multiply_adds[which] is None:
            continue
        listing = compile_and_list(tessera, objdump, target, kernel)
        faults = find_faults(
            read_functions(listing),
            CLASSES[target],
            kernel.multiply_adds[which],
            kernel.spills[which],
        )
        failed |= bool(faults)
        for fault in faults:
            print(f"error: {name} for {target}: {fault}", file=sys.stderr)
        if not faults:
            print(f"{name}: good")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
