# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a compiled package from Python through its C ABI.

Mirrors runtime/tessera_package.h; for benchmarks and oracles only.
"""

import ctypes
import json
import time

import numpy as np

DTYPES = {
    1: np.float16, 2: np.uint16, 3: np.float32, 4: np.float64, 5: np.int8,
    6: np.int16, 7: np.int32, 8: np.int64, 9: np.uint8, 10: np.uint16,
    11: np.uint32, 12: np.uint64, 13: np.bool_,
}


class TensorInfo(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("dtype", ctypes.c_uint32),
                ("rank", ctypes.c_uint32),
                ("dims", ctypes.POINTER(ctypes.c_int64))]


class KernelInfo(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("sources", ctypes.c_char_p),
                ("schedule", ctypes.c_char_p), ("flops", ctypes.c_uint64),
                ("bytes", ctypes.c_uint64)]


class RunArgs(ctypes.Structure):
    _fields_ = [("struct_bytes", ctypes.c_uint64),
                ("inputs", ctypes.c_void_p), ("outputs", ctypes.c_void_p),
                ("arena", ctypes.c_void_p), ("weights", ctypes.c_void_p),
                ("parallel_for", ctypes.c_void_p), ("pool", ctypes.c_void_p),
                ("profile", ctypes.c_void_p),
                ("profile_context", ctypes.c_void_p)]


class Table(ctypes.Structure):
    _fields_ = [("struct_bytes", ctypes.c_uint64),
                ("abi_version", ctypes.c_uint32),
                ("num_inputs", ctypes.c_uint32),
                ("num_outputs", ctypes.c_uint32),
                ("num_kernels", ctypes.c_uint32),
                ("inputs", ctypes.POINTER(TensorInfo)),
                ("outputs", ctypes.POINTER(TensorInfo)),
                ("kernels", ctypes.POINTER(KernelInfo)),
                ("arena_bytes", ctypes.c_uint64),
                ("arena_alignment", ctypes.c_uint64),
                ("weights", ctypes.c_void_p),
                ("weights_bytes", ctypes.c_uint64),
                ("weights_alignment", ctypes.c_uint64),
                ("build_record", ctypes.c_char_p),
                ("build_record_bytes", ctypes.c_uint64),
                ("run", ctypes.CFUNCTYPE(ctypes.c_int32,
                                         ctypes.POINTER(RunArgs)))]


def describe(info):
    return (info.name.decode(), DTYPES[info.dtype],
            [info.dims[i] for i in range(info.rank)])


class Package:
    """A loaded package; `load_ms` is the time that loading took.

    `parallel_for` and `pool` are what the ABI's tessera_run_args take; without
    them a run stays on the calling thread.
    """

    def __init__(self, path, parallel_for=None, pool=None):
        self.threads = (parallel_for, pool)
        begin = time.perf_counter()
        self.library = ctypes.CDLL(path)
        get = self.library.tessera_get_package
        get.restype = ctypes.POINTER(Table)
        self.table = get().contents
        self.load_ms = (time.perf_counter() - begin) * 1e3
        table = self.table
        self.inputs = [describe(table.inputs[i])
                       for i in range(table.num_inputs)]
        self.outputs = [describe(table.outputs[i])
                        for i in range(table.num_outputs)]
        self.record = json.loads(table.build_record)
        raw = np.zeros(table.arena_bytes + 64, np.uint8)
        self.arena = raw[-raw.ctypes.data % 64:]

    def prepare(self, feeds):
        """Sets the inputs, by name, for `run`."""
        self.fed = [np.ascontiguousarray(feeds[name], dtype=dtype)
                    for name, dtype, _ in self.inputs]
        for array, (name, _, dims) in zip(self.fed, self.inputs):
            if list(array.shape) != dims:
                raise ValueError(f"{name}: expected {dims}, "
                                 f"but got {list(array.shape)}")
        self.results = [np.zeros(dims, dtype) for _, dtype, dims
                        in self.outputs]

        def pointers(arrays):
            kind = ctypes.c_void_p * max(1, len(arrays))
            return kind(*[array.ctypes.data for array in arrays])

        self.input_pointers = pointers(self.fed)
        self.output_pointers = pointers(self.results)
        self.args = RunArgs(
            ctypes.sizeof(RunArgs),
            ctypes.cast(self.input_pointers, ctypes.c_void_p),
            ctypes.cast(self.output_pointers, ctypes.c_void_p),
            self.arena.ctypes.data, self.table.weights, *self.threads)

    def run(self):
        """Computes `results`: one array for each of `outputs`."""
        if self.table.run(ctypes.byref(self.args)) != 0:
            raise RuntimeError("the package refused its arguments")
