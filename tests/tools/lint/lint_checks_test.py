# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each check of tools/lint finds its fault, and leaves good files alone."""

import os
import shutil
import tempfile
import unittest

import error_checks
import layer_checks
import name_checks
import text_checks
from allow_list import AllowList
from tree import Finding, Records, Tree, mask_cpp

_BANNER = """\
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

_PASS = """\
def GraphCleanUpPass : Pass<"graph-clean-up", "func::FuncOp"> {
  let summary = "Remove what nobody reads";
  let description = [{
    **Requires** {braces}. **Produces** graph ops.
  }];
}
"""


class LintTest(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(shutil.rmtree, self.root)

    def keys(self, check, files):
        """The keys that a check finds in a tree of these files."""
        for path, text in files.items():
            full = os.path.join(self.root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        return [f.key for f in check(Tree(self.root, list(files)))]

    def test_cpp_literals_and_comments(self):
        text = 'f("a \\"b\\""); // "no"\n/* "no" */ g(\'"\', "c" "d");'
        masked, strings = mask_cpp(text)
        self.assertEqual(len(masked), len(text))
        self.assertEqual([s[2] for s in strings], ['a "b"', "c", "d"])
        self.assertNotIn("no", masked)

    def test_records_with_code_blocks(self):
        self.keys(
            lambda tree: [],
            {
                "A.td": "class B<string s> : Op<D, s, []>;\n"
                'def C : B<"c"> {\n  let summary = "}";\n'
                "  let description = [{ def X { }];\n}\n"
            },
        )
        records = Records(Tree(self.root, ["A.td"]))
        self.assertEqual([r.name for r in records.all], ["B", "C"])
        self.assertEqual(records.ancestors(records.all[1]), ["B", "Op"])

    def test_sizes(self):
        keys = self.keys(
            text_checks.check_sizes,
            {
                "a/Long.h": "\n" * 401,
                "a/Short.h": "\n" * 400,
                "tests/a/long.mlir": "\n" * 301,
                "a/LongTest.cpp": "\n" * 301,
                "a/BUILD": "\n" * 201,
            },
        )
        self.assertEqual(
            keys,
            ["a/BUILD", "a/Long.h", "a/LongTest.cpp", "tests/a/long.mlir"],
        )

    def test_banners(self):
        keys = self.keys(
            text_checks.check_banners,
            {"a/Bare.cpp": "int x;\n", "a/Good.cpp": _BANNER},
        )
        self.assertEqual(keys, ["a/Bare.cpp"])

    def test_todos(self):
        good = "// TODO(#12): write it.\n"
        bad = "// TODO(jane): later\n"
        keys = self.keys(
            text_checks.check_todos, {"a/A.cpp": good + bad + "// FIXME\n"}
        )
        self.assertEqual(
            keys, ["a/A.cpp: // TODO(jane): later", "a/A.cpp: // FIXME"]
        )

    def test_machines(self):
        keys = self.keys(
            text_checks.check_machines,
            {
                "a/a.md": "see /home/jane/model\nsee docs/work/list\n"
                "fast on our machine\nruns on this machine\n"
            },
        )
        self.assertEqual(
            keys,
            ["a/a.md: see /home/jane/model", "a/a.md: fast on our machine"],
        )

    def test_includes(self):
        keys = self.keys(
            text_checks.check_includes,
            {
                "a/A.cpp": '#include "mlir/InitAllPasses.h"\n'
                "using namespace mlir;\n",
                "a/B.h": "using namespace mlir;\n",
            },
        )
        self.assertEqual(keys, ["a/A.cpp", "a/B.h"])

    def test_references_to_tests(self):
        keys = self.keys(
            text_checks.check_test_references,
            {"a/a.md": "tests/a/b.mlir tests/a/c.mlir", "tests/a/b.mlir": ""},
        )
        self.assertEqual(keys, ["a/a.md: tests/a/c.mlir"])

    def test_file_names(self):
        keys = self.keys(
            name_checks.check_file_names,
            {
                "a/GoodName.cpp": "",
                "a/bad_name.cpp": "",
                "a/Utils.h": "",
                "aB/C.h": "",
                "tests/a/good-name.mlir": "",
                "tests/a/Bad.mlir": "",
                "tools/a/my-tool.cpp": "",
            },
        )
        self.assertEqual(
            keys, ["a/Utils.h", "a/bad_name.cpp", "aB/", "tests/a/Bad.mlir"]
        )

    def test_pass_names(self):
        files = {
            "transforms/graph/Passes.td": _PASS,
            "transforms/graph/CleanUp.cpp": "#define "
            'GEN_PASS_DEF_GRAPHCLEANUPPASS\n#define DEBUG_TYPE "graph-x"\n',
            "tests/transforms/graph/clean-up.mlir": "",
        }
        keys = self.keys(name_checks.check_pass_names, files)
        self.assertEqual(keys, ["GraphCleanUpPass: DEBUG_TYPE"])

        del files["tests/transforms/graph/clean-up.mlir"]
        keys = self.keys(name_checks.check_pass_names, files)
        self.assertIn("GraphCleanUpPass: test", keys)

        files["transforms/graph/Passes.td"] = _PASS.replace('"graph-', '"loop-')
        keys = self.keys(name_checks.check_pass_names, files)
        self.assertEqual(
            keys,
            ["GraphCleanUpPass: " + k for k in ("def", "flag", "file", "test")],
        )

    def test_conversion_names(self):
        folder = "conversion/graph_to_loop/"
        files = {
            folder + "GraphToLoop.td": "def ConvertGraphToLoopPass "
            ': Pass<"convert-graph-to-loop">;',
            folder + "GraphToLoop.cpp": "#define "
            "GEN_PASS_DEF_CONVERTGRAPHTOLOOPPASS\n",
            "tests/" + folder + "a.mlir": "// RUN: graph-opt %s "
            "-convert-graph-to-loop",
        }
        self.assertEqual(self.keys(name_checks.check_pass_names, files), [])

    def test_pass_documentation(self):
        td = "transforms/graph/Passes.td"
        check = name_checks.check_pass_documentation
        self.assertEqual(self.keys(check, {td: _PASS}), [])
        keys = self.keys(check, {td: _PASS.replace("**Requires**", "Needs")})
        self.assertEqual(keys, ["GraphCleanUpPass: Requires"])
        many = "".join(_PASS.replace("Up", "Up%d" % i) for i in range(13))
        self.assertEqual(self.keys(check, {td: many}), [td])

    def test_op_summaries(self):
        keys = self.keys(
            name_checks.check_op_summaries,
            {
                "A/A.td": 'class Base : Op<D> { let summary = "s"; }\n'
                "def InheritOp : Base;\ndef BareOp : Op<D>;\n"
            },
        )
        self.assertEqual(keys, ["BareOp"])

    def test_error_texts(self):
        cpp = (
            'return emitOpError("expected a map from ") << n << ", but got ";\n'
            'return op.emitOpError() << "expected no "\n    "regions";\n'
        )
        keys = self.keys(
            error_checks.check_error_texts,
            {
                "dialects/a/A.cpp": cpp,
                "tests/dialects/a/invalid.mlir": "// expected-error @+1 "
                "{{expected no regions}}",
                "tests/dialects/a/ops.mlir": "expected a map from",
            },
        )
        self.assertEqual(keys, ["dialects/a/A.cpp: expected a map from"])

    def test_layers(self):
        keys = self.keys(
            layer_checks.check_include_layers,
            {
                "dialects/a/A.h": '#include "transforms/a/B.h"\n',
                "runtime/A.cpp": '#include "llvm/ADT/STLExtras.h"\n'
                "#include <vector>\n",
                "tuning/A.cpp": '#include "compiler/B.h"\n',
            },
        )
        self.assertEqual(
            keys,
            [
                "dialects/a/A.h: transforms/a/B.h",
                "runtime/A.cpp: llvm/ADT/STLExtras.h",
            ],
        )

    def test_build_labels(self):
        build = (
            'load("//tools/bazel:mlir.bzl", "mlir_cc_library")\n'
            'mlir_cc_library(name = "a", visibility = ["//tools:__pkg__"],\n'
            '    deps = ["//tuning/space"] + ["@mlir//:link"])\n'
        )
        keys = self.keys(
            layer_checks.check_build_labels,
            {"compiler/a/BUILD": build, "tools/a/BUILD": build},
        )
        self.assertEqual(
            keys,
            [
                "compiler/a/BUILD: //tuning/space",
                "compiler/a/BUILD: @mlir//:link",
                "tools/a/BUILD: @mlir//:link",
            ],
        )

    def test_allow_lists_only_shrink(self):
        path = os.path.join(self.root, "allow", "sizes.txt")
        long, text = Finding("a", "a:1", "m", 310), Finding("b c", "b:1", "m")
        came, went = AllowList(path).update([long, text])
        self.assertEqual((came, went), (["a", "b c"], []))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "a <= 325\nb c\n")

        allowed = AllowList(path)
        self.assertEqual(allowed.apply([long, text]), ([], []))
        longer = long._replace(size=326)
        self.assertEqual(allowed.apply([longer, text]), ([longer], []))
        self.assertEqual(allowed.apply([long]), ([], ["b c"]))
        short = long._replace(size=270)
        self.assertEqual(allowed.apply([short, text]), ([], ["a <= 325"]))
        allowed.update([])
        self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    unittest.main()
