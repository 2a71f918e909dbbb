# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times compiled networks beside ONNX Runtime and OpenVINO.

    models.py --tessera FILE [--threads N] [--seconds-per-network S] [NAME...]

prints the Markdown table of README.md, which says what the columns mean, for
the networks of models.txt, or those whose path holds one of the NAMEs. The
exit code is 1 if a network failed or had wrong outputs.
"""

import argparse
import math
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime
import openvino

from engines import ENGINES, NUMPY_TYPES, OnnxRuntime, read_peak
from package import Package

HERE = os.path.dirname(os.path.abspath(__file__))
RTOL, ATOL = 1e-3, 1e-4
# A turn of an engine lasts at least this long, over several runs if need be.
TURN_SECONDS = 0.004
MIN_TURNS = 5
COLUMNS = ("network", "compile s", "CPU s", "MB", "kernels", "scalar loops",
           "scalar contractions", "Tessera ms",
           f"ONNX Runtime {onnxruntime.__version__} ms",
           f"OpenVINO {openvino.__version__.split('-')[0]} ms",
           "ratio", "ratio of minima", "run MB", "outputs outside")
FEATURES = ("avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx512_bf16",
            "avx512_fp16", "avx_vnni", "amx_tile", "amx_bf16", "amx_int8",
            "asimd", "sve")


def read_features():
    """The CPU's feature bits that decide on kernels, never its name."""
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith(("flags", "Features")):
                flags = line.split()
                return " ".join(f for f in FEATURES if f in flags)
    return "unknown"


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


def time_engines(engines, threads, seconds):
    """Lets the engines take turns; returns a list of times in ms for each.

    One thread is timed by the process's CPU time, which other work on the
    machine hardly changes; several by the wall clock.
    """
    clock = time.process_time if threads == 1 else time.perf_counter
    counts = []
    for engine in engines:
        begin = time.perf_counter()
        engine.run()
        once = time.perf_counter() - begin
        counts.append(max(1, math.ceil(TURN_SECONDS / max(once, 1e-6))))
    times = [[] for _ in engines]
    begin = time.perf_counter()
    while (time.perf_counter() - begin < seconds or
           len(times[0]) < MIN_TURNS):
        for engine, count, list_of_times in zip(engines, counts, times):
            if threads > 1:
                # The others' idle threads stop spinning.
                time.sleep(0.002)
            if count > 1:
                engine.run()
            before = clock()
            for _ in range(count):
                engine.run()
            list_of_times.append((clock() - before) / count * 1e3)
    return times


def measure_memory(engine, path, threads, feeds_file):
    """Peak memory in MB of a process that loads and runs once."""
    child = subprocess.run(
        [sys.executable, os.path.join(HERE, "engines.py"), engine, path,
         str(threads), feeds_file], capture_output=True, text=True)
    if child.returncode != 0:
        raise RuntimeError(f"{engine}: {child.stderr.strip()[-200:]}")
    return float(child.stdout)


class Benchmark:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.ratios, self.minimum_ratios = [], []
        self.failures = 0

    def measure(self, network, path):
        threads = self.arguments.threads
        reference = OnnxRuntime(path, threads, None)
        inputs = reference.session.get_inputs()
        feeds = network.make_feeds(inputs, np.random.default_rng())
        # A name of its own: dlopen would give the last network's again.
        package = os.path.join(self.folder, network.label + ".so")
        wall, cpu, megabytes = compile_model(
            self.arguments.tessera, path,
            network.make_options(feeds, self.folder), package)
        paths = {"Tessera": package}
        engines = {}
        for name, kind in ENGINES.items():
            if kind is OnnxRuntime:
                reference.prepare(feeds)
                engines[name] = reference
                continue
            try:
                engines[name] = kind(paths.get(name, path), threads, feeds)
            except Exception as error:
                if name == "Tessera":
                    raise
                print(f"{network.label}: {name}: {error}", file=sys.stderr)
        for engine in engines.values():
            engine.run()
        outside = sum(map(count_outside, engines["Tessera"].fetch(),
                          reference.fetch()))
        self.failures += outside > 0
        times = dict(zip(engines, time_engines(
            list(engines.values()), threads, self.arguments.seconds)))
        feeds_file = os.path.join(self.folder, "feeds.npz")
        np.savez(feeds_file, **feeds)
        memory = {name: measure_memory(name, paths.get(name, path), threads,
                                       feeds_file) for name in engines}
        record = Package(package).record
        cells = [network.label, f"{wall:.1f}", f"{cpu:.1f}",
                 f"{megabytes:.0f}", Package(package).table.num_kernels,
                 record["scalar_loops"], record["scalar_contractions"]]
        for name in ENGINES:
            cells.append(f"{np.median(times[name]):.3f} ({min(times[name]):.3f})"
                         if name in times else "-")
        ratio, minimum_ratio = (
            reduce(times["Tessera"]) / min(reduce(times[name])
                                           for name in times
                                           if name != "Tessera")
            for reduce in (np.median, min))
        self.ratios.append(ratio)
        self.minimum_ratios.append(minimum_ratio)
        cells += [f"{ratio:.2f}", f"{minimum_ratio:.2f}",
                  " / ".join(f"{memory[name]:.0f}" if name in memory else "-"
                             for name in ENGINES), outside]
        return "| " + " | ".join(map(str, cells)) + " |"

    def run(self):
        empty = os.path.join(self.folder, "empty.npz")
        np.savez(empty)
        baseline = measure_memory("none", "", 1, empty)
        print(f"CPU features: {read_features()}. Threads: "
              f"{self.arguments.threads}. Python and NumPy alone: "
              f"{baseline:.0f} MB.\n")
        print("| " + " | ".join(COLUMNS) + " |")
        print("|---" * len(COLUMNS) + "|", flush=True)
        with open(os.path.join(HERE, "models.txt")) as lines:
            networks = [Network(text) for text in
                        (line.split("#")[0].strip() for line in lines) if text]
        for network in networks:
            wanted = self.arguments.names
            if wanted and not any(w in network.name for w in wanted):
                continue
            path = network.find()
            if path is None:
                print(f"| {network.label} | SKIPPED: not found |", flush=True)
                continue
            try:
                print(self.measure(network, path), flush=True)
            except Exception as error:
                self.failures += 1
                print(f"| {network.label} | FAILED: {error} |", flush=True)
        if self.ratios:
            self.print_summary()

    def print_summary(self):
        def mean(values):
            return math.exp(sum(map(math.log, values)) / len(values))
        print(f"\nGeometric mean over {len(self.ratios)} networks: ratio "
              f"{mean(self.ratios):.3f}, of minima "
              f"{mean(self.minimum_ratios):.3f}; "
              f"{sum(r < 1 for r in self.ratios)} are faster than the better "
              "peer.")


def main():
    parser = argparse.ArgumentParser(prog="models.py")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds-per-network", type=float, default=4.0,
                        dest="seconds")
    parser.add_argument("--tessera", required=True)
    parser.add_argument("names", nargs="*")
    with tempfile.TemporaryDirectory() as folder:
        benchmark = Benchmark(parser.parse_args(), folder)
        benchmark.run()
    # OpenVINO's threads may still wait: leave without tearing down.
    sys.stdout.flush()
    os._exit(1 if benchmark.failures else 0)


main()
