// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Status.h"

#include <gtest/gtest.h>

#include <memory>

namespace tessera {
namespace {

TEST(StatusTest, DefaultIsSuccess) {
  Status status;
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.message(), "");
}

TEST(StatusTest, AnEmptyMessageIsStillAnError) {
  EXPECT_FALSE(Status::error("").ok());
  EXPECT_EQ(Status::error("a: b").message(), "a: b");
}

TEST(ResultTest, HoldsAMoveOnlyValue) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result.status().ok());
  std::unique_ptr<int> value = std::move(*result);
  EXPECT_EQ(*value, 7);
}

TEST(ResultTest, HoldsAnError) {
  Result<int> result(Status::error("broken"));
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.message(), "broken");
}

TEST(ResultTest, SuccessWithoutAValueIsAnError) {
  Result<int> result{Status()};
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.message(), "a result without a value");
}

TEST(ResultDeathTest, ReadingTheValueOfAnErrorEndsTheProcess) {
  Result<int> result(Status::error("broken"));
  EXPECT_DEATH((void)*result, "unchecked error: broken");
}

} // namespace
} // namespace tessera
