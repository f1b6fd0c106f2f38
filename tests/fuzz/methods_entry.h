#pragma once
#include <string>
#include <string_view>
#include <type_traits>

#include "amqp/methods.h"
#include "amqp/table.h"
#include "tests/fuzz/check.h"

namespace amqp::fuzz {

template <typename Method>
void decode_and_encode(std::string_view arguments) {
  const auto method = decode_arguments<Method>(arguments);
  if (!method) return;
  std::string bytes;
  encode_method(bytes, *method);
  check(bytes.size() == arguments.size() + 4, "encoding keeps the size");
  const auto again = decode_arguments<Method>(std::string_view(bytes).substr(4));
  check(again.has_value(), "what was encoded decodes");
  auto inspect = [&](const auto& field) {
    check((*method).*field.member == (*again).*field.member, "every field comes back");
    if constexpr (std::remove_cvref_t<decltype(field)>::kKind == FieldKind::kTable) {
      (void)decode_table((*method).*field.member);
    }
  };
  std::apply([&](const auto&... fields) { (inspect(fields), ...); }, Method::kFields);
}

// A method frame's payload: class id, method id, arguments.
inline void methods(std::string_view input) {
  Decoder decoder(input);
  const MethodId id{decoder.u16(), decoder.u16()};
  if (!decoder.ok()) return;
  bool decoded = false;
  for_each_method([&]<typename Method>() {
    if (Method::kMethod.id != id) return;
    decoded = true;
    decode_and_encode<Method>(decoder.rest());
  });
  check(decoded == (find_method(id) != nullptr), "find_method knows the methods of the table");
}

}  // namespace amqp::fuzz
