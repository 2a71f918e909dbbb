// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/io/AtomicFile.h"

#include "runtime/testing/TemporaryFolder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace tessera {
namespace {

using testing::readWholeFile;
using testing::TemporaryFolder;

size_t filesIn(const std::string &folder) {
  auto entries = std::filesystem::directory_iterator(folder);
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

TEST(AtomicFileTest, WritesPieces) {
  TemporaryFolder folder;
  std::string path = folder.path("f");
  ASSERT_TRUE(writeFileAtomically(path, {"ab", "", "c"}).ok());
  EXPECT_EQ(readWholeFile(path), "abc");
  ASSERT_TRUE(writeFileAtomically(path, {}).ok());
  EXPECT_EQ(readWholeFile(path), "");
  EXPECT_EQ(filesIn(folder.path("")), 1u) << "no temporary file stays";
}

TEST(AtomicFileTest, KeepsModesAndLinks) {
  TemporaryFolder folder;
  std::string path = folder.write("f", "old");
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  std::string link = folder.path("link");
  ASSERT_EQ(::symlink("f", link.c_str()), 0);
  ASSERT_TRUE(writeFileAtomically(link, {"new"}).ok());
  EXPECT_EQ(readWholeFile(path), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  struct stat info;
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
}

TEST(AtomicFileTest, WritesToDevices) {
  EXPECT_TRUE(writeFileAtomically("/dev/null", {"x"}).ok());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(AtomicFileTest, SaysWhatTheSystemSays) {
  TemporaryFolder folder;
  EXPECT_EQ(writeFileAtomically(folder.path("no/f"), {"x"}).message(),
            folder.path("no/f") +
                ": cannot be written: No such file or directory");
  EXPECT_EQ(writeFileAtomically(folder.path(""), {"x"}).message(),
            folder.path("") + ": cannot be written: Is a directory");
  EXPECT_EQ(writeFileAtomically("/dev/full", {"x"}).message(),
            "/dev/full: cannot be written: No space left on device");
}

} // namespace
} // namespace tessera
