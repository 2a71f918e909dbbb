"""Repository rule for an outside package that Debian has installed."""

def _debian_repository_impl(ctx):
    for path in ctx.attr.requires + ctx.attr.links.values():
        if not ctx.path(path).exists:
            if ctx.attr.absent_build_file:
                ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
                ctx.template("BUILD", ctx.attr.absent_build_file, executable = False)
                return
            fail("%s is missing: run tools/setup/install-packages.sh, or apt-get install %s" %
                 (path, ctx.attr.package))
    for link, path in ctx.attr.links.items():
        ctx.symlink(path, link)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.template("BUILD", ctx.attr.build_file, ctx.attr.substitutions, executable = False)

debian_repository = repository_rule(
    implementation = _debian_repository_impl,
    doc = "Links installed files into a repository; fails in one line that names the Debian package.",
    attrs = {
        "absent_build_file": attr.label(doc = "taken where the package is not installed, which is then no error"),
        "build_file": attr.label(mandatory = True),
        "links": attr.string_dict(doc = "path in the repository -> path of the system"),
        "package": attr.string(mandatory = True, doc = "Debian packages, for the error"),
        "requires": attr.string_list(doc = "further paths of the system that must exist"),
        "substitutions": attr.string_dict(),
    },
    local = True,
)
