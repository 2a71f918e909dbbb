package(default_visibility = ["//visibility:public"])

cc_library(
    name = "gtest",
    linkopts = [
        "-lgmock",
        "-lgtest",
        "-lpthread",
    ],
)

cc_library(
    name = "gtest_main",
    linkopts = ["-lgtest_main"],
    deps = [":gtest"],
)
