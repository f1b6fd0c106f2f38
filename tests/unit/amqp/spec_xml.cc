#include "tests/unit/amqp/spec_xml.h"

#include <fstream>
#include <iterator>

namespace amqp::testing {
namespace {

struct Element {
  std::string name;  // "/method" for a closing one
  std::map<std::string, std::string> attributes;
  bool empty = false;  // <name ... />
};

class ElementReader {
 public:
  explicit ElementReader(std::string_view text) : rest_(text) {}

  // The next element; false at the end of the text.
  bool next(Element& element) {
    std::size_t open = rest_.find('<');
    while (open != std::string_view::npos && rest_.substr(open, 4) == "<!--") {
      rest_.remove_prefix(rest_.find("-->", open) + 3);
      open = rest_.find('<');
    }
    if (open == std::string_view::npos) return false;
    const std::size_t close = rest_.find('>', open);
    parse(rest_.substr(open + 1, close - open - 1), element);
    rest_.remove_prefix(close + 1);
    return true;
  }

 private:
  static void parse(std::string_view tag, Element& element) {
    element = {};
    element.empty = tag.ends_with('/');
    const std::size_t name_end = tag.find_first_of(" \t\r\n/", 1);
    element.name = tag.substr(0, name_end);
    std::size_t at = name_end;
    while (at < tag.size()) {
      at = tag.find_first_not_of(" \t\r\n/?", at);
      const std::size_t equals = tag.find('=', at);
      if (equals == std::string_view::npos) return;
      const char quote = tag[equals + 1];
      const std::size_t end = tag.find(quote, equals + 2);
      element.attributes[std::string(tag.substr(at, equals - at))] =
          tag.substr(equals + 2, end - equals - 2);
      at = end + 1;
    }
  }

  std::string_view rest_;
};

class SpecBuilder {
 public:
  explicit SpecBuilder(Spec& spec) : spec_(spec) {}

  void take(Element& element) {
    auto& attributes = element.attributes;
    if (element.name == "domain") domains_[attributes["name"]] = attributes["type"];
    if (element.name == "class") start_class(attributes);
    if (element.name == "method") start_method(attributes);
    if (element.name == "field") add_field(attributes);
    if (element.name == "/method" || (element.name == "method" && element.empty)) {
      in_method_ = false;
    }
  }

 private:
  using Attributes = std::map<std::string, std::string>;

  void start_class(Attributes& attributes) {
    class_name_ = attributes["name"];
    spec_.class_ids[class_name_] = std::stoi(attributes["index"]);
  }

  void start_method(Attributes& attributes) {
    in_method_ = true;
    spec_.methods.push_back({.class_id = spec_.class_ids[class_name_],
                             .method_id = std::stoi(attributes["index"]),
                             .name = class_name_ + "." + attributes["name"],
                             .has_content = attributes["content"] == "1",
                             .fields = {}});
  }

  void add_field(Attributes& attributes) {
    auto domain = domains_.find(attributes["domain"]);
    SpecField field{attributes["name"],
                    domain == domains_.end() ? attributes["type"] : domain->second};
    auto& fields = in_method_ ? spec_.methods.back().fields : spec_.properties[class_name_];
    fields.push_back(std::move(field));
  }

  Spec& spec_;
  Attributes domains_;
  std::string class_name_;
  bool in_method_ = false;
};

}  // namespace

bool read_spec(const std::string& path, Spec& spec) {
  std::ifstream file(path);
  if (!file) return false;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  ElementReader reader(text);
  SpecBuilder builder(spec);
  for (Element element; reader.next(element);) builder.take(element);
  return true;
}

}  // namespace amqp::testing
