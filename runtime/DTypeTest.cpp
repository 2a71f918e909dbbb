// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/DType.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(DTypeTest, NamesParseBack) {
  for (uint32_t value = TESSERA_F16; value <= TESSERA_BOOL; ++value) {
    auto dtype = static_cast<DType>(value);
    ASSERT_TRUE(isValidDType(value));
    EXPECT_EQ(parseDType(dtypeName(dtype)), dtype);
    EXPECT_GT(dtypeBytes(dtype), 0u);
  }
}

TEST(DTypeTest, KnowsSizes) {
  EXPECT_EQ(dtypeBytes(DType::BF16), 2u);
  EXPECT_EQ(dtypeBytes(DType::F64), 8u);
  EXPECT_EQ(dtypeBytes(DType::Bool), 1u);
}

TEST(DTypeTest, RefusesOthers) {
  EXPECT_FALSE(isValidDType(0));
  EXPECT_FALSE(isValidDType(TESSERA_BOOL + 1));
  EXPECT_EQ(dtypeBytes(static_cast<DType>(99)), 0u);
  EXPECT_EQ(dtypeName(static_cast<DType>(99)), "invalid");
  EXPECT_EQ(parseDType("invalid"), std::nullopt);
  EXPECT_EQ(parseDType("float"), std::nullopt);
  EXPECT_EQ(parseDType(""), std::nullopt);
}

} // namespace
} // namespace tessera
