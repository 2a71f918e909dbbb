// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/PackageWriter.h"

#include "compiler/codegen/ParseTestModule.h"
#include "runtime/Package.h"
#include "runtime/testing/TemporaryFolder.h"

#include "gtest/gtest.h"

#include <filesystem>
#include <fstream>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace mlir::tessera;
using tessera::testing::readWholeFile;
using tessera::testing::TemporaryFolder;

namespace {

/// y = x * weights[0], four floats.
constexpr llvm::StringLiteral scaleModule = R"(
  define hidden i32 @tessera_run(ptr %args) {
    %inputs_at = getelementptr i8, ptr %args, i64 8
    %inputs = load ptr, ptr %inputs_at
    %x_at = load ptr, ptr %inputs
    %outputs_at = getelementptr i8, ptr %args, i64 16
    %outputs = load ptr, ptr %outputs_at
    %y_at = load ptr, ptr %outputs
    %weights_at = getelementptr i8, ptr %args, i64 32
    %weights = load ptr, ptr %weights_at
    %w = load float, ptr %weights
    %w0 = insertelement <4 x float> poison, float %w, i32 0
    %ws = shufflevector <4 x float> %w0, <4 x float> poison,
                        <4 x i32> zeroinitializer
    %x = load <4 x float>, ptr %x_at, align 4
    %y = fmul <4 x float> %x, %ws
    store <4 x float> %y, ptr %y_at, align 4
    ret i32 0
  })";

class PackageWriterTest : public testing::Test {
protected:
  PackageWriterTest() {
    description.inputs.push_back({"x", TESSERA_F32, {1, 4}});
    description.outputs.push_back({"y", TESSERA_F32, {4}});
    description.outputs.back().name = "y:0 \xc3\xa9";
    description.kernels.push_back({"scale", "Mul_0;Mul_1", "#s", 4, 36});
    description.arenaBytes = 128;
    description.buildRecord = R"({"model": "scale"})";
    plan = llvm::cantFail(planWeights({{&factor, sizeof factor, 4}}));
  }

  ObjectCode compile(llvm::StringRef text, const CpuTarget &target) {
    llvm::LLVMContext context;
    auto module = parseTestModule(text, context);
    return llvm::cantFail(emitObject(*module, target));
  }

  llvm::Error write(const std::string &path,
                    const CpuTarget &target = CpuTarget::baseline()) {
    return writePackage(path, {compile(scaleModule, target)}, plan, description,
                        target);
  }

  std::string writeError(const std::string &path) {
    llvm::Error error = write(path);
    if (!error) {
      ADD_FAILURE() << path << " was written";
      return "";
    }
    return llvm::toString(std::move(error));
  }

  /// What lies in a folder, for "nothing is left behind".
  static std::vector<std::string> list(const std::string &path) {
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(path)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  const TemporaryFolder folder;
  const std::string path = folder.path("scale.so");
  float factor = 2.5f;
  PackageDescription description;
  WeightsPlan plan;
};

TEST_F(PackageWriterTest, IsLoadedAndRun) {
  if (!CpuTarget::host().isX86()) {
    GTEST_SKIP() << "needs an x86-64 machine";
  }
  llvm::cantFail(write(path, CpuTarget::host()));
  auto package = tessera::Package::load(path);
  ASSERT_TRUE(package.ok()) << package.message();
  const tessera_package &table = (*package)->table();
  EXPECT_EQ(table.struct_bytes, sizeof(tessera_package));
  EXPECT_EQ(table.arena_bytes, 128u);
  EXPECT_EQ(table.arena_alignment, 64u);
  EXPECT_EQ(table.weights_bytes, 64u);
  EXPECT_EQ(table.weights_alignment, 64u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(table.weights) % 4096, 0u);
  EXPECT_EQ((*package)->buildRecord(), R"({"model": "scale"})");
  EXPECT_EQ((*package)->footer().features, CpuTarget::host().features);
  ASSERT_EQ(table.num_kernels, 1u);
  EXPECT_STREQ(table.kernels[0].name, "scale");
  EXPECT_STREQ(table.kernels[0].sources, "Mul_0;Mul_1");
  EXPECT_STREQ(table.kernels[0].schedule, "#s");
  EXPECT_EQ(table.kernels[0].flops, 4u);
  EXPECT_EQ(table.kernels[0].bytes, 36u);
  ASSERT_EQ((*package)->inputs().size(), 1u);
  EXPECT_EQ((*package)->inputs()[0].typeText(), "f32[1x4]");
  EXPECT_EQ((*package)->outputs()[0].name, "y:0 \xc3\xa9");

  const float x[4] = {1, 2, -3, 0.5f};
  float y[4] = {};
  const void *inputs[] = {x};
  void *outputs[] = {y};
  tessera_run_args args = {};
  args.struct_bytes = sizeof args;
  args.inputs = inputs;
  args.outputs = outputs;
  args.weights = table.weights;
  EXPECT_EQ(table.run(&args), 0);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(y[i], x[i] * 2.5f);
  }
  EXPECT_EQ(list(folder.path("")), std::vector<std::string>{"scale.so"});
}

TEST_F(PackageWriterTest, WithoutWeightsInputsOrKernels) {
  const CpuTarget target = CpuTarget::baseline();
  llvm::cantFail(writePackage(
      path,
      {compile("define i32 @main_function(ptr %a) { ret i32 0 }", target)},
      WeightsPlan(),
      [] {
        PackageDescription empty;
        empty.runFunction = "main_function";
        empty.outputs.push_back({"scalar", TESSERA_I64, {}});
        return empty;
      }(),
      target));
  const tessera::Status status = tessera::checkPackageFile(path);
  EXPECT_TRUE(status.ok()) << status.message();
  if (target.runsOn(CpuTarget::host())) {
    auto package = tessera::Package::load(path);
    ASSERT_TRUE(package.ok()) << package.message();
    EXPECT_EQ((*package)->table().weights, nullptr);
    EXPECT_EQ((*package)->table().num_kernels, 0u);
    EXPECT_EQ((*package)->outputs()[0].dims.size(), 0u);
  }
}

TEST_F(PackageWriterTest, IsSoundForEachTarget) {
  for (llvm::StringRef target : {"cpu:x86-64", "cpu:x86-64-v3",
                                 "cpu:x86-64-v4+amx-int8", "cpu:aarch64"}) {
    llvm::cantFail(write(path, parseTestTarget(target)));
    const tessera::Status status = tessera::checkPackageFile(path);
    EXPECT_TRUE(status.ok()) << target.str() << ": " << status.message();
  }
}

TEST_F(PackageWriterTest, SameInputSameBytes) {
  llvm::cantFail(write(path));
  std::filesystem::create_directory(folder.path("elsewhere"));
  const std::string other = folder.path("elsewhere/other-name.so");
  llvm::cantFail(write(other));
  EXPECT_EQ(readWholeFile(path), readWholeFile(other));
  factor = 3;
  llvm::cantFail(write(other));
  EXPECT_NE(readWholeFile(path), readWholeFile(other));
}

TEST_F(PackageWriterTest, FollowsTheUmask) {
  const mode_t before = ::umask(027);
  llvm::cantFail(write(path));
  ::umask(before);
  struct stat status;
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0750u);
}

TEST_F(PackageWriterTest, ReplacesAFile) {
  folder.write("scale.so", "old");
  llvm::cantFail(write(path));
  EXPECT_TRUE(tessera::checkPackageFile(path).ok());
}

TEST_F(PackageWriterTest, WrongPathsAreOneLineErrors) {
  const std::string file = folder.write("file", "old");
  const std::pair<std::string, std::string> cases[] = {
      {folder.path("missing/x.so"),
       "there is no folder '" + folder.path("missing") + "'"},
      {file + "/x.so", "'" + file + "' is not a folder"},
      {folder.path(""), ""},
      {"/tmp", "it is a folder"},
      {"/dev/null", "it is not a regular file"},
  };
  for (const auto &[wrong, reason] : cases) {
    const std::string error = writeError(wrong);
    EXPECT_EQ(error.find("cannot write '" + wrong + "': " + reason), 0u)
        << error;
    llvm::Error early = checkPackagePath(wrong);
    EXPECT_EQ(llvm::toString(std::move(early)), error);
  }
  EXPECT_EQ(writeError(""), "cannot write '': expected the name of a file");
  EXPECT_EQ(writeError("/nowhere/a\nb.so"),
            "cannot write '/nowhere/a\\x0ab.so': there is no folder "
            "'/nowhere'");
  EXPECT_EQ(list(folder.path("")), std::vector<std::string>{"file"});
}

TEST_F(PackageWriterTest, MissingFunctionsAreInternalErrors) {
  const CpuTarget target = CpuTarget::baseline();
  folder.write("scale.so", "old");
  llvm::Error error = writePackage(path,
                                   {compile(R"(
    define hidden i32 @tessera_run(ptr %args) {
      %x = load float, ptr %args
      %y = frem float %x, 3.0
      store float %y, ptr %args
      ret i32 0
    })",
                                            target)},
                                   plan, description, target);
  EXPECT_EQ(llvm::toString(std::move(error)),
            "internal: the package would need 'fmodf'");
  error = writePackage(path, {}, plan, description, target);
  EXPECT_EQ(llvm::toString(std::move(error)),
            "internal: the package would need 'tessera_run'");
  EXPECT_EQ(readWholeFile(path), "old");
  EXPECT_EQ(list(folder.path("")), std::vector<std::string>{"scale.so"});
}

/// A small file system of its own, where the process may make one.
class SmallDisk {
public:
  explicit SmallDisk(const std::string &path, const char *options)
      : path(path) {
    std::filesystem::create_directory(path);
    mounted =
        ::geteuid() == 0 && ::unshare(CLONE_NEWNS) == 0 &&
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        ::mount("tessera", path.c_str(), "tmpfs", 0, options) == 0;
  }
  ~SmallDisk() {
    if (mounted) {
      ::umount2(path.c_str(), MNT_DETACH);
    }
  }
  bool remountReadOnly() {
    return ::mount("tessera", path.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY,
                   nullptr) == 0;
  }

  const std::string path;
  bool mounted = false;
};

TEST_F(PackageWriterTest, FullDisksLeaveNothingBehind) {
  const SmallDisk disk(folder.path("disk"), "size=1m");
  if (!disk.mounted) {
    GTEST_SKIP() << "needs the right to mount a file system";
  }
  const std::string target = disk.path + "/scale.so";
  // From no room for the weights to room for all but the last bytes.
  std::string weights(300 << 10, 'w');
  plan = llvm::cantFail(planWeights({{weights.data(), weights.size(), 64}}));
  bool fitted = false;
  for (int filled = 1020; filled >= 0; filled -= 15) {
    const std::string filler = disk.path + "/filler";
    std::ofstream(filler, std::ios::binary) << std::string(filled << 10, 'f');
    llvm::Error error = write(target);
    if (!error) {
      fitted = true;
      EXPECT_TRUE(tessera::checkPackageFile(target).ok());
      break;
    }
    ASSERT_EQ(llvm::toString(std::move(error)),
              "cannot write '" + target + "': no space left on device")
        << filled << " KiB filled";
    ASSERT_EQ(list(disk.path), std::vector<std::string>{"filler"});
  }
  EXPECT_TRUE(fitted);
}

TEST_F(PackageWriterTest, ReadOnlyDisksAreOneLineErrors) {
  SmallDisk disk(folder.path("disk"), "size=1m");
  if (!disk.mounted || !disk.remountReadOnly()) {
    GTEST_SKIP() << "needs the right to mount a file system";
  }
  EXPECT_EQ(writeError(disk.path + "/scale.so"),
            "cannot write '" + disk.path + "/scale.so': read-only file system");
}

/// Takes away root's right to write everywhere, for a time.
class WithoutOverride {
public:
  WithoutOverride() {
    set([](uint32_t &bits) { bits &= ~(1u << CAP_DAC_OVERRIDE); });
  }
  ~WithoutOverride() {
    set([](uint32_t &bits) { bits |= 1u << CAP_DAC_OVERRIDE; });
  }

private:
  template <typename Change> void set(Change change) {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {};
    if (::syscall(SYS_capget, &header, data) == 0) {
      change(data[0].effective);
      // Fails for those who never had the right, and need not succeed.
      ::syscall(SYS_capset, &header, data);
    }
  }
};

TEST_F(PackageWriterTest, ClosedFoldersAreOneLineErrors) {
  const std::string closed = folder.path("closed");
  std::filesystem::create_directory(closed);
  ::chmod(closed.c_str(), 0555);
  const WithoutOverride user;
  EXPECT_EQ(writeError(closed + "/scale.so"),
            "cannot write '" + closed +
                "/scale.so': no permission to write to the folder '" + closed +
                "'");
}

} // namespace
