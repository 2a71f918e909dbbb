"""@onnxruntime: the Python environment and the weights of tests/networks.

TESSERA_ORACLE names the folder that tests/networks/prepare.sh fills; without
it, ~/.cache/tessera/oracle. `python.txt` holds the path of its Python, or
nothing if it lacks the pinned packages. `present.bzl` lists the files of
networks/, which are labels.
"""

def _folder(ctx):
    environ = ctx.os.environ
    if environ.get("TESSERA_ORACLE"):
        return ctx.path(environ["TESSERA_ORACLE"])
    cache = environ.get("XDG_CACHE_HOME") or environ.get("HOME", "/") + "/.cache"
    return ctx.path(cache + "/tessera/oracle")

def _onnxruntime_repository_impl(ctx):
    root = _folder(ctx)
    installed = root.get_child("venv").get_child("requirements.txt")
    wanted = ctx.path(Label("//tests/networks:requirements.txt"))
    python = ""
    if installed.exists and ctx.read(installed) == ctx.read(wanted):
        python = str(root) + "/venv/bin/python"
    ctx.file("python.txt", python + "\n")

    files = []
    folder = root.get_child("networks")
    if folder.exists:
        for entry in folder.readdir():
            if entry.basename.endswith(".onnx") or entry.basename.endswith(".weights"):
                ctx.symlink(entry, "networks/" + entry.basename)
                files.append(entry.basename)
    labels = ["python.txt"] + ["networks/" + f for f in files]
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD", """\
package(default_visibility = ["//visibility:public"])

exports_files(%s)
""" % repr(labels))
    ctx.file("present.bzl", "NETWORK_FILES = %s\n" % repr(files))

onnxruntime_repository = repository_rule(
    implementation = _onnxruntime_repository_impl,
    environ = ["HOME", "TESSERA_ORACLE", "XDG_CACHE_HOME"],
    local = True,
)
