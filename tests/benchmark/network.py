# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks of models.txt: their inputs, their packages, their outputs."""

import os
import resource
import subprocess
import tempfile
import time

import numpy as np

from engines import NUMPY_TYPES, read_peak

HERE = os.path.dirname(os.path.abspath(__file__))
RTOL, ATOL = 1e-3, 1e-4


class Network:
    """A line of models.txt: `PATH [OPTION...]`, where an OPTION is

    SYMBOL=3     the size of a symbolic dimension;
    INPUT:1x512  the shape of an input whose dimensions have no names;
    INPUT<30522  its values are integers below that (2 unless given);
    INPUT=16000  its value, which is compiled in.
    """

    def __init__(self, line):
        self.name, *options = line.split()
        self.label = os.path.basename(self.name).removesuffix(".onnx")
        self.shapes, self.limits, self.values = {}, {}, {}
        for option in options:
            if "<" in option:
                key, value = option.split("<")
                self.limits[key] = int(value)
            elif ":" in option:
                key, value = option.split(":")
                self.shapes[key] = [int(d) for d in value.split("x")]
            else:
                key, value = option.split("=")
                self.values[key] = int(value)

    def find(self):
        for variable in ("TESSERA_NETWORKS", "TESSERA_TEST_DATA"):
            path = os.path.join(os.environ.get(variable, ""), self.name)
            if os.path.exists(path):
                return path
        return None

    def make_feeds(self, inputs, random):
        """Fresh values for ONNX Runtime's list of inputs, by name."""
        feeds = {}
        for info in inputs:
            dims = self.shapes.get(info.name) or [
                d if isinstance(d, int) else self.values.get(d, 1)
                for d in info.shape]
            dtype = NUMPY_TYPES[info.type]
            if info.name in self.values:
                feeds[info.name] = np.full(dims, self.values[info.name], dtype)
            elif np.issubdtype(dtype, np.floating):
                feeds[info.name] = random.standard_normal(dims).astype(dtype)
            else:
                limit = self.limits.get(info.name, 2)
                feeds[info.name] = random.integers(0, limit, dims).astype(dtype)
        return feeds

    def make_options(self, feeds, folder):
        """Options of `tessera compile` for these inputs."""
        options = []
        for name, value in feeds.items():
            if name in self.values:
                file = os.path.join(folder, "bound.npy")
                np.save(file, value)
                options.append(f"--bind-input={name}={file}")
            elif value.ndim:
                sizes = "x".join(map(str, value.shape))
                options.append(f"--input-shape={name}={sizes}")
        return options


def count_outside(got, expected):
    if got.shape != expected.shape:
        return max(1, expected.size)
    if not np.issubdtype(expected.dtype, np.floating):
        return int((got != expected).sum())
    got, expected = got.astype(np.float64), expected.astype(np.float64)
    good = np.abs(got - expected) <= ATOL + RTOL * np.abs(expected)
    good |= (got == expected) | (np.isnan(got) & np.isnan(expected))
    return int((~good).sum())


def compile_model(tessera, path, options, output):
    """Returns wall seconds, CPU seconds and the peak memory in MB."""
    def children_cpu():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    begin, cpu, peak = time.perf_counter(), children_cpu(), 0
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(
            [tessera, "compile", path, "-o", output, "-O2"] + options,
            stdout=subprocess.DEVNULL, stderr=errors)
        # Not wait4's figure: that counts this process's size before the exec.
        while child.poll() is None:
            peak = max(peak, read_peak(child.pid))
            time.sleep(0.01)
        if child.returncode != 0:
            errors.seek(0)
            lines = errors.read().strip().splitlines()
            raise RuntimeError(lines[0] if lines else child.returncode)
    return time.perf_counter() - begin, children_cpu() - cpu, peak


def read_networks(names=()):
    """The networks of models.txt, or those whose path holds one of `names`."""
    with open(os.path.join(HERE, "models.txt")) as lines:
        texts = [line.split("#")[0].strip() for line in lines]
    networks = [Network(text) for text in texts if text]
    return [network for network in networks
            if not names or any(name in network.name for name in names)]
