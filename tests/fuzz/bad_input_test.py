#!/usr/bin/env python3
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bad input: one line for each problem, exit code 1, no file left behind.

usage: bad_input_test.py --part=corpus|files|mutations TESSERA DIGITS.onnx CORPUS-FILE...

A file of the corpus says in comments what is to be said of it: `# ERROR: text`
for each line on stderr, in this order, and `# ARGS: options` of the call.
"""

import os
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile

CPU = "cpu"
TIMEOUT_SECONDS = 60  # a hang, not a measure of speed
MEMORY_BYTES = 8 << 30
NUM_MUTATIONS = 200
# Of the package's footer, see runtime/PackageFooter.h.
FOOTER_BYTES = 56
ABI_OFFSET, MACHINE_OFFSET = 12, 36
FILE_BYTES_OFFSET, ELF_BYTES_OFFSET, FEATURE_BYTES_OFFSET = 16, 24, 32
HASHED_FOOTER_BYTES = 48


def xxh64(data):
    """XXH64 with the seed 0 of fewer than 32, or of 48 bytes."""
    mask = (1 << 64) - 1
    p1, p2, p3, p4, p5 = (
        0x9E3779B185EBCA87,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0x85EBCA77C2B2AE63,
        0x27D4EB2F165667C5,
    )

    def rotate(value, bits):
        return ((value << bits) | (value >> (64 - bits))) & mask

    def mix(lane, word):
        return rotate((lane + word * p2) & mask, 31) * p1 & mask

    words = struct.unpack(f"<{len(data) // 8}Q", data)
    lanes = [(p1 + p2) & mask, p2, 0, (-p1) & mask]
    result = p5
    num_full = len(words) // 4 * 4
    if num_full:
        for i in range(num_full):
            lanes[i % 4] = mix(lanes[i % 4], words[i])
        result = sum(rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & mask
        for lane in lanes:
            result = ((result ^ mix(0, lane)) * p1 + p4) & mask
    result = (result + len(data)) & mask
    for word in words[num_full:]:
        result = (rotate(result ^ mix(0, word), 27) * p1 + p4) & mask
    result = (result ^ (result >> 33)) * p2 & mask
    result = (result ^ (result >> 29)) * p3 & mask
    return result ^ (result >> 32)


def with_footer_hash(footer):
    """The footer with a hash that fits."""
    hashed = bytes(footer[:HASHED_FOOTER_BYTES])
    return hashed + struct.pack("<Q", xxh64(hashed))


def with_footer_field(package, offset, value):
    """A copy of the package with another u32 in its footer, whose hash fits."""
    footer = bytearray(package[-FOOTER_BYTES:])
    struct.pack_into("<I", footer, offset, value)
    return package[:-FOOTER_BYTES] + with_footer_hash(footer)


def with_features(package, features):
    """A copy of the package that needs these CPU features too."""
    footer = bytearray(package[-FOOTER_BYTES:])
    (elf_bytes,) = struct.unpack_from("<Q", footer, ELF_BYTES_OFFSET)
    present = package[elf_bytes:-FOOTER_BYTES].decode().split(",")
    text = ",".join(sorted({*present, *features} - {""})).encode()
    struct.pack_into("<I", footer, FEATURE_BYTES_OFFSET, len(text))
    struct.pack_into("<Q", footer, FILE_BYTES_OFFSET, elf_bytes + len(text) + FOOTER_BYTES)
    return package[:elf_bytes] + text + with_footer_hash(footer)


def npy(descr, shape, data):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}"
    header = header.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


class Test:
    """Runs the tool in a folder of its own and counts what goes wrong."""

    def __init__(self, tool, folder):
        self.tool = tool
        self.folder = folder
        self.output = folder + "/out/result"
        self.num_cases = 0
        self.num_failures = 0
        os.makedirs(folder + "/out")
        os.makedirs(folder + "/tmp")

    def path(self, name):
        return self.folder + "/" + name

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return self.path(name)

    def call(self, arguments, limits=()):
        """Returns (exit code or None for a time-out, lines of stderr)."""

        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            for kind, value in limits:
                resource.setrlimit(kind, (value, value))

        environment = dict(os.environ, TMPDIR=self.path("tmp"))
        try:
            done = subprocess.run(
                [self.tool] + arguments,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=TIMEOUT_SECONDS,
                preexec_fn=limit,
                # SIGXFSZ stays ignored, so that a file's limit is an error.
                restore_signals=False,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None, []
        text = done.stderr.decode(errors="backslashreplace")
        lines = text.split("\n")
        return done.returncode, lines if lines[-1] else lines[:-1]

    def leftovers(self):
        """Removes and returns what a call left behind."""
        found = []
        for name in ("out", "tmp"):
            folder = self.path(name)
            for entry in sorted(os.listdir(folder)):
                found.append(name + "/" + entry)
                entry = folder + "/" + entry
                shutil.rmtree(entry) if os.path.isdir(entry) else os.unlink(entry)
        return found

    def fail(self, name, message, lines=()):
        self.num_failures += 1
        print(f"FAILED {name}: {message}")
        for line in lines:
            print("    " + line[:500])

    def expect(self, name, arguments, errors, file, limits=()):
        """The call fails with these errors, each of which names the file."""
        self.num_cases += 1
        code, lines = self.call(arguments, limits)
        left = self.leftovers()
        if code != 1:
            self.fail(name, f"expected exit code 1, but got {code}", lines)
        elif len(lines) != len(errors):
            self.fail(name, f"expected {len(errors)} lines, but got {len(lines)}", lines)
        elif left:
            self.fail(name, f"left behind: {left}", lines)
        else:
            for line, error in zip(lines, errors):
                if not line.startswith("error: ") or error not in line or file not in line:
                    self.fail(name, f"expected '{error}' and '{file}' in", [line])
                elif not line.isprintable():
                    self.fail(name, "expected no control characters in", [ascii(line)])

    def expect_compile(self, model, error, name=None, options=(), output=None, limits=()):
        path = self.path(model)
        arguments = ["compile", path, "-o", output or self.output, "--target", CPU]
        errors = error if isinstance(error, list) else [error]
        self.expect(name or model, arguments + list(options), errors, os.path.basename(path), limits)

    def expect_any(self, name, arguments):
        """The call succeeds, or fails as it should, whatever the reason."""
        self.num_cases += 1
        code, lines = self.call(arguments)
        left = self.leftovers()
        if code not in (0, 1):
            self.fail(name, f"expected exit code 0 or 1, but got {code}", lines)
        elif code == 1 and (not lines or not all(line.startswith("error: ") for line in lines)):
            self.fail(name, "expected lines of errors, but got", lines)
        elif code == 0 and lines:
            self.fail(name, "expected no errors, but got", lines)
        elif code == 1 and left:
            self.fail(name, f"left behind: {left}", lines)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def run_corpus(test, corpus):
    test.write("weights.bin", bytes(64))
    models = test.path("models")
    os.makedirs(models)
    shutil.copy(test.path("weights.bin"), models)
    shutil.copy(test.path("weights.bin"), test.path("outside.bin"))
    os.symlink("../outside.bin", models + "/link.bin")
    for path in corpus:
        name = "models/" + os.path.basename(path)
        shutil.copy(path, test.path(name))
        options, errors = [], []
        for line in read(path).decode().splitlines():
            if line.startswith("# ARGS: "):
                options = line[len("# ARGS: ") :].split()
            elif line.startswith("# ERROR: "):
                errors.append(line[len("# ERROR: ") :])
        test.expect_compile(name, errors, options=options)


def check_model_files(test, digits):
    not_a_model = "not an ONNX model"
    test.write("empty.onnx", b"")
    test.expect_compile("empty.onnx", "the file is empty")
    test.write("empty.onnxtxt", b"")
    test.expect_compile("empty.onnxtxt", "the file is empty")
    for size in (1, 2, 100, len(digits) // 2, len(digits) - 1):
        test.write(f"cut-{size}.onnx", digits[:size])
        test.expect_compile(f"cut-{size}.onnx", not_a_model)
    for seed in range(5):
        test.write(f"random-{seed}.onnx", random.Random(seed).randbytes(1 << (3 * seed)))
        test.expect_compile(f"random-{seed}.onnx", not_a_model)
    test.write("zeros.onnx", bytes(4096))
    test.expect_compile("zeros.onnx", not_a_model)
    test.write("twice.onnx", digits + digits)
    test.expect_any("twice.onnx", ["compile", test.path("twice.onnx"), "-o", test.output])
    test.write("image.onnx", b"\x89PNG\r\n\x1a\n" + bytes(100))
    test.expect_compile("image.onnx", not_a_model)
    # A graph in an attribute of a node of a graph, and so on.
    deep = b""
    for _ in range(20000):
        graph = b"\x32" + varint(len(deep)) + deep  # AttributeProto.g
        node = b"\x2a" + varint(len(graph)) + graph  # NodeProto.attribute
        deep = b"\x0a" + varint(len(node)) + node  # GraphProto.node
    test.write("deep.onnx", b"\x08\x08\x3a" + varint(len(deep)) + deep)
    test.expect_compile("deep.onnx", not_a_model)
    nested = "graph { " + "node { attribute { g { " * 50000
    test.write("deep.onnxtxt", nested)
    test.expect_compile("deep.onnxtxt", "")
    os.makedirs(test.path("folder.onnx"))
    test.expect_compile("folder.onnx", "is a folder, expected an ONNX file")
    test.expect_compile("none.onnx", "No such file or directory")
    test.write("bytes.mlir", random.Random(1).randbytes(100))
    test.expect_compile("bytes.mlir", "")
    test.write("tail.mlir", "func.func @main(")
    test.expect_compile("tail.mlir", "")


def varint(value):
    result = b""
    while value > 127:
        result += bytes([value & 127 | 128])
        value >>= 7
    return result + bytes([value])


def check_outputs(test, digits):
    """Outputs that can't be written."""
    test.write("digits.onnx", digits)
    full = [(resource.RLIMIT_FSIZE, 4096)]
    test.expect("full disk", ["compile", test.path("digits.onnx"), "-o", test.output], [""], "", full)
    test.expect(
        "folder as output",
        ["compile", test.path("digits.onnx"), "-o", test.path("folder.onnx")],
        [""],
        "folder.onnx",
    )
    if not os.path.isdir(test.path("folder.onnx")):
        test.fail("folder as output", "the folder is gone")
    read_only = test.path("read-only")
    os.makedirs(read_only)
    for folder in (read_only, "/proc/self"):
        os.chmod(read_only, 0o555)
        # Root may write where others may not: there, /proc refuses.
        if folder == read_only and os.access(read_only, os.W_OK):
            continue
        path = folder + "/m.so"
        test.expect("read-only folder", ["compile", test.path("digits.onnx"), "-o", path], [""], path)
        if os.listdir(read_only):
            test.fail("read-only folder", "something was left in it")


def check_packages(test, package):
    def expect(name, data, error, verbs=("inspect", "run", "bench")):
        path = test.write(name, data)
        for verb in verbs:
            test.expect(f"{verb} {name}", [verb, path], [error], name)

    for size in (4, 63, 64, 4096, len(package) // 2, len(package) - FOOTER_BYTES, len(package) - 1):
        expect(f"cut-{size}.so", package[:size], "", ("inspect", "run"))
    expect("no-footer.so", package[:-FOOTER_BYTES], "", ("inspect", "run"))
    expect("longer.so", package + b"\0", "")
    expect("old.so", with_footer_field(package, ABI_OFFSET, 0), "expected package ABI")
    expect("new.so", with_footer_field(package, ABI_OFFSET, 1 << 31), "expected package ABI")
    machines = {"aarch64": 183, "unknown": 0xFFFF}
    for name, number in machines.items():
        expect(name + ".so", with_footer_field(package, MACHINE_OFFSET, number), "compiled for", ("run",))
    # One of a CPU before 2017 and one of a CPU after 2022: no machine has both.
    lacking = with_features(package, ["amx-tile", "fma4"])
    expect("features.so", lacking, "needs the CPU features", ("run", "bench"))
    unknown = with_features(package, ["none-such"])
    expect("unknown-feature.so", unknown, "needs the CPU features none-such, which", ("run", "bench"))
    expect("random.so", b"\x7fELF" + random.Random(1).randbytes(9999), "")
    expect("text.so", "no package", "", ("inspect",))
    expect("empty.so", b"", "", ("inspect",))
    at = len(package) // 2
    changed = package[:at] + bytes([package[at] ^ 1]) + package[at + 1 :]
    path = test.write("changed.so", changed)
    test.expect("inspect --check changed.so", ["inspect", path, "--check"], ["changed.so"], "changed.so")
    path = test.write("mismatch.so", with_footer_field(package, MACHINE_OFFSET, machines["aarch64"]))
    test.expect("inspect --check mismatch.so", ["inspect", path, "--check"], ["damaged"], "mismatch.so")


def check_inputs(test):
    """Tensor files at run, on the model and on its package."""
    image = struct.pack("<64f", *range(64))
    files = {
        "type.npy": (npy("<i8", (1, 1, 8, 8), bytes(512)), "expected f32[1x1x8x8], but got i64[1x1x8x8]"),
        "shape.npy": (npy("<f4", (1, 1, 4, 16), image), "f32[1x1x4x16]"),
        "rank.npy": (npy("<f4", (64,), image), "f32[64]"),
        "short.npy": (npy("<f4", (1, 1, 8, 8), image[:-1]), ""),
        "longer.npy": (npy("<f4", (1, 1, 8, 8), image + b"abc"), "has 3 bytes after the data"),
        "overflow.npy": (npy("<f4", (1 << 62, 4), image), ""),
        "negative.npy": (npy("<f4", (-1, 1, 8, 8), image), ""),
        "object.npy": (npy("|O", (1, 1, 8, 8), image), ""),
        "big-endian.npy": (npy(">f4", (1, 1, 8, 8), image), ""),
        "text.npy": (b"1, 2, 3", ""),
        "empty.npy": (b"", ""),
        "cut.npy": (npy("<f4", (1, 1, 8, 8), image)[:50], ""),
        "header.npy": (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{", ""),
        "version.npy": (b"\x93NUMPY\x09\x00" + npy("<f4", (64,), image)[8:], ""),
        "random.pb": (random.Random(2).randbytes(100), ""),
        "empty.pb": (b"", ""),
        "overflow.pb": (b"\x08" + varint(1 << 62) + b"\x08\x04\x10\x01\x4a\x01a", ""),
        "negative.pb": (b"\x08" + varint((1 << 64) - 1) + b"\x10\x01\x4a\x01a", ""),
        "string.pb": (b"\x08\x01\x10\x08\x32\x01a", ""),
        "none.npy": (None, "cannot be opened"),
    }
    for name, (data, error) in files.items():
        path = test.path(name) if data is None else test.write(name, data)
        for subject in ("digits.onnx", "digits.so"):
            # A well-formed file is at fault only for what is to be run.
            named = "image" if error.startswith(("expected", "f32")) else name
            test.expect(
                f"run {subject} --input {name}",
                ["run", test.path(subject), "--input", "image=" + path],
                [error],
                named,
            )
    good = test.write("good.npy", npy("<f4", (1, 1, 8, 8), image))
    for subject in ("digits.onnx", "digits.so"):
        for options, error in (
            (["--input", "picture=" + good], "there is no input 'picture'; the inputs are 'image'"),
            (["--expect", "answer=" + good], "there is no output 'answer'"),
            (["--expect", "probabilities=" + good], "output 'probabilities' is not as in"),
        ):
            test.expect(f"run {subject} {options[0]}", ["run", test.path(subject)] + options, [error], subject)


def run_files(test, digits):
    check_model_files(test, digits)
    check_outputs(test, digits)
    path = test.path("digits.so")
    code, lines = test.call(["compile", test.path("digits.onnx"), "-o", path, "--target", CPU])
    if code != 0:
        test.fail("digits.onnx", "expected a package", lines)
        return
    check_packages(test, read(path))
    check_inputs(test)


def mutate(data, seed):
    """Every fifth is cut off; others lose, gain or change some bytes."""
    source = random.Random(seed)
    data = bytearray(data)
    if seed % 5 == 0:
        return bytes(data[: source.randrange(len(data))])
    # Most of the file is weights: every other change is near the start or end,
    # where the structure is.
    for _ in range(source.randrange(1, 9)):
        at = source.randrange(len(data))
        if source.randrange(4):
            at = source.choice([at % 3000, len(data) - 1 - at % 3000])
        kind = source.randrange(4)
        if kind == 0:
            del data[at : at + source.randrange(1, 9)]
        elif kind == 1:
            data[at:at] = source.randbytes(source.randrange(1, 9))
        elif kind == 2:
            data[at] ^= 1 << source.randrange(8)
        else:
            data[at] = source.randrange(256)
    return bytes(data)


def run_mutations(test, digits):
    for seed in range(NUM_MUTATIONS):
        path = test.write("digits.onnx", mutate(digits, seed))
        test.expect_any(f"seed {seed}", ["compile", path, "-o", test.output, "--target", CPU])


def main():
    part, tool, digits_path, *corpus = sys.argv[1:]
    digits = read(digits_path)
    with tempfile.TemporaryDirectory() as folder:
        test = Test(os.path.abspath(tool), folder)
        if part == "--part=corpus":
            run_corpus(test, sorted(corpus))
        elif part == "--part=files":
            run_files(test, digits)
        else:
            run_mutations(test, digits)
    print(f"{test.num_cases} cases, {test.num_failures} failures")
    return 1 if test.num_failures or not test.num_cases else 0


if __name__ == "__main__":
    sys.exit(main())
