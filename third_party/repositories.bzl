"""All outside packages. A repository is looked at only when a target uses it."""

load("//third_party:debian.bzl", "debian_repository")
load("//third_party/onnxruntime:onnxruntime.bzl", "onnxruntime_repository")
load("//third_party/test_data:test_data.bzl", "test_data_repository")

_LLVM = "/usr/lib/llvm-19"
_LIB = "/usr/lib/x86_64-linux-gnu"

def tessera_repositories():
    """Declares every outside repository."""
    debian_repository(
        name = "llvm",
        package = "llvm-19-tools mlir-19-tools llvm-19",
        build_file = "//third_party/llvm:BUILD.tpl",
        links = {
            "bin/FileCheck": _LLVM + "/bin/FileCheck",
            "bin/not": _LLVM + "/bin/not",
            "bin/split-file": _LLVM + "/bin/split-file",
            "bin/mlir-opt": _LLVM + "/bin/mlir-opt",
            "bin/mlir-translate": _LLVM + "/bin/mlir-translate",
            "bin/llvm-readelf": _LLVM + "/bin/llvm-readelf",
            "bin/llvm-objdump": _LLVM + "/bin/llvm-objdump",
            "lit": _LLVM + "/build/utils/lit",
        },
    )
    debian_repository(
        name = "mlir",
        package = "libmlir-19-dev mlir-19-tools",
        build_file = "//third_party/mlir:BUILD.tpl",
        links = {
            "include/llvm": _LLVM + "/include/llvm",
            "include/llvm-c": _LLVM + "/include/llvm-c",
            "include/mlir": _LLVM + "/include/mlir",
            "include/mlir-c": _LLVM + "/include/mlir-c",
            "bin/mlir-tblgen": _LLVM + "/bin/mlir-tblgen",
        },
        requires = [_LLVM + "/lib/libMLIR.so", _LLVM + "/lib/libLLVM-19.so"],
        substitutions = {"{LIB}": _LLVM + "/lib"},
    )
    debian_repository(
        name = "lld",
        package = "liblld-19-dev libzstd-dev zlib1g-dev",
        build_file = "//third_party/lld:BUILD.tpl",
        links = {"include/lld": _LLVM + "/include/lld"},
        requires = [
            _LLVM + "/lib/liblldELF.a",
            _LLVM + "/lib/liblldCommon.a",
            "/usr/include/zlib.h",
            "/usr/include/zstd.h",
        ],
        substitutions = {"{LIB}": _LLVM + "/lib"},
    )
    debian_repository(
        name = "abseil",
        package = "libabsl-dev",
        build_file = "//third_party/abseil:BUILD.tpl",
        requires = ["/usr/include/absl/status/statusor.h"],
    )
    debian_repository(
        name = "protobuf",
        package = "libprotobuf-dev protobuf-compiler",
        build_file = "//third_party/protobuf:BUILD.tpl",
        links = {"bin/protoc": "/usr/bin/protoc"},
        requires = ["/usr/include/google/protobuf/message.h"],
    )
    debian_repository(
        name = "onnx",
        package = "libonnx-dev",
        build_file = "//third_party/onnx:BUILD.tpl",
        requires = [
            "/usr/include/onnx/onnx_pb.h",
            _LIB + "/libonnx_proto.so",
        ],
    )
    debian_repository(
        name = "gtest",
        package = "libgtest-dev libgmock-dev",
        build_file = "//third_party/gtest:BUILD.tpl",
        requires = [
            "/usr/include/gtest/gtest.h",
            "/usr/include/gmock/gmock.h",
        ],
    )
    debian_repository(
        name = "benchmark",
        package = "libbenchmark-dev",
        build_file = "//third_party/benchmark:BUILD.tpl",
        requires = ["/usr/include/benchmark/benchmark.h"],
    )
    debian_repository(
        name = "xgboost",
        package = "libxgboost-dev",
        build_file = "//third_party/xgboost:BUILD.tpl",
        requires = ["/usr/include/xgboost/c_api.h"],
    )
    debian_repository(
        name = "sqlite",
        package = "libsqlite3-dev",
        build_file = "//third_party/sqlite:BUILD.tpl",
        requires = ["/usr/include/sqlite3.h"],
    )
    debian_repository(
        name = "onednn",
        package = "libdnnl-dev",
        absent_build_file = "//third_party/onednn:ABSENT.tpl",
        build_file = "//third_party/onednn:BUILD.tpl",
        requires = [
            "/usr/include/oneapi/dnnl/dnnl.hpp",
            _LIB + "/libdnnl.so",
        ],
    )
    debian_repository(
        name = "openblas",
        package = "libopenblas-dev",
        absent_build_file = "//third_party/openblas:ABSENT.tpl",
        build_file = "//third_party/openblas:BUILD.tpl",
        requires = [
            "/usr/include/x86_64-linux-gnu/cblas-openblas.h",
            _LIB + "/libopenblas.so",
        ],
    )
    onnxruntime_repository(name = "onnxruntime")
    test_data_repository(name = "test_data")
