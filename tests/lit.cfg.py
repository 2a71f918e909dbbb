# Configuration of all lit tests; tools/bazel/run_lit.sh sets the variables.
import os

import lit.formats

config.name = "Tessera"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.environ["TESSERA_LIT_OUT"]

config.environment["PATH"] = os.pathsep.join(
    [os.environ["TESSERA_LIT_PATH"], "/usr/bin", "/bin"]
)
config.environment["FILECHECK_OPTS"] = "--enable-var-scope"

test_data = os.environ["TESSERA_LIT_TEST_DATA"]
if test_data:
    config.available_features.add("test-data")
    config.substitutions.append(("%test_data", test_data))
