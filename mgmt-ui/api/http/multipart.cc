#include "mgmt-ui/api/http/multipart.h"

#include <string>

namespace coney::management {
namespace {

constexpr std::string_view kForm = "multipart/form-data";

std::string_view boundary_of(std::string_view content_type) {
  constexpr std::string_view kName = "boundary=";
  const std::size_t at = content_type.find(kName);
  if (at == content_type.npos) return {};
  std::string_view boundary = content_type.substr(at + kName.size());
  boundary = boundary.substr(0, boundary.find(';'));
  if (boundary.size() > 1 && boundary.front() == '"') {
    boundary.remove_prefix(1);
    boundary = boundary.substr(0, boundary.find('"'));
  }
  return boundary;
}

struct Part {
  std::string_view head, content;
};

// Takes the part behind the next delimiter out of `rest`.
std::optional<Part> next_part(std::string_view& rest, const std::string& delimiter) {
  const std::size_t begin = rest.find(delimiter);
  if (begin == rest.npos) return std::nullopt;
  rest.remove_prefix(begin + delimiter.size());
  if (!rest.starts_with("\r\n")) return std::nullopt;  // "--": the last one
  const std::size_t head_end = rest.find("\r\n\r\n");
  const std::size_t end = rest.find("\r\n" + delimiter);
  if (head_end == rest.npos || end == rest.npos || end < head_end + 4) return std::nullopt;
  const Part part{rest.substr(0, head_end), rest.substr(head_end + 4, end - head_end - 4)};
  rest.remove_prefix(end + 2);
  return part;
}

}  // namespace

std::optional<std::string_view> uploaded_file(const Request& request) {
  const std::string_view type = request.header("content-type");
  if (!type.starts_with(kForm)) return request.body;
  const std::string_view boundary = boundary_of(type);
  if (boundary.empty()) return std::nullopt;
  const std::string delimiter = "--" + std::string(boundary);
  std::string_view rest = request.body;
  std::optional<std::string_view> first;
  while (const auto part = next_part(rest, delimiter)) {
    if (part->head.find("filename=") != part->head.npos) return part->content;
    if (!first) first = part->content;
  }
  return first;
}

}  // namespace coney::management
