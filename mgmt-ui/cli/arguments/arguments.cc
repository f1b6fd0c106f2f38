#include "mgmt-ui/cli/arguments/arguments.h"

#include <charconv>

namespace coney::cli {
namespace {

constexpr Option kCommon[] = {
    {"node", 'n'},
    {"vhost", 'p'},
    {"timeout", 't'},
    {"formatter", 0},
    {"quiet", 'q', Option::Kind::kFlag},
    {"silent", 's', Option::Kind::kFlag},
    {"longnames", 'l', Option::Kind::kFlag},
    {"no-table-headers", 0, Option::Kind::kFlag},
    {"help", 0, Option::Kind::kFlag},
    // Where the node is.
    {"url", 0},
    {"data-dir", 0},
    {"config", 0},
    {"password-file", 0},
    {"ca-file", 0},
    // Of Erlang's way to the node; they change nothing here.
    {"erlang-cookie", 0},
    {"dry-run", 0, Option::Kind::kFlag},
    {"printer", 0},
    {"script-name", 0},
    {"rabbitmq-home", 0},
    {"mnesia-dir", 0},
    {"plugins-dir", 0},
    {"enabled-plugins-file", 0},
    {"aliases-file", 0},
    {"print-stacktrace", 0, Option::Kind::kFlag},
};

const Option* find(std::span<const Option> options, std::string_view name) {
  for (const Option& option : options) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

const Option* find(std::span<const Option> options, char letter) {
  for (const Option& option : options) {
    if (option.letter == letter) return &option;
  }
  return nullptr;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::span<const Option> common_options() {
  return kCommon;
}

std::optional<long long> to_integer(std::string_view text) {
  return parse_number<long long>(text);
}
std::optional<double> to_number(std::string_view text) {
  return parse_number<double>(text);
}

std::optional<std::string> Arguments::text(std::string_view option) const {
  const auto found = options_.find(option);
  if (found == options_.end()) return std::nullopt;
  return found->second;
}

class Arguments::Parser {
 public:
  Parser(std::span<const std::string> words, std::span<const Option> own)
      : words_(words), own_(own) {}

  Arguments parse() {
    for (; at_ != words_.size(); ++at_) {
      const std::string_view word = words_[at_];
      if (word == "--") {
        result_.positional_.insert(result_.positional_.end(), words_.begin() + at_ + 1,
                                   words_.end());
        break;
      }
      if (word.size() < 2 || word[0] != '-' || to_number(word)) {
        result_.positional_.emplace_back(word);
      } else {
        add_option(word);
      }
    }
    return std::move(result_);
  }

 private:
  // The letter's value may follow at once: -pvhost.
  void add_option(std::string_view word) {
    if (word.starts_with("--")) return add_long(word);
    const Option* option = find_letter(word[1]);
    if (!option || (option->kind == Option::Kind::kFlag && word.size() > 2)) {
      result_.unknown_.emplace_back(word, "");
    } else if (word.size() > 2) {
      take(*option, word.substr(word[2] == '=' ? 3 : 2));
    } else {
      take(*option, std::nullopt);
    }
  }

  void add_long(std::string_view word) {
    const std::size_t equals = std::min(word.find('='), word.size());
    std::string name(word.substr(2, equals - 2));
    for (char& c : name) c = c == '_' ? '-' : c;
    std::optional<std::string_view> value;
    if (equals != word.size()) value = word.substr(equals + 1);
    const Option* option = find(own_, name);
    if (!option) option = find(kCommon, name);
    if (option) return take(*option, value);
    result_.unknown_.emplace_back(word.substr(0, equals), value.value_or(""));
  }

  void take(const Option& option, std::optional<std::string_view> value) {
    std::string& taken = result_.options_[std::string(option.name)];
    if (value) {
      taken = *value;
      if (option.kind == Option::Kind::kFlag && *value == "false") {
        result_.options_.erase(std::string(option.name));
      }
    } else if (option.kind == Option::Kind::kFlag) {
      taken = "true";
    } else if (at_ + 1 != words_.size()) {
      taken = words_[++at_];
    } else {
      result_.incomplete_ = "--" + std::string(option.name);
    }
  }

  const Option* find_letter(char letter) const {
    const Option* option = find(own_, letter);
    return option ? option : find(kCommon, letter);
  }

  std::span<const std::string> words_;
  std::span<const Option> own_;
  std::size_t at_ = 0;
  Arguments result_;
};

Arguments Arguments::parse(std::span<const std::string> words, std::span<const Option> own) {
  return Parser(words, own).parse();
}

}  // namespace coney::cli
