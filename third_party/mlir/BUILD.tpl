package(default_visibility = ["//visibility:public"])

# Headers of MLIR and LLVM; links nothing. The one dependency of libraries.
cc_library(
    name = "headers",
    hdrs = [
        "include/llvm",
        "include/llvm-c",
        "include/mlir",
        "include/mlir-c",
    ],
    includes = ["include"],
)

# The shared libraries, for binaries and tests alone.
cc_library(
    name = "link",
    linkopts = [
        "-L{LIB}",
        "-Wl,-rpath,{LIB}",
        "-lMLIR",
        "-lLLVM-19",
    ],
    deps = [":headers"],
)

filegroup(
    name = "tblgen",
    srcs = ["bin/mlir-tblgen"],
)

filegroup(
    name = "td_files",
    srcs = glob([
        "include/mlir/**/*.td",
        "include/llvm/**/*.td",
    ]),
)
