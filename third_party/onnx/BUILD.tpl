# The messages alone: #include "onnx/onnx_pb.h".
cc_library(
    name = "proto",
    defines = [
        "ONNX_ML=1",
        "ONNX_NAMESPACE=onnx",
    ],
    linkopts = ["-lonnx_proto"],
    visibility = ["//visibility:public"],
    deps = ["@protobuf"],
)
