# oneDNN is not installed.
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "onednn",
    defines = ["TESSERA_HAS_ONEDNN=0"],
)
