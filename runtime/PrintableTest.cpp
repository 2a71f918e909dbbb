// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Printable.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(PrintableTest, KeepsTextAndUtf8) {
  EXPECT_EQ(printable("conv_1/Größe 模型"), "conv_1/Größe 模型");
  EXPECT_EQ(printable(""), "");
}

TEST(PrintableTest, EscapesControlCharacters) {
  EXPECT_EQ(printable("a\nb\x1b[0m\x7f"), "a\\x0ab\\x1b[0m\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");
}

TEST(PrintableTest, EscapesBrokenUtf8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc3"), "\\xc3");
  EXPECT_EQ(printable("\xe0\x80\x80"), "\\xe0\\x80\\x80");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xf0\x80\x80\x80"), "\\xf0\\x80\\x80\\x80");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(JsonStringTest, QuotesAndEscapes) {
  EXPECT_EQ(jsonString("a\"b\\c\nd"), "\"a\\\"b\\\\c\\u000ad\"");
  EXPECT_EQ(jsonString("模"), "\"模\"");
  EXPECT_EQ(jsonString("\xff"), "\"\\ufffd\"");
}

} // namespace
} // namespace tessera
