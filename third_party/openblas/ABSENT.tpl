# OpenBLAS is not installed.
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "openblas",
    defines = ["TESSERA_HAS_OPENBLAS=0"],
)
