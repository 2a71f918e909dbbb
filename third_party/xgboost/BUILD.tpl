# Through its C API alone: #include <xgboost/c_api.h>.
cc_library(
    name = "xgboost",
    linkopts = ["-lxgboost"],
    visibility = ["//visibility:public"],
)
