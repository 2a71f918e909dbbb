"""Documentation pages that are generated from TableGen and committed."""

load("//tools/bazel:mlir.bzl", "tblgen_outputs")

def generated_page(name, td, opts, page, deps):
    """A page made by mlir-tblgen, and a test that the committed one is fresh.

    Makes `name` (the fresh page) and `name`_test. A stale page is renewed by
    the command that the failing test prints.

    Args:
      name: the target.
      td: the TableGen file.
      opts: what mlir-tblgen is to generate, such as ["-gen-pass-doc"].
      page: the committed file.
      deps: td_library targets with all that `td` includes.
    """
    fresh = page[:-len(".md")] + ".generated.md"
    tblgen_outputs(name, td, [(opts, fresh)], deps)
    native.filegroup(name = name, srcs = [fresh])

    # sh_test wants a file: the comparison is too short for one in the tree.
    native.genrule(
        name = name + "_script",
        outs = [name + "_test.sh"],
        cmd = """cat > $@ <<'END'
#!/usr/bin/env bash
diff -u "$$1" "$$2" && exit
echo "stale page, renew it by: bazel build {label} && cp bazel-bin/$${{2#./}} $$1" >&2
exit 1
END""".format(label = "//%s:%s" % (native.package_name(), name)),
    )
    native.sh_test(
        name = name + "_test",
        size = "small",
        srcs = [name + "_test.sh"],
        args = ["$(rootpath %s)" % page, "$(rootpath %s)" % fresh],
        data = [page, fresh],
    )

def dialect_page(name, dialect, td, page, deps):
    """The page of a dialect's attributes, types and ops: see generated_page.

    Args:
      name: the target.
      dialect: the dialect's name.
      td: the TableGen file that includes all others.
      page: the committed file.
      deps: td_library targets with all that `td` includes.
    """
    generated_page(
        name = name,
        td = td,
        opts = ["-gen-dialect-doc", "-dialect=" + dialect],
        page = page,
        deps = deps,
    )
