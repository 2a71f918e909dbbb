package(default_visibility = ["//visibility:public"])

cc_library(
    name = "benchmark",
    linkopts = [
        "-lbenchmark",
        "-lpthread",
    ],
)

cc_library(
    name = "benchmark_main",
    linkopts = ["-lbenchmark_main"],
    deps = [":benchmark"],
)
