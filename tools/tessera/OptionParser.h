// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small command-line parser: each verb declares its options.
//
// Options are `--name VALUE` or `--name=VALUE`, flags are `--name`, and
// prefix options are `-O2`. `--` ends the options. A single-valued option given
// twice is an error.
//
// Errors: one line, without a program's name.
// Thread safety: as std::string's.
//
// Example:
//   OptionParser parser("bench", "MODEL|PACKAGE", "Measures the time.");
//   parser.addPositional("MODEL|PACKAGE", path);
//   parser.addFlag("--json", json, "print one JSON object");
//   Result<bool> help = parser.parse(arguments);
#ifndef TESSERA_TOOLS_TESSERA_OPTION_PARSER_H
#define TESSERA_TOOLS_TESSERA_OPTION_PARSER_H

#include "runtime/Status.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tessera::tool {

class OptionParser {
public:
  /// Takes a value's text; the error says what is expected instead.
  using Setter = std::function<Status(const std::string &value)>;

  OptionParser(std::string verb, std::string operands, std::string summary);

  const std::string &verb() const { return verbName; }

  /// The references must outlive the parser.
  void addPositional(std::string name, std::string &value);
  /// All further operands; there may be none.
  void addRest(std::vector<std::string> &values);
  void addFlag(std::string name, bool &value, std::string help);
  void addText(std::string name, std::string placeholder, std::string &value,
               std::string help);
  void addInt(std::string name, std::string placeholder, int &value, int min,
              int max, std::string help);
  /// A finite number of at least 0.
  void addNumber(std::string name, std::string placeholder, double &value,
                 std::string help);
  /// `NAME=VALUE`, several times; each name once.
  void addNamed(std::string name, std::string placeholder,
                std::vector<std::pair<std::string, std::string>> &values,
                std::string help);
  /// `-O2`: the value follows the name at once.
  void addPrefix(std::string name, std::string placeholder, Setter setter,
                 std::string help);
  void addCustom(std::string name, std::string placeholder, Setter setter,
                 std::string help);
  /// May be given several times.
  void addRepeated(std::string name, std::string placeholder, Setter setter,
                   std::string help);
  /// An option that is refused with `reason`; not part of the help.
  void addRefused(std::string name, bool hasValue, std::string reason);

  /// True when `--help` was asked for; then nothing else is checked.
  Result<bool> parse(const std::vector<std::string> &arguments);

  /// Whether the option was on the command line.
  bool given(const std::string &name) const;

  std::string help() const;

private:
  enum class Kind { Flag, Value, Prefix };
  struct Option {
    std::string name;
    std::string placeholder;
    std::string help;
    Kind kind;
    bool repeats;
    bool hidden;
    Setter setter;
    bool seen = false;
  };

  void add(std::string name, std::string placeholder, std::string help,
           Kind kind, bool repeats, Setter setter);
  Option *find(const std::string &name);
  Option *findPrefix(const std::string &argument);
  Status parseOption(const std::vector<std::string> &arguments, size_t &at);
  static Status apply(Option &option, const std::string &value);

  std::string verbName;
  std::string operands;
  std::string summary;
  std::vector<Option> options;
  std::vector<std::pair<std::string, std::string *>> positionals;
  size_t numPositionals = 0;
  std::vector<std::string> *rest = nullptr;
};

} // namespace tessera::tool

#endif // TESSERA_TOOLS_TESSERA_OPTION_PARSER_H
