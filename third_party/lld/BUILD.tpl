# Not thread safe, resets command-line options and signal handlers: see the
# README of this package before calling it.
cc_library(
    name = "lld",
    hdrs = ["include/lld"],
    includes = ["include"],
    linkopts = [
        "-L{LIB}",
        "-llldELF",
        "-llldCommon",
        "-lz",
        "-lzstd",
    ],
    visibility = ["//visibility:public"],
    deps = ["@mlir//:link"],
)
