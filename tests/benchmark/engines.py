# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The engines that models.py times: one class each, with the same methods.

An engine loads a model for a number of threads, takes its inputs once with
`prepare` and computes with `run`, which copies nothing and makes no Python
objects beyond what the engine's own binding makes. `fetch` returns the outputs
of the last run, in the model's order.

    engines.py ENGINE FILE THREADS FEEDS.npz

loads and runs once and prints the process's peak resident memory in MB; with
`none` for ENGINE, what Python, NumPy and the inputs alone take.
"""

import ctypes
import os
import sys

import numpy as np

NUMPY_TYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64,
               "tensor(int32)": np.int32, "tensor(double)": np.float64,
               "tensor(uint8)": np.uint8, "tensor(int8)": np.int8,
               "tensor(bool)": np.bool_, "tensor(float16)": np.float16}
POOL_LIBRARY = "bazel-bin/tests/benchmark/pool.so"


class Tessera:
    """A compiled package, called through its C ABI."""

    def __init__(self, path, threads, feeds):
        from package import Package
        hook = pool = None
        if threads > 1:
            library = ctypes.CDLL(os.path.abspath(POOL_LIBRARY))
            library.create_pool.restype = ctypes.c_void_p
            pool = library.create_pool(threads)
            hook = ctypes.cast(library.run_parallel, ctypes.c_void_p)
        self.package = Package(path, hook, pool)
        self.run = self.package.run
        self.prepare(feeds)

    def prepare(self, feeds):
        self.package.prepare(feeds)

    def fetch(self):
        return self.package.results


class OnnxRuntime:
    """ONNX Runtime with all of its optimisations, inputs and outputs bound."""

    def __init__(self, path, threads, feeds):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Or its idle threads would slow the others down.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"])
        if feeds is not None:
            self.prepare(feeds)

    def prepare(self, feeds):
        self.feeds = feeds
        self.binding = self.session.io_binding()
        for info in self.session.get_inputs():
            self.binding.bind_cpu_input(info.name, feeds[info.name])
        for info in self.session.get_outputs():
            self.binding.bind_output(info.name)

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def fetch(self):
        return self.binding.copy_outputs_to_cpu()


class OpenVino:
    """OpenVINO at f32: its own default computes in bf16 where the CPU can."""

    def __init__(self, path, threads, feeds):
        import openvino
        self.openvino = openvino
        core = openvino.Core()
        model = core.read_model(path)
        if model.is_dynamic():
            model.reshape({name: list(value.shape)
                           for name, value in feeds.items()})
        self.compiled = core.compile_model(model, "CPU", {
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
            # Others use this machine too.
            "ENABLE_CPU_PINNING": False})
        self.request = self.compiled.create_infer_request()
        self.prepare(feeds)

    def prepare(self, feeds):
        self.tensors = {}
        for port in self.compiled.inputs:
            name = next(n for n in port.get_names() if n in feeds)
            self.tensors[name] = self.openvino.Tensor(feeds[name],
                                                      shared_memory=True)
            self.request.set_tensor(port, self.tensors[name])

    def run(self):
        self.request.infer(share_outputs=True)

    def fetch(self):
        return [np.array(self.request.get_tensor(port).data)
                for port in self.compiled.outputs]


ENGINES = {"Tessera": Tessera, "ONNX Runtime": OnnxRuntime,
           "OpenVINO": OpenVino}


def read_peak(pid):
    """Peak resident memory of a running process in MB; 0 once it is gone."""
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def main():
    name, path, threads, feeds_file = sys.argv[1:]
    with np.load(feeds_file) as archive:
        feeds = {key: archive[key] for key in archive.files}
    if name != "none":
        ENGINES[name](path, int(threads), feeds).run()
    print(read_peak("self"))
    sys.stdout.flush()
    # No engine's tear-down is of interest.
    os._exit(0)


if __name__ == "__main__":
    main()
