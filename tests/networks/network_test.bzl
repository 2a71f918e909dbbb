# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""network_test: one network against ONNX Runtime."""

load("@onnxruntime//:present.bzl", "NETWORK_FILES")
load("@test_data//:present.bzl", "PARTS")

def network_test(path):
    """A test named as the network, skipped without its file or ONNX Runtime.

    Args:
      path: as in tests/benchmark/models.txt: of a file in the test data or,
        without a folder, of one that tests/networks/prepare.sh makes.
    """
    folder, _, file = path.rpartition("/")
    name = file[:-len(".onnx")]
    if folder:
        present = folder.partition("/")[0] in PARTS
        model = "%test_data/" + path
        data = ["@test_data//:" + folder] if present else []
    else:
        files = [file, name + ".weights"]
        present = all([f in NETWORK_FILES for f in files])
        data = ["@onnxruntime//:networks/" + f for f in files] if present else []
        model = "$(rootpath %s)" % data[0] if present else ""
    native.sh_test(
        name = name + "_test",
        size = "large",
        srcs = ["run_test.sh"],
        args = [
            "$(rootpath @onnxruntime//:python.txt)",
            "$(rootpath network_test.py)",
            "$(rootpath //tools/tessera)",
            path,
        ] + ([model] if present else []),
        data = data + [
            "network_test.py",
            "//tests:test_data.sh",
            "//tests/benchmark:engines.py",
            "//tests/benchmark:models.txt",
            "//tests/benchmark:network.py",
            "//tests/benchmark:package.py",
            "//tools/tessera",
            "@onnxruntime//:python.txt",
        ],
    )
