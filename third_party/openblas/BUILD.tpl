# The outside package is found by the repository rule of this folder.
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "openblas",
    defines = ["TESSERA_HAS_OPENBLAS=1"],
    linkopts = ["-lopenblas"],
)
