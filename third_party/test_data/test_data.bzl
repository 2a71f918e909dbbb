"""@test_data: the folder of data from elsewhere that tests use when present.

TESSERA_TEST_DATA names it; without it, the folder `shared` beside the
checkout. Folders are exposed whole, as source directories, so that nothing is
listed when a package is loaded. Every label exists (empty) when the folder
does not; `present.bzl` then says PRESENT = False.
"""

_PARTS = ["conformance", "expected", "models", "networks"]

def _filegroup(name, srcs):
    return "\nfilegroup(\n    name = %s,\n    srcs = %s,\n)\n" % (repr(name), repr(srcs))

def _test_data_repository_impl(ctx):
    named = ctx.os.environ.get("TESSERA_TEST_DATA", "")
    if named:
        root = ctx.path(named)
    else:
        root = ctx.path(Label("//:WORKSPACE")).dirname.dirname.get_child("shared")

    build = "package(default_visibility = [\"//visibility:public\"])\n"
    present = []
    for part in _PARTS:
        folder = root.get_child(part)
        srcs = []
        if folder.exists:
            ctx.symlink(folder, "data/" + part)
            srcs = ["data/" + part]
            present.append(part)
            for entry in folder.readdir():
                # A folder of its own: a test of one model depends on that one.
                if ctx.path(str(entry) + "/.").exists:
                    path = part + "/" + entry.basename
                    build += _filegroup(path, ["data/" + path])
        build += _filegroup(part, srcs)
    build += _filegroup("all", [":" + part for part in _PARTS])
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD", build)
    ctx.file("present.bzl", """\
PRESENT = %s
PARTS = %s
""" % (repr(len(present) > 0), repr(present)))

test_data_repository = repository_rule(
    implementation = _test_data_repository_impl,
    environ = ["TESSERA_TEST_DATA"],
    local = True,
)
