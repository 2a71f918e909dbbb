// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/io/ByteSource.h"

#include "runtime/testing/TemporaryFolder.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace tessera {
namespace {

using testing::TemporaryFolder;

TEST(ByteSourceTest, ReadsPartsOfFilesAndMemory) {
  TemporaryFolder folder;
  std::string bytes = "0123456789";
  Result<ByteSource> file = ByteSource::open(folder.write("f", bytes));
  ASSERT_TRUE(file.ok());
  ByteSource memory = ByteSource::view(bytes.data(), bytes.size(), "memory");
  for (const ByteSource *source : {&*file, &memory}) {
    char part[4] = {};
    EXPECT_EQ(source->size(), 10u);
    EXPECT_TRUE(source->read(7, part, 3));
    EXPECT_STREQ(part, "789");
    EXPECT_TRUE(source->read(10, part, 0));
    EXPECT_FALSE(source->read(8, part, 3));
    EXPECT_FALSE(source->read(11, part, 0));
    EXPECT_FALSE(source->read(~0ull, part, 1));
    EXPECT_FALSE(source->read(1, part, ~size_t{0}));
  }
}

TEST(ByteSourceTest, AFileThatShrinksIsNoCrash) {
  TemporaryFolder folder;
  std::string path = folder.write("f", "0123456789");
  Result<ByteSource> file = ByteSource::open(path);
  ASSERT_EQ(::truncate(path.c_str(), 2), 0);
  char part[4];
  EXPECT_FALSE(file->read(4, part, 4));
}

TEST(ByteSourceTest, MovesItsFile) {
  TemporaryFolder folder;
  Result<ByteSource> file = ByteSource::open(folder.write("f", "ab"));
  ByteSource moved = std::move(*file);
  char c = 0;
  EXPECT_TRUE(moved.readObject(1, c));
  EXPECT_EQ(c, 'b');
}

TEST(ByteSourceTest, SaysWhatAPathIs) {
  EXPECT_EQ(ByteSource::open("/").message(),
            "/: expected a regular file, but got a directory");
  EXPECT_EQ(ByteSource::open("no\nfile").message(),
            "no\\x0afile: cannot be opened: No such file or directory; check "
            "the path and its permissions");
}

} // namespace
} // namespace tessera
