# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs `tessera compile --verify` on networks, by both accuracies.

    verify.py --tessera FILE [NAME...]

prints the Markdown table of README.md for the networks of models.txt, or those
whose path holds one of the NAMEs. The exit code is 1 if one failed.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime

from network import read_networks

ACCURACIES = ("float", "exact")
REPORT = re.compile(
    r"(\d+) outputs? and (\d+) inner values? agree.* at most ([\d.e+-]+) of")


def verify(tessera, path, options, output):
    """The cells of one run, and whether all values agreed."""
    begin = time.perf_counter()
    child = subprocess.run(
        [tessera, "compile", "--verify", path, "-o", output] + options,
        capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    report = REPORT.search(child.stdout + child.stderr)
    if child.returncode != 0 or not report:
        lines = child.stderr.strip().splitlines()
        print(lines[0] if lines else child.stdout, file=sys.stderr)
        return "-", "-", "-", False
    outputs, inner, share = report.groups()
    return int(outputs) + int(inner), share, round(seconds), True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tessera", required=True)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    print("| network | values | " + " | ".join(
        f"{a}: of the bound | {a}: s" for a in ACCURACIES) + " |")
    print("|---|---|" + "---|---|" * len(ACCURACIES))
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for network in read_networks(arguments.names):
            path = network.find()
            if not path:
                print(f"{network.name}: not found", file=sys.stderr)
                failures += 1
                continue
            quiet = onnxruntime.SessionOptions()
            quiet.log_severity_level = 3
            session = onnxruntime.InferenceSession(path, quiet)
            feeds = network.make_feeds(session.get_inputs(),
                                       np.random.default_rng())
            options = network.make_options(feeds, folder)
            del session
            cells = [network.label]
            for accuracy in ACCURACIES:
                values, share, seconds, is_good = verify(
                    arguments.tessera, path,
                    options + [f"--accuracy={accuracy}"],
                    os.path.join(folder, "package.so"))
                failures += not is_good
                cells += [values] if len(cells) == 1 else []
                cells += [share, seconds]
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    print(f"\n{failures} failed.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
