"""Bazel's own rule sets, from Debian's packages instead of downloads."""

_SHARE = "/usr/share/bazel"

def _require(ctx, path, package):
    if not ctx.path(path).exists:
        fail("%s is missing: install the Debian package %s" % (path, package))

def _debian_rules_impl(ctx):
    root = _SHARE + "/" + ctx.attr.path
    _require(ctx, root, ctx.attr.package)
    for entry in ctx.path(root).readdir():
        if entry.basename not in ["WORKSPACE", "MODULE.bazel"]:
            ctx.symlink(entry, entry.basename)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)

debian_rules = repository_rule(
    implementation = _debian_rules_impl,
    attrs = {
        "package": attr.string(mandatory = True),
        "path": attr.string(mandatory = True),
    },
    local = True,
)

def _debian_rules_cc_impl(ctx):
    # Debian's rules_cc 0.0.4 loads use_cpp_toolchain, which Bazel 4.2.3 does
    # not have, in two files. Copy the folder and name the toolchain instead.
    root = _SHARE + "/rules/cc"
    _require(ctx, root, "bazel-rules-cc")
    done = ctx.execute(["cp", "-RL", root + "/.", "."])
    if done.return_code:
        fail("copying %s failed: %s" % (root, done.stderr))
    for name in ["cc_flags_supplier.bzl", "compiler_flag.bzl"]:
        path = "cc/private/rules_impl/" + name
        text = ctx.read(path)
        text = text.replace(", \"use_cpp_toolchain\"", "")
        text = text.replace(
            "toolchains = use_cpp_toolchain()",
            "toolchains = [\"@bazel_tools//tools/cpp:toolchain_type\"]",
        )
        ctx.delete(path)
        ctx.file(path, text, executable = False)

debian_rules_cc = repository_rule(
    implementation = _debian_rules_cc_impl,
    local = True,
)

def _no_coverage_tools_impl(ctx):
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD", """\
filegroup(
    name = "coverage_report_generator",
    visibility = ["//visibility:public"],
)
""")

no_coverage_tools = repository_rule(implementation = _no_coverage_tools_impl)

def bazel_rules_repositories():
    debian_rules_cc(name = "rules_cc")
    debian_rules(name = "rules_java", path = "rules/java", package = "bazel-rules-java")
    debian_rules(name = "rules_proto", path = "rules/proto", package = "bazel-rules-proto")
    debian_rules(name = "platforms", path = "platforms", package = "bazel-platforms")
    debian_rules(name = "bazel_skylib", path = "tools/skylib", package = "bazel-skylib")
    no_coverage_tools(name = "remote_coverage_tools")
