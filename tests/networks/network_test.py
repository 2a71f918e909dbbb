# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares one network's outputs with ONNX Runtime's on random inputs.

usage: network_test.py TESSERA NAME MODEL [SEED]

NAME is a path of tests/benchmark/models.txt, MODEL where that file lies.
rtol 1e-3, atol 1e-4, one thread each. The seed (1 unless given) is printed.
"""

import os
import resource
import sys
import tempfile

import numpy as np
import onnxruntime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "benchmark"))
from engines import OnnxRuntime
from network import compile_model, count_outside, read_networks
from package import Package


def run_reference(path, network, seed):
    """The inputs and ONNX Runtime's outputs, each by name."""
    engine = OnnxRuntime(path, 1, None)
    feeds = network.make_feeds(engine.session.get_inputs(),
                               np.random.default_rng(seed))
    engine.prepare(feeds)
    engine.run()
    names = [info.name for info in engine.session.get_outputs()]
    return feeds, dict(zip(names, map(np.asarray, engine.fetch())))


def run_package(tessera, path, network, feeds):
    """The compiled network's outputs by name."""
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "network.so")
        options = network.make_options(feeds, folder)
        seconds, _, megabytes = compile_model(
            tessera, path, options + ["--threads=1"], output)
        print(f"compiled in {seconds:.1f} s, {megabytes:.0f} MB")
        package = Package(output)
        package.prepare(feeds)
        package.run()
        names = [name for name, _, _ in package.outputs]
        return dict(zip(names, package.results))


def compare(name, got, expected):
    """Prints how one output differs; returns whether it is good."""
    if got.shape != expected.shape or got.dtype != expected.dtype:
        print(f"FAILED: output {name}: expected {expected.dtype} "
              f"{expected.shape}, but got {got.dtype} {got.shape}")
        return False
    count = count_outside(got, expected)
    difference = np.abs(got.astype(np.float64) - expected.astype(np.float64))
    print(f"{'FAILED: ' if count else ''}output {name}: {count} of "
          f"{got.size} elements outside; largest difference "
          f"{difference.max():.3g}, largest value {np.abs(expected).max():.3g}")
    return count == 0


def main():
    tessera, name, path = sys.argv[1:4]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    onnxruntime.disable_telemetry_events()
    # External data must lie in the model's own folder, links followed.
    path = os.path.realpath(path)
    network = next(entry for entry in read_networks() if entry.name == name)
    print(f"{name}: seed {seed}", flush=True)
    feeds, expected = run_reference(path, network, seed)
    got = run_package(tessera, path, network, feeds)
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF,
                                                 resource.RUSAGE_CHILDREN)]
    seconds = sum(usage.ru_utime + usage.ru_stime for usage in spent)
    print(f"{seconds:.1f} s of CPU time")
    if list(got) != list(expected):
        print(f"FAILED: expected the outputs {list(expected)}, "
              f"but got {list(got)}")
        return 1
    good = [compare(output, got[output], expected[output])
            for output in expected]
    return 0 if all(good) else 1


sys.exit(main())
