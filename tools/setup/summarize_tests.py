#!/usr/bin/env python3
"""Counts the results in Bazel's build events: EVENTS_FILE BAZEL_EXIT_CODE.

A test whose build failed counts as failed, and so does a failure that belongs
to no test. Exits with 1 if anything failed.
"""

import json
import re
import sys
import urllib.parse

GOOD = {"PASSED", "FLAKY"}
# Bazel's exit code when there was no test to run.
NO_TESTS = 4


def main():
    events_path, bazel_exit = sys.argv[1], int(sys.argv[2])
    tests = {}  # label -> passed
    broken = []  # targets that failed to build
    skipped = []
    with open(events_path, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            kind, identity = next(iter(event["id"].items()))
            label = identity.get("label") if isinstance(identity, dict) else None
            if kind == "testSummary":
                status = event.get("testSummary", {}).get("overallStatus")
                tests[label] = status in GOOD
            elif kind == "testResult":
                outputs = event.get("testResult", {}).get("testActionOutput", [])
                skipped += skips_of(label, outputs)
            elif kind == "targetCompleted":
                if not event.get("completed", {}).get("success", False):
                    broken.append(label)

    for label in broken:
        if label not in tests:
            print(f"FAILED TO BUILD: {label}")
    for skip in sorted(set(skipped)):
        print(skip)

    passed = sum(tests.values())
    failures = {label for label, good in tests.items() if not good}
    failures.update(broken)
    failed = len(failures)
    if failed == 0 and bazel_exit not in (0, NO_TESTS):
        print(f"bazel failed before any test did (exit code {bazel_exit})")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def skips_of(label, outputs):
    """Returns the lines of a test's log that say what it skipped."""
    lines = []
    for output in outputs:
        uri = output.get("uri", "")
        if output.get("name") != "test.log" or not uri.startswith("file://"):
            continue
        path = urllib.parse.unquote(urllib.parse.urlparse(uri).path)
        try:
            with open(path, encoding="utf-8", errors="replace") as log:
                text = log.read()
        except OSError:
            continue
        for what in re.findall(r"^SKIPPED: (.*)$", text, re.M):
            lines.append(f"SKIPPED: {what} ({label})")
        for what in re.findall(r"^\[  SKIPPED \] (\S+) \(", text, re.M):
            lines.append(f"SKIPPED: {what} ({label})")
    return lines


if __name__ == "__main__":
    sys.exit(main())
