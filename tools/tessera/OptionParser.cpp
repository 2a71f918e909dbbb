// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/OptionParser.h"

#include "runtime/Printable.h"

#include <cmath>
#include <cstdlib>

namespace tessera::tool {

OptionParser::OptionParser(std::string verb, std::string operands,
                           std::string summary)
    : verbName(std::move(verb)), operands(std::move(operands)),
      summary(std::move(summary)) {}

void OptionParser::add(std::string name, std::string placeholder,
                       std::string help, Kind kind, bool repeats,
                       Setter setter) {
  options.push_back({std::move(name), std::move(placeholder), std::move(help),
                     kind, repeats, /*hidden=*/false, std::move(setter)});
}

void OptionParser::addPositional(std::string name, std::string &value) {
  positionals.emplace_back(std::move(name), &value);
}

void OptionParser::addRest(std::vector<std::string> &values) { rest = &values; }

void OptionParser::addFlag(std::string name, bool &value, std::string help) {
  add(std::move(name), "", std::move(help), Kind::Flag, /*repeats=*/true,
      [&value](const std::string &) {
        value = true;
        return Status();
      });
}

void OptionParser::addText(std::string name, std::string placeholder,
                           std::string &value, std::string help) {
  addCustom(
      std::move(name), std::move(placeholder),
      [&value](const std::string &text) {
        if (text.empty()) {
          return Status::error("expected a value, but got ''");
        }
        value = text;
        return Status();
      },
      std::move(help));
}

void OptionParser::addInt(std::string name, std::string placeholder, int &value,
                          int min, int max, std::string help) {
  addCustom(
      std::move(name), std::move(placeholder),
      [&value, min, max](const std::string &text) {
        char *end = nullptr;
        const long number = std::strtol(text.c_str(), &end, 10);
        if (text.empty() || *end != '\0' || number < min || number > max) {
          return Status::error(
              "expected an integer from " + std::to_string(min) + " to " +
              std::to_string(max) + ", but got '" + printable(text) + "'");
        }
        value = static_cast<int>(number);
        return Status();
      },
      std::move(help));
}

void OptionParser::addNumber(std::string name, std::string placeholder,
                             double &value, std::string help) {
  addCustom(
      std::move(name), std::move(placeholder),
      [&value](const std::string &text) {
        char *end = nullptr;
        const double number = std::strtod(text.c_str(), &end);
        if (text.empty() || *end != '\0' || !std::isfinite(number) ||
            number < 0) {
          return Status::error("expected a number of at least 0, but got '" +
                               printable(text) + "'");
        }
        value = number;
        return Status();
      },
      std::move(help));
}

void OptionParser::addNamed(
    std::string name, std::string placeholder,
    std::vector<std::pair<std::string, std::string>> &values,
    std::string help) {
  std::string form = placeholder;
  addRepeated(
      std::move(name), std::move(placeholder),
      [&values, form](const std::string &text) {
        const size_t equals = text.find('=');
        if (equals == std::string::npos || equals + 1 == text.size()) {
          return Status::error("expected " + form + ", but got '" +
                               printable(text) + "'");
        }
        std::string key = text.substr(0, equals);
        for (const auto &entry : values) {
          if (entry.first == key) {
            return Status::error("'" + printable(key) + "' is given twice");
          }
        }
        values.emplace_back(std::move(key), text.substr(equals + 1));
        return Status();
      },
      std::move(help));
}

void OptionParser::addRepeated(std::string name, std::string placeholder,
                               Setter setter, std::string help) {
  add(std::move(name), std::move(placeholder), std::move(help), Kind::Value,
      /*repeats=*/true, std::move(setter));
}

void OptionParser::addPrefix(std::string name, std::string placeholder,
                             Setter setter, std::string help) {
  add(std::move(name), std::move(placeholder), std::move(help), Kind::Prefix,
      /*repeats=*/false, std::move(setter));
}

void OptionParser::addCustom(std::string name, std::string placeholder,
                             Setter setter, std::string help) {
  add(std::move(name), std::move(placeholder), std::move(help), Kind::Value,
      /*repeats=*/false, std::move(setter));
}

void OptionParser::addRefused(std::string name, bool hasValue,
                              std::string reason) {
  add(std::move(name), "", "", hasValue ? Kind::Value : Kind::Flag,
      /*repeats=*/true, [reason = std::move(reason)](const std::string &) {
        return Status::error(reason);
      });
  options.back().hidden = true;
}

OptionParser::Option *OptionParser::find(const std::string &name) {
  for (Option &option : options) {
    if (option.kind != Kind::Prefix && option.name == name) {
      return &option;
    }
  }
  return nullptr;
}

OptionParser::Option *OptionParser::findPrefix(const std::string &argument) {
  for (Option &option : options) {
    if (option.kind == Kind::Prefix &&
        argument.compare(0, option.name.size(), option.name) == 0) {
      return &option;
    }
  }
  return nullptr;
}

Status OptionParser::apply(Option &option, const std::string &value) {
  if (option.seen && !option.repeats) {
    return Status::error(option.name + " is given twice");
  }
  option.seen = true;
  Status status = option.setter(value);
  if (!status.ok()) {
    return Status::error(option.name + ": " + status.message());
  }
  return Status();
}

Status OptionParser::parseOption(const std::vector<std::string> &arguments,
                                 size_t &at) {
  const std::string &argument = arguments[at++];
  const size_t equals = argument.compare(0, 2, "--") == 0 ? argument.find('=')
                                                          : std::string::npos;
  const std::string name = argument.substr(0, equals);
  const bool isJoined = equals != std::string::npos;
  Option *option = find(name);
  if (!option) {
    option = findPrefix(argument);
    if (option) {
      return apply(*option, argument.substr(option->name.size()));
    }
    return Status::error("unknown option '" + printable(name) + "'");
  }
  if (option->kind == Kind::Flag) {
    if (isJoined) {
      return Status::error(option->name + " takes no value");
    }
    return apply(*option, "");
  }
  if (isJoined) {
    return apply(*option, argument.substr(equals + 1));
  }
  if (at == arguments.size()) {
    return Status::error(
        option->name + " needs a value" +
        (option->placeholder.empty() ? "" : ": " + option->placeholder));
  }
  return apply(*option, arguments[at++]);
}

Result<bool> OptionParser::parse(const std::vector<std::string> &arguments) {
  bool isOptionsEnd = false;
  for (const std::string &argument : arguments) {
    if (argument == "--") {
      break;
    }
    if (argument == "--help" || argument == "-h") {
      return true;
    }
  }
  for (size_t at = 0; at < arguments.size();) {
    const std::string &argument = arguments[at];
    if (!isOptionsEnd && argument == "--") {
      isOptionsEnd = true;
      ++at;
      continue;
    }
    if (!isOptionsEnd && argument.size() > 1 && argument[0] == '-') {
      Status status = parseOption(arguments, at);
      if (!status.ok()) {
        return status;
      }
      continue;
    }
    if (numPositionals == positionals.size() && rest) {
      rest->push_back(argument);
      ++at;
      continue;
    }
    if (numPositionals == positionals.size()) {
      return Status::error("unexpected argument '" + printable(argument) + "'");
    }
    *positionals[numPositionals++].second = argument;
    ++at;
  }
  if (numPositionals < positionals.size()) {
    return Status::error("expected " + positionals[numPositionals].first);
  }
  return false;
}

bool OptionParser::given(const std::string &name) const {
  for (const Option &option : options) {
    if (option.name == name) {
      return option.seen;
    }
  }
  return false;
}

std::string OptionParser::help() const {
  constexpr size_t column = 28;
  std::string text =
      "usage: tessera " + verbName + " " + operands + "\n\n" + summary + "\n";
  if (!options.empty()) {
    text += "\n";
  }
  for (const Option &option : options) {
    if (option.hidden) {
      continue;
    }
    std::string head = "  " + option.name;
    if (option.kind == Kind::Value) {
      head += " ";
    }
    head += option.placeholder;
    // At least two blanks, or the help stands on a line of its own.
    head += head.size() + 2 > column ? "\n" + std::string(column, ' ')
                                     : std::string(column - head.size(), ' ');
    text += head + option.help + "\n";
  }
  return text;
}

} // namespace tessera::tool
