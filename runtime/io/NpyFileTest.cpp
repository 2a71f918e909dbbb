// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/io/NpyFile.h"

#include "runtime/testing/TemporaryFolder.h"

#include <gtest/gtest.h>

#include <cstring>

namespace tessera {
namespace {

using testing::readWholeFile;
using testing::TemporaryFolder;

/// A .npy file of that version with that header text and `data` after it.
std::string npy(const std::string &header, const std::string &data = "",
                int major = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(major);
  bytes += '\0';
  auto length = static_cast<uint32_t>(header.size());
  bytes.append(reinterpret_cast<const char *>(&length), major == 1 ? 2 : 4);
  return bytes + header + data;
}

std::string header(const std::string &descr, const std::string &shape,
                   const std::string &fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran +
         ", 'shape': " + shape + ", }";
}

Result<Tensor> parse(const std::string &bytes) {
  return parseNpy(ByteSource::view(bytes.data(), bytes.size(), "x.npy"));
}

template <typename T> std::string bytesOf(std::vector<T> values) {
  return {reinterpret_cast<const char *>(values.data()),
          values.size() * sizeof(T)};
}

TEST(NpyFileTest, RoundTripsEveryType) {
  TemporaryFolder folder;
  for (uint32_t value = TESSERA_F16; value <= TESSERA_BOOL; ++value) {
    auto dtype = static_cast<DType>(value);
    for (const std::vector<int64_t> &dims :
         {std::vector<int64_t>{}, {0}, {7}, {2, 3, 5}}) {
      Tensor tensor = std::move(*Tensor::zeros(dtype, dims));
      for (size_t i = 0; i < tensor.numBytes(); ++i) {
        tensor.data<uint8_t>()[i] = dtype == DType::Bool
                                        ? static_cast<uint8_t>(i % 2)
                                        : static_cast<uint8_t>(i * 37 + 1);
      }
      std::string path = folder.path("x.npy");
      ASSERT_TRUE(writeNpy(path, tensor).ok());
      Result<Tensor> back = readNpy(path);
      ASSERT_TRUE(back.ok()) << back.message();
      EXPECT_EQ(back->dtype(), dtype == DType::BF16 ? DType::U16 : dtype);
      EXPECT_EQ(back->dims(), dims);
      EXPECT_EQ(
          std::memcmp(back->rawData(), tensor.rawData(), tensor.numBytes()), 0);
    }
  }
}

TEST(NpyFileTest, WritesWhatNumPyWrites) {
  TemporaryFolder folder;
  Tensor tensor = std::move(*Tensor::zeros(DType::F32, {2, 3}));
  std::string path = folder.path("x.npy");
  ASSERT_TRUE(writeNpy(path, tensor).ok());
  std::string bytes = readWholeFile(path);
  ASSERT_EQ(bytes.size(), 128u + 24u);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\1\0\x76\0", 10));
  EXPECT_EQ(bytes.substr(10, 62), "{'descr': '<f4', 'fortran_order': False, "
                                  "'shape': (2, 3), }   ");
  EXPECT_EQ(bytes[127], '\n');
  EXPECT_EQ(npyNote(DType::BF16),
            "bf16 has no type in .npy files: written as the bits of u16");
  EXPECT_EQ(npyNote(DType::F32), "");
  EXPECT_EQ(writeNpy("x.npy", Tensor()).message(),
            "x.npy: expected a tensor, but got an empty handle");
}

TEST(NpyFileTest, ReadsEveryVersionAndSpelling) {
  std::string data = bytesOf<float>({1, 2, 3});
  for (int version : {1, 2, 3}) {
    EXPECT_TRUE(parse(npy(header("<f4", "(3,)"), data, version)).ok());
  }
  for (const char *shape : {"(3,)", "(3)", "( 3 , )", "(3L,)", "(1, 3)"}) {
    Result<Tensor> tensor = parse(npy(header("<f4", shape), data));
    ASSERT_TRUE(tensor.ok()) << tensor.message();
    EXPECT_EQ(tensor->data<float>()[2], 3.0f);
  }
  EXPECT_TRUE(parse(npy("{\"shape\":(3,),\"fortran_order\":False,\"descr\":"
                        "\"<f4\"}\n",
                        data))
                  .ok());
  EXPECT_EQ(parse(npy(header("<f4", "()"), "abcd"))->typeText(), "f32[]");
  EXPECT_EQ(parse(npy(header("|V2", "(2,)"), "abcd"))->typeText(), "bf16[2]");
  EXPECT_EQ(parse(npy(header(">i1", "(2,)"), "ab"))->typeText(), "i8[2]");
}

TEST(NpyFileTest, TransposesFortranOrder) {
  // Element [i, j, k] of a 2x3x4 array is 100 i + 10 j + k.
  std::vector<int32_t> columns;
  for (int k = 0; k < 4; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 2; ++i) {
        columns.push_back(100 * i + 10 * j + k);
      }
    }
  }
  Result<Tensor> tensor =
      parse(npy(header("<i4", "(2, 3, 4)", "True"), bytesOf(columns)));
  ASSERT_TRUE(tensor.ok()) << tensor.message();
  for (int n = 0; n < 24; ++n) {
    EXPECT_EQ(tensor->data<int32_t>()[n],
              100 * (n / 12) + 10 * (n / 4 % 3) + n % 4);
  }
  EXPECT_TRUE(parse(npy(header("<i4", "(0, 3)", "True"))).ok());
}

TEST(NpyFileTest, RefusesOtherFiles) {
  EXPECT_EQ(parse("").message(), "x.npy: expected a .npy file, but its first "
                                 "bytes are not NumPy's");
  EXPECT_EQ(parse("PK\3\4 a .npz file").message(),
            "x.npy: expected a .npy file, but its first bytes are not NumPy's");
  EXPECT_EQ(parse(npy("", "", 4)).message(),
            "x.npy: expected .npy version 1.0, 2.0 or 3.0, but got 4.0");
  EXPECT_EQ(parse(std::string("\x93NUMPY\1\0\xff", 9)).message(),
            "x.npy: cut off inside of the .npy header");
  EXPECT_EQ(parse(std::string("\x93NUMPY\1\0\xff\0{", 11)).message(),
            "x.npy: cut off inside of the .npy header");
  EXPECT_EQ(parse(std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12)).message(),
            "x.npy: expected a .npy header of at most 1048576 bytes, but got "
            "4294967295");
}

TEST(NpyFileTest, RefusesOtherTypes) {
  EXPECT_EQ(parse(npy(header(">f4", "(1,)"), "abcd")).message(),
            "x.npy: expected little-endian data, but got '>f4'; save it with "
            "x.astype('<f4')");
  for (const char *descr : {"<c8", "|O", "<U5", "", "f4", "<f16", "<M8[ns]"}) {
    EXPECT_EQ(parse(npy(header(descr, "(1,)"), "abcd")).message(),
              "x.npy: no element type for '" + std::string(descr) +
                  "'; expected bool, integers, f16, f32 or f64");
  }
  EXPECT_EQ(
      parse(npy(header("|b1", "(3,)"), std::string("\0\1\2", 3))).message(),
      "x.npy: expected bools of 0 or 1, but element 2 is 2");
}

TEST(NpyFileTest, RefusesBrokenHeaders) {
  const std::pair<const char *, const char *> cases[] = {
      {"", "expected a dictionary"},
      {"{1: 2}", "expected a quoted text"},
      {"{'descr", "expected an end of a quoted text"},
      {"{'descr' '<f4'}", "expected ':' after a key"},
      {"{'descr': [('a', '<f4')]}",
       "structured arrays are not supported; save one field"},
      {"{'fortran_order': 1}", "expected True or False as fortran_order"},
      {"{'other': 1}", "unexpected key 'other'"},
      {"{'shape': 3}", "expected a shape in parentheses"},
      {"{'shape': (-3,)}", "expected sizes of 0 or more in the shape"},
      {"{'shape': (3 4)}", "expected ')' after the shape"},
      {"{'shape': (99999999999999999999,)}", "a size exceeds 64 bits"},
      {"{'descr': '<f4' 'shape': ()}", "expected '}' at the end"},
      {"{'descr': '<f4'}", "expected the keys descr, fortran_order and shape, "
                           "each once"},
      {"{}", "expected the keys descr, fortran_order and shape, each once"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': ()} x",
       "expected nothing after the dictionary"}};
  for (const auto &[text, problem] : cases) {
    EXPECT_EQ(parse(npy(text)).message(),
              std::string("x.npy: broken .npy header: ") + problem)
        << text;
  }
  std::string shape = "(";
  for (int i = 0; i < 65; ++i) {
    shape += "1,";
  }
  EXPECT_EQ(parse(npy(header("<f4", shape + ")"))).message(),
            "x.npy: broken .npy header: expected at most 64 dimensions");
}

TEST(NpyFileTest, RefusesOtherLengthsOfData) {
  std::string good = npy(header("<f4", "(2, 3)"), std::string(24, 'x'));
  EXPECT_TRUE(parse(good).ok());
  EXPECT_EQ(parse(good + "more").message(),
            "x.npy: has 4 bytes after the data of f32[2x3]; save one array in "
            "a file");
  for (size_t length = 0; length < good.size(); ++length) {
    ASSERT_FALSE(parse(good.substr(0, length)).ok()) << length;
  }
  EXPECT_EQ(parse(good.substr(0, good.size() - 1)).message(),
            "x.npy: cut off: f32[2x3] takes 24 bytes, the file has 23");
  EXPECT_EQ(parse(npy(header("<f4", "(4611686018427387904,)"))).message(),
            "x.npy: f32[4611686018427387904]: the number of bytes exceeds the "
            "address space");
  EXPECT_EQ(parse(npy(header("<f4", "(1099511627776,)"))).message(),
            "x.npy: cut off: f32[1099511627776] takes 4398046511104 bytes, the "
            "file has 0");
}

TEST(NpyFileTest, NoFlippedByteCrashes) {
  std::string bytes = npy(header("<f4", "(2, 3)"), std::string(24, 'x'));
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string broken = bytes;
      broken[at] = static_cast<char>(value);
      ASSERT_EQ(parse(broken).message().find('\n'), std::string::npos);
    }
  }
}

} // namespace
} // namespace tessera
