// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/PackageWriter.h"

#include "compiler/package/AnonymousFile.h"
#include "compiler/package/Linker.h"
#include "runtime/PackageFooter.h"
#include "runtime/Printable.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/Path.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace mlir::tessera;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {

std::string folderOf(const std::string &path) {
  const StringRef folder = llvm::sys::path::parent_path(path);
  return folder.empty() ? "." : folder.str();
}

std::string quoted(const std::string &path) {
  return "'" + ::tessera::printable(path) + "'";
}

/// "cannot write '<path>': <reason>"; internal errors stay as they are.
Error cannotWrite(const std::string &path, Error reason) {
  std::string text = llvm::toString(std::move(reason));
  if (StringRef(text).starts_with("internal: ")) {
    return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
  }
  if (!text.empty()) {
    text[0] = llvm::toLower(text[0]);
  }
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 "cannot write " + quoted(path) + ": " + text);
}

Error reason(const Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

/// Why nothing can be made in `folder`, given the system's `code`.
Error explainFolder(const std::string &folder, int code) {
  switch (code) {
  case ENOENT:
    return reason("there is no folder " + quoted(folder));
  case ENOTDIR:
    return reason(quoted(folder) + " is not a folder");
  case EACCES:
  case EPERM:
    return reason("no permission to write to the folder " + quoted(folder));
  default:
    errno = code;
    return lastSystemError();
  }
}

Error checkPath(const std::string &path) {
  if (path.empty() || StringRef(path).ends_with("/")) {
    return reason("expected the name of a file");
  }
  const std::string folder = folderOf(path);
  struct stat status;
  if (::stat(folder.c_str(), &status) != 0) {
    return explainFolder(folder, errno);
  }
  if (!S_ISDIR(status.st_mode)) {
    return explainFolder(folder, ENOTDIR);
  }
  // Renaming over a device would replace it.
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return reason(S_ISDIR(status.st_mode) ? "it is a folder"
                                          : "it is not a regular file");
  }
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    return explainFolder(folder, errno);
  }
  return Error::success();
}

/// A name in `folder` that no other call uses.
std::string temporaryPath(const std::string &folder) {
  static std::atomic<unsigned> count{0};
  return folder + "/.tessera." + std::to_string(::getpid()) + "." +
         std::to_string(count++) + ".so";
}

/// Removes the file on the way out unless it was renamed.
class TemporaryFile {
public:
  explicit TemporaryFile(std::string path) : path(std::move(path)) {}
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  ~TemporaryFile() {
    if (!renamed) {
      ::unlink(path.c_str());
    }
  }

  Error renameTo(const std::string &target) {
    renamed = std::rename(path.c_str(), target.c_str()) == 0;
    return renamed ? Error::success() : lastSystemError();
  }

  const std::string path;

private:
  bool renamed = false;
};

Expected<ObjectCode> emitTable(llvm::ArrayRef<PackageVariant> variants,
                               const WeightsPlan &weights) {
  llvm::LLVMContext context;
  llvm::Module module("package", context);
  std::vector<TableVariant> tables;
  for (const PackageVariant &variant : variants) {
    tables.push_back({variant.description, variant.target.features});
    tables.back().description.weightsBytes = weights.totalBytes;
    tables.back().description.weightsAlignment = weights.alignment;
  }
  addPackageTables(module, tables);
  return emitObject(module, variants.back().target);
}

Expected<AnonymousFile> writeObject(const ObjectCode &object) {
  Expected<AnonymousFile> file = AnonymousFile::inMemory("object");
  if (!file) {
    return file.takeError();
  }
  if (Error error = file->write(StringRef(object.data(), object.size()))) {
    return std::move(error);
  }
  return file;
}

Expected<AnonymousFile> writeWeights(const std::string &folder,
                                     const WeightsPlan &plan,
                                     const CpuTarget &target) {
  Expected<AnonymousFile> file = AnonymousFile::onDisk(folder);
  if (!file) {
    return file.takeError();
  }
  if (Error error = writeWeightsObject(file->descriptor(), plan, target)) {
    return std::move(error);
  }
  return file;
}

/// Makes the linked file at `output`, everything but the footer.
Error linkPackage(const std::string &output, const std::string &folder,
                  llvm::ArrayRef<PackageVariant> variants,
                  const ObjectCode &table, const WeightsPlan &weights) {
  std::vector<AnonymousFile> files;
  std::vector<std::string> paths;
  auto add = [&](Expected<AnonymousFile> file) -> Error {
    if (!file) {
      return file.takeError();
    }
    paths.push_back(file->path());
    files.push_back(std::move(*file));
    return Error::success();
  };
  if (Error error = add(writeObject(table))) {
    return error;
  }
  // Of a weak symbol, a memory function, the linker takes the first definition:
  // it has to be one that runs everywhere.
  for (const PackageVariant &variant : llvm::reverse(variants)) {
    for (const ObjectCode &object : variant.objects) {
      if (Error error = add(writeObject(object))) {
        return error;
      }
    }
  }
  if (weights.totalBytes > 0) {
    const CpuTarget &target = variants.back().target;
    if (Error error = add(writeWeights(folder, weights, target))) {
      return error;
    }
  }
  return linkSharedObject(paths, output);
}

Error write(const std::string &path, llvm::ArrayRef<PackageVariant> variants,
            const WeightsPlan &weights) {
  if (Error error = checkPath(path)) {
    return error;
  }
  Expected<ObjectCode> table = emitTable(variants, weights);
  if (!table) {
    return table.takeError();
  }
  const std::string folder = folderOf(path);
  TemporaryFile file(temporaryPath(folder));
  if (Error error = linkPackage(file.path, folder, variants, *table, weights)) {
    return error;
  }
  const ::tessera::Status trailer = ::tessera::appendPackageTrailer(
      file.path, variants.back().target.features);
  if (!trailer.ok()) {
    // The message starts with the temporary name, which means nothing.
    StringRef text = trailer.message();
    text.consume_front(file.path + ": ");
    return reason(text);
  }
  return file.renameTo(path);
}

} // namespace

Error mlir::tessera::checkPackagePath(const std::string &path) {
  Error error = checkPath(path);
  return error ? cannotWrite(path, std::move(error)) : Error::success();
}

Error mlir::tessera::writePackage(const std::string &path,
                                  llvm::ArrayRef<ObjectCode> objects,
                                  const WeightsPlan &weights,
                                  const PackageDescription &description,
                                  const CpuTarget &target) {
  return writePackage(path, PackageVariant{target, objects, description},
                      weights);
}

Error mlir::tessera::writePackage(const std::string &path,
                                  llvm::ArrayRef<PackageVariant> variants,
                                  const WeightsPlan &weights) {
  Error error = write(path, variants, weights);
  return error ? cannotWrite(path, std::move(error)) : Error::success();
}
