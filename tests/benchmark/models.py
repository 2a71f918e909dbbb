# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles networks and times them beside ONNX Runtime, one thread each.

Usage: models.py TESSERA LIST [NAME...]: prints a Markdown table. LIST names one
model a line, `path [dimension=size ...]`, relative to $TESSERA_TEST_DATA or to
$TESSERA_NETWORKS (where networks/make_weights.py wrote). Inputs are fresh
random data; both run in strict alternation; times are CPU time, medians; the
outputs are compared by ONNX Runtime's tolerances.
"""

import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime

from package import Package

RTOL, ATOL = 1e-3, 1e-4
NUMPY_TYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64,
               "tensor(int32)": np.int32, "tensor(double)": np.float64,
               "tensor(bool)": np.bool_, "tensor(float16)": np.float16}


def find_model(name):
    for variable in ("TESSERA_NETWORKS", "TESSERA_TEST_DATA"):
        path = os.path.join(os.environ.get(variable, ""), name)
        if os.path.exists(path):
            return path
    return None


def make_feeds(session, sizes, random):
    feeds, shapes = {}, []
    for info in session.get_inputs():
        dims = [d if isinstance(d, int) else sizes.get(d, 1)
                for d in info.shape]
        dtype = NUMPY_TYPES[info.type]
        if np.issubdtype(dtype, np.floating):
            feeds[info.name] = random.standard_normal(dims).astype(dtype)
        else:
            feeds[info.name] = random.integers(0, 2, dims).astype(dtype)
        shapes.append(f"--input-shape={info.name}={'x'.join(map(str, dims))}")
    return feeds, [s for s in shapes if not s.endswith("=")]


def count_outside(got, expected):
    if not np.issubdtype(expected.dtype, np.floating):
        return int((got != expected).sum())
    got, expected = got.astype(np.float64), expected.astype(np.float64)
    good = np.abs(got - expected) <= ATOL + RTOL * np.abs(expected)
    good |= (got == expected) | (np.isnan(got) & np.isnan(expected))
    return int((~good).sum())


def read_peak(pid):
    """Peak resident memory of a running process in MB; 0 once it is gone."""
    try:
        for line in open(f"/proc/{pid}/status"):
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def compile_model(tessera, path, shapes, output):
    """Returns seconds and the peak memory in MB, or raises with the error."""
    begin = time.perf_counter()
    peak = 0
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(
            [tessera, "compile", path, "-o", output, "-O2"] + shapes,
            stdout=subprocess.DEVNULL, stderr=errors)
        # Not wait4's figure: that counts this process's size before the exec.
        while child.poll() is None:
            peak = max(peak, read_peak(child.pid))
            time.sleep(0.01)
        seconds = time.perf_counter() - begin
        if child.returncode != 0:
            errors.seek(0)
            lines = errors.read().strip().splitlines()
            raise RuntimeError(lines[0] if lines else child.returncode)
    return seconds, peak


def time_pair(package, session, feeds, seconds):
    ours, theirs = [], []
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds or len(ours) < 5:
        a = time.process_time()
        package.run()
        b = time.process_time()
        session.run(None, feeds)
        theirs.append(time.process_time() - b)
        ours.append(b - a)
    return np.median(ours) * 1e3, np.median(theirs) * 1e3


def measure(tessera, name, path, sizes, folder):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"])
    feeds, shapes = make_feeds(session, sizes, np.random.default_rng())
    output = os.path.join(folder, f"{len(os.listdir(folder))}.so")
    seconds, megabytes = compile_model(tessera, path, shapes, output)
    package = Package(output)
    package.prepare(feeds)
    got = package.run()
    outside = sum(count_outside(got[info.name], np.asarray(value))
                  for info, value in zip(session.get_outputs(),
                                         session.run(None, feeds)))
    ours, theirs = time_pair(package, session, feeds, 1.5)
    record = package.record
    return (f"| {name} | {seconds:.1f} | {megabytes:.0f} | "
            f"{package.load_ms:.1f} | {package.table.num_kernels} | "
            f"{record['scalar_loops']} | {record['scalar_contractions']} | "
            f"{ours:.3f} | {theirs:.3f} | {ours / theirs:.2f} | {outside} |")


def main():
    tessera, list_file, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
    print("| network | compile s | compile MB | load ms | kernels | "
          "scalar loops | scalar contractions | Tessera ms | "
          f"ONNX Runtime {onnxruntime.__version__} ms | ratio | "
          "outputs outside |")
    print("|---" * 11 + "|")
    with tempfile.TemporaryDirectory() as folder:
        for line in open(list_file):
            fields = line.split("#")[0].split()
            name = fields[0] if fields else ""
            if not name or (wanted and not any(w in name for w in wanted)):
                continue
            sizes = {key: int(value) for key, value
                     in (field.split("=") for field in fields[1:])}
            path = find_model(name)
            label = os.path.basename(name).removesuffix(".onnx")
            try:
                row = (measure(tessera, label, path, sizes, folder) if path
                       else f"| {label} | SKIPPED: not found |")
            except (RuntimeError, ValueError) as error:
                row = f"| {label} | FAILED: {error} |"
            print(row, flush=True)


main()
