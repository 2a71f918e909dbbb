"""lit_test_suite: the lit tests of one folder as one Bazel test."""

def lit_test_suite(
        name,
        srcs,
        tools = ["//tools/graph_opt:graph-opt"],
        data = [],
        exclude = [],
        size = "medium",
        env = {},
        **kwargs):
    """Runs lit over the listed files.

    A .mlir file of the folder that is neither in `srcs` nor in `exclude` fails
    the test. FileCheck, not, split-file, mlir-opt, mlir-translate,
    llvm-readelf, llvm-objdump and the `tools` are on the path, by the last
    part of their label.

    Args:
      name: the test.
      srcs: sorted list of .mlir or .test files of this folder.
      tools: executables.
      data: further files, seen beside the tests (%S/...). A target of
        @test_data is seen below %test_data; a test that needs it says
        `REQUIRES: test-data`.
      exclude: .mlir files that are no tests, or belong to another suite.
      size: Bazel's size.
      env: environment of the tests.
      **kwargs: of sh_test.
    """
    if srcs != sorted(srcs):
        fail("lit_test_suite %s: srcs must be sorted" % name)
    unlisted = [
        f
        for f in native.glob(["*.mlir", "*.test"], allow_empty = True)
        if f not in srcs + exclude
    ]
    builtin_tools = [
        "@llvm//:FileCheck",
        "@llvm//:llvm-objdump",
        "@llvm//:llvm-readelf",
        "@llvm//:mlir-opt",
        "@llvm//:mlir-translate",
        "@llvm//:not",
        "@llvm//:split-file",
    ]
    all_tools = builtin_tools + tools
    native.sh_test(
        name = name,
        srcs = ["//tools/bazel:run_lit.sh"],
        args = ["--lit=$(rootpath @llvm//:lit_py)"] +
               ["--tool=$(rootpath %s)" % t for t in all_tools] +
               ["--unlisted=" + f for f in unlisted] +
               ["$(rootpath %s)" % f for f in srcs],
        data = srcs + data + all_tools + [
            "//tests:lit.cfg.py",
            "@llvm//:lit_module",
            "@llvm//:lit_py",
        ],
        size = size,
        env = env,
        **kwargs
    )
