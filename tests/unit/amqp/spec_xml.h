#pragma once
// Reads the classes, methods and fields out of the AMQP specification's XML as Debian's amqp-specs
// ships it. Understands only what that file uses: elements, quoted attributes, comments.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace amqp::testing {

struct SpecField {
  std::string name;
  std::string type;  // elementary type: a domain is already resolved
};

struct SpecMethod {
  int class_id = 0;
  int method_id = 0;
  std::string name;  // "queue.declare-ok"
  bool has_content = false;
  std::vector<SpecField> fields;
};

struct Spec {
  std::vector<SpecMethod> methods;
  std::map<std::string, std::vector<SpecField>> properties;  // by class name; empty ones absent
  std::map<std::string, int> class_ids;
};

// Fills `spec`; false when the file cannot be read.
bool read_spec(const std::string& path, Spec& spec);

}  // namespace amqp::testing
