package(default_visibility = ["//visibility:public"])

cc_library(
    name = "protobuf",
    linkopts = ["-lprotobuf"],
)

filegroup(
    name = "protoc",
    srcs = ["bin/protoc"],
)
