#!/usr/bin/env python3
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks what a script can of the house style; README.md lists the checks."""

import argparse
import os
import sys

import error_checks
import format_check
import layer_checks
import name_checks
import text_checks
from allow_list import AllowList
from tree import Tree

CHECKS = {
    "banner": text_checks.check_banners,
    "build_layers": layer_checks.check_build_labels,
    "error_texts": error_checks.check_error_texts,
    "file_names": name_checks.check_file_names,
    "format": format_check.check_format,
    "include_layers": layer_checks.check_include_layers,
    "includes": text_checks.check_includes,
    "machines": text_checks.check_machines,
    "op_summaries": name_checks.check_op_summaries,
    "pass_documentation": name_checks.check_pass_documentation,
    "pass_names": name_checks.check_pass_names,
    "sizes": text_checks.check_sizes,
    "test_references": text_checks.check_test_references,
    "todo": text_checks.check_todos,
}

_HERE = os.path.dirname(os.path.realpath(__file__))


def run_check(name, tree, allow_folder, update):
    """Runs one check, prints what it has to say; returns the faults' number."""
    findings = list(CHECKS[name](tree))
    allowed = AllowList(os.path.join(allow_folder, name + ".txt"))
    if update:
        came, went = allowed.update(findings)
        for key in went:
            print("%s: no longer needed: %s" % (name, key))
        for key in came:
            print("%s: NEW EXCEPTION: %s" % (name, key))
        return 0
    refused, stale = allowed.apply(findings)
    for finding in refused:
        print("%s: error: %s [%s]" % (finding.where, finding.message, name))
    for entry in stale:
        print(
            "tools/lint/allow/%s.txt: error: no longer needed, lists only "
            "shrink: %s" % (name, entry)
        )
    return len(refused) + len(stale)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help="default: all")
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(_HERE)))
    parser.add_argument("--allow", default=os.path.join(_HERE, "allow"))
    parser.add_argument(
        "--update-allow",
        action="store_true",
        help="write the allow-lists that the tree needs now",
    )
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.checks) - set(CHECKS))
    if unknown:
        parser.error("unknown check %s, expected %s" % (unknown, sorted(CHECKS)))

    tree = Tree.of_git(options.root)
    faults = sum(
        run_check(name, tree, options.allow, options.update_allow)
        for name in options.checks or CHECKS
    )
    if faults:
        print("%d faults. tools/lint/README.md explains the checks." % faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
