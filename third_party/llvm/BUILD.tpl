package(default_visibility = ["//visibility:public"])

[filegroup(
    name = tool,
    srcs = ["bin/" + tool],
) for tool in [
    "FileCheck",
    "llvm-objdump",
    "llvm-readelf",
    "mlir-opt",
    "mlir-translate",
    "not",
    "split-file",
]]

filegroup(
    name = "lit_py",
    srcs = ["lit/lit.py"],
)

filegroup(
    name = "lit_module",
    srcs = glob(["lit/lit/**/*.py"]),
)
