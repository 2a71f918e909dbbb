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
import glob
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime
import openvino

from engines import ENGINES, OnnxRuntime
from network import compile_model, count_outside, read_networks
from package import Package

HERE = os.path.dirname(os.path.abspath(__file__))
# A turn of an engine lasts at least this long, over several runs if need be.
TURN_SECONDS = 0.004
MIN_TURNS = 5
COLUMNS = ("network", "compile s", "CPU s", "MB", "kernels",
           "default schedules", "scalar loops", "scalar contractions",
           "load ms", "Tessera ms",
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


def copy_cold(path, folder):
    """Copies a package, or a model with its weights, to `folder` and out of
    the page cache; returns the copy's path.

    How much of a mapped file counts as a process's own depends on how the file
    came into the cache: of one just written it may be 2 MB around each byte
    that is touched, of one that is read from disk 64 KB.
    """
    stem = os.path.splitext(path)[0]
    for source in {path, *glob.glob(glob.escape(stem) + ".weights")}:
        copy = shutil.copy(source, folder)
        with open(copy, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return os.path.join(folder, os.path.basename(path))


def measure_memory(engine, path, threads, feeds_file):
    """Peak memory in MB of a process that loads and runs once; the file is
    read from disk."""
    with tempfile.TemporaryDirectory(dir=os.path.dirname(feeds_file)) as folder:
        child = subprocess.run(
            [sys.executable, os.path.join(HERE, "engines.py"), engine,
             copy_cold(path, folder) if path else path, str(threads),
             feeds_file], capture_output=True, text=True)
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
        loaded = Package(package)
        record = loaded.record
        cells = [network.label, f"{wall:.1f}", f"{cpu:.1f}",
                 f"{megabytes:.0f}", loaded.table.num_kernels,
                 record["default_schedules"], record["scalar_loops"],
                 record["scalar_contractions"], f"{loaded.load_ms:.1f}"]
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
        for network in read_networks(self.arguments.names):
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
