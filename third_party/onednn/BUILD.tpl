# The outside package is found by the repository rule of this folder.
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "onednn",
    defines = ["TESSERA_HAS_ONEDNN=1"],
    linkopts = [
        "-ldnnl",
        "-l:libgomp.so.1",
    ],
)
