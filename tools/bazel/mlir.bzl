"""Macros for TableGen and for code on MLIR.

Libraries depend on @mlir//:headers alone; @mlir//:link appears at binaries and
tests, so that a plug-in can leave MLIR's symbols to the executable.
"""

MLIR_COPTS = [
    "-fno-rtti",
    "-fno-exceptions",
    "-Wno-unused-parameter",
]

TdInfo = provider(
    doc = "TableGen sources with all that they include.",
    fields = {"srcs": "depset of files"},
)

def _td_library_impl(ctx):
    srcs = depset(
        ctx.files.srcs,
        transitive = [dep[TdInfo].srcs for dep in ctx.attr.deps],
    )
    return [DefaultInfo(files = depset(ctx.files.srcs)), TdInfo(srcs = srcs)]

td_library = rule(
    implementation = _td_library_impl,
    doc = "TableGen files, included as \"folder/File.td\" from the root.",
    attrs = {
        "deps": attr.label_list(providers = [TdInfo]),
        "srcs": attr.label_list(allow_files = [".td"]),
    },
)

def _tblgen_impl(ctx):
    args = ctx.actions.args()
    args.add_all(ctx.attr.opts)
    args.add("-I.")
    args.add("-I" + ctx.bin_dir.path)
    args.add("-I" + ctx.file._tool.dirname.rpartition("/")[0] + "/include")
    args.add(ctx.file.td)
    args.add("-o", ctx.outputs.out)
    ctx.actions.run(
        executable = ctx.file._tool,
        arguments = [args],
        inputs = depset(
            [ctx.file.td],
            transitive = [dep[TdInfo].srcs for dep in ctx.attr.deps] +
                         [depset(ctx.files._mlir_td_files)],
        ),
        outputs = [ctx.outputs.out],
        mnemonic = "MlirTblgen",
        progress_message = "Generating %s" % ctx.outputs.out.short_path,
    )
    return [DefaultInfo(files = depset([ctx.outputs.out]))]

_tblgen = rule(
    implementation = _tblgen_impl,
    attrs = {
        "deps": attr.label_list(providers = [TdInfo]),
        "opts": attr.string_list(mandatory = True),
        "out": attr.output(mandatory = True),
        "td": attr.label(allow_single_file = [".td"], mandatory = True),
        "_mlir_td_files": attr.label(default = "@mlir//:td_files"),
        "_tool": attr.label(
            default = "@mlir//:tblgen",
            allow_single_file = True,
            cfg = "exec",
        ),
    },
)

# kind -> (name added for a file's second kind, option of the declarations,
# option of the definitions, option that names the dialect)
_KINDS = {
    "attr": ("Attrs", "-gen-attrdef-decls", "-gen-attrdef-defs", "-attrdefs-dialect="),
    "attr_interface": ("AttrInterfaces", "-gen-attr-interface-decls", "-gen-attr-interface-defs", None),
    "dialect": ("Dialect", "-gen-dialect-decls", "-gen-dialect-defs", "-dialect="),
    "enum": ("Enums", "-gen-enum-decls", "-gen-enum-defs", None),
    "op": ("Ops", "-gen-op-decls", "-gen-op-defs", None),
    "op_interface": ("OpInterfaces", "-gen-op-interface-decls", "-gen-op-interface-defs", None),
    "type": ("Types", "-gen-typedef-decls", "-gen-typedef-defs", "-typedefs-dialect="),
    "type_interface": ("TypeInterfaces", "-gen-type-interface-decls", "-gen-type-interface-defs", None),
}

def _kind_outputs(dialect, td, kinds):
    """Returns the (opts, output) pairs of one TableGen file."""
    pairs = []
    stem = td[:-len(".td")]
    for i, kind in enumerate(kinds):
        if kind not in _KINDS:
            fail("%s: unknown kind '%s', expected one of %s" % (td, kind, sorted(_KINDS)))
        suffix, decls, defs, dialect_opt = _KINDS[kind]
        base = stem + (suffix if i else "")
        extra = [dialect_opt + dialect] if dialect and dialect_opt else []
        pairs.append(([decls] + extra, base + ".h.inc"))
        pairs.append(([defs] + extra, base + ".cpp.inc"))
    return pairs

def tblgen_outputs(name, td, outputs, deps = []):
    """Runs mlir-tblgen once for each (opts, output) pair.

    Args:
      name: prefix of the targets.
      td: the TableGen file.
      outputs: list of (opts, output) pairs.
      deps: td_library targets with all that `td` includes.

    Returns:
      The outputs.
    """
    for opts, out in outputs:
        _tblgen(
            name = "%s__%s" % (name, out.replace(".", "_")),
            td = td,
            opts = opts,
            out = out,
            deps = deps,
        )
    return [out for _, out in outputs]

def mlir_cc_library(name, deps = [], copts = [], **kwargs):
    """A cc_library on MLIR's headers, compiled as MLIR is."""
    native.cc_library(
        name = name,
        copts = MLIR_COPTS + copts,
        deps = depset(deps + ["@mlir//:headers"]).to_list(),
        **kwargs
    )

def mlir_dialect_library(
        name,
        tds,
        srcs,
        hdrs,
        dialect = None,
        outputs = {},
        td_srcs = [],
        td_deps = [],
        deps = [],
        **kwargs):
    """A dialect: its TableGen files, the code generated from them, its C++.

    Makes `name` (cc_library) and `name`_td (td_library of all .td files).

    Args:
      name: the library.
      tds: {"GraphOps.td": ["op"], ...}: what is generated from each file. A
        file's first kind gives GraphOps.{h,cpp}.inc; further kinds append
        their name: {"GraphAttrs.td": ["attr", "enum"]} gives GraphAttrs.*.inc
        and GraphAttrsEnums.*.inc. Kinds: dialect, op, attr, type, enum,
        op_interface, attr_interface, type_interface.
      srcs: C++ sources.
      hdrs: C++ headers.
      dialect: the dialect's name, which "dialect", "attr" and "type" take.
      outputs: {"GraphOps.td": [(opts, output), ...]}: what the kinds lack.
      td_srcs: further .td files, included only.
      td_deps: td_library targets of other folders that the files include.
      deps: C++ dependencies; @mlir//:headers is added.
      **kwargs: of cc_library.
    """
    visibility = kwargs.get("visibility")
    td_library(
        name = name + "_td",
        srcs = depset(tds.keys() + outputs.keys() + td_srcs).to_list(),
        deps = td_deps,
        visibility = visibility,
    )
    incs = []
    for td, kinds in tds.items():
        incs += tblgen_outputs(
            name,
            td,
            _kind_outputs(dialect, td, kinds),
            [":%s_td" % name],
        )
    for td, pairs in outputs.items():
        incs += tblgen_outputs(name, td, pairs, [":%s_td" % name])
    mlir_cc_library(
        name = name,
        srcs = srcs,
        hdrs = hdrs,
        textual_hdrs = incs + kwargs.pop("textual_hdrs", []),
        deps = deps,
        **kwargs
    )

def mlir_pass_library(
        name,
        srcs,
        hdrs,
        group,
        td = "Passes.td",
        td_deps = [],
        deps = [],
        **kwargs):
    """A folder of passes: its Passes.td, Passes.h.inc and the C++.

    Args:
      name: the library.
      srcs: C++ sources.
      hdrs: C++ headers.
      group: name of the registration function, registerGroupPasses().
      td: the TableGen file; <stem>.h.inc is generated from it.
      td_deps: td_library targets that it includes.
      deps: C++ dependencies; @mlir//:headers is added.
      **kwargs: of cc_library.
    """
    td_library(
        name = name + "_td",
        srcs = [td],
        deps = td_deps,
        visibility = kwargs.get("visibility"),
    )
    incs = tblgen_outputs(
        name,
        td,
        [(["-gen-pass-decls", "-name=" + group], td[:-len(".td")] + ".h.inc")],
        [":%s_td" % name],
    )
    mlir_cc_library(
        name = name,
        srcs = srcs,
        hdrs = hdrs,
        textual_hdrs = incs + kwargs.pop("textual_hdrs", []),
        deps = deps,
        **kwargs
    )

def mlir_conversion_library(name, srcs, hdrs, td, group, **kwargs):
    """A conversion: as mlir_pass_library, with a .td named as the conversion."""
    mlir_pass_library(
        name = name,
        srcs = srcs,
        hdrs = hdrs,
        td = td,
        group = group,
        **kwargs
    )

def mlir_binary(name, srcs, deps = [], copts = [], **kwargs):
    """A cc_binary linked to libMLIR and libLLVM."""
    native.cc_binary(
        name = name,
        srcs = srcs,
        copts = MLIR_COPTS + copts,
        deps = deps + ["@mlir//:link"],
        **kwargs
    )

def mlir_cc_test(name, srcs, deps = [], copts = [], **kwargs):
    """A GoogleTest linked to libMLIR and libLLVM."""
    native.cc_test(
        name = name,
        srcs = srcs,
        copts = MLIR_COPTS + copts,
        deps = deps + ["@gtest//:gtest_main", "@mlir//:link"],
        **kwargs
    )
