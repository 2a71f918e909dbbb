#!/usr/bin/env python3
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a tensor: write_tensor.py FILE.npy|FILE.pb f32|i64|bool SIZES VALUE...

SIZES is 2x3, or "" for a scalar. A .pb file holds a serialized TensorProto.
"""

import struct
import sys

# name -> (NumPy's descr, struct's code, ONNX's number)
TYPES = {"f32": ("<f4", "f", 1), "i64": ("<i8", "q", 7), "bool": ("|b1", "?", 9)}


def main():
    path, dtype, sizes, *values = sys.argv[1:]
    dims = [int(size) for size in sizes.split("x") if size]
    descr, code, number = TYPES[dtype]
    parse = float if dtype == "f32" else int
    data = struct.pack(f"<{len(values)}{code}", *[parse(value) for value in values])
    if path.endswith(".npy"):
        shape = "".join(f"{dim}, " for dim in dims)
        header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape})}}"
        header = header.ljust(117) + "\n"
        data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data
    else:
        # Sizes and lengths below 128: varints of one byte.
        head = b"".join(bytes([0x08, dim]) for dim in dims)
        data = head + bytes([0x10, number, 0x4A, len(data)]) + data
    with open(path, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main()
