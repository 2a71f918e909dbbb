cc_library(
    name = "sqlite",
    linkopts = ["-lsqlite3"],
    visibility = ["//visibility:public"],
)
