#include "mgmt-ui/api/assets/asset_answer.h"

#include <algorithm>

namespace coney::management {
namespace {

// Scripts, styles and requests come from here and from nowhere else; no page may frame this one.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// The parts of a list with commas; stops when `use` says true.
template <typename Use>
bool any_part(std::string_view list, Use use) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (use(trimmed(list.substr(0, end)))) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

bool takes(const Request& request, std::string_view coding) {
  return any_part(request.header("accept-encoding"), [coding](std::string_view part) {
    const std::size_t end = std::min(part.find(';'), part.size());
    if (trimmed(part.substr(0, end)) != coding) return false;
    const std::string_view rest = part.substr(end);
    const std::size_t weight = rest.find("q=0");
    return weight == rest.npos || rest.find_first_not_of("0.", weight + 3) != rest.npos;
  });
}

struct Form {
  std::string_view body;
  std::string_view coding;  // empty: as it is
};

Form form_for(const Request& request, const Asset& asset) {
  if (!asset.brotli.empty() && takes(request, "br")) return {asset.brotli, "br"};
  if (!asset.gzip.empty() && takes(request, "gzip")) return {asset.gzip, "gzip"};
  return {asset.plain, ""};
}

std::string tag_of(const Asset& asset, const Form& form) {
  std::string tag = "\"" + std::string(asset.sum);
  if (!form.coding.empty()) tag.append("-").append(form.coding);
  return tag + "\"";
}

bool has_already(const Request& request, std::string_view tag) {
  return any_part(request.header("if-none-match"), [tag](std::string_view known) {
    if (known.starts_with("W/")) known.remove_prefix(2);
    return known == tag || known == "*";
  });
}

}  // namespace

const Asset* find_asset(std::span<const Asset> assets, std::string_view path) {
  auto found = std::ranges::find(assets, path, &Asset::path);
  return found == assets.end() ? nullptr : &*found;
}

Answer asset_answer(const Request& request, const Asset& asset) {
  const Form form = form_for(request, asset);
  const std::string tag = tag_of(asset, form);
  const bool is_kept = asset.path.starts_with("assets/");
  Answer answer;
  answer.headers = {
      {"etag", tag},
      {"cache-control", is_kept ? "public, max-age=31536000, immutable" : "no-cache"},
      {"content-security-policy", std::string(kPolicy)},
      {"x-frame-options", "DENY"},
      {"referrer-policy", "no-referrer"},
  };
  if (has_already(request, tag)) {
    answer.status = 304;
    return answer;
  }
  answer.content_type = asset.content_type;
  answer.body = form.body;
  if (!form.coding.empty()) answer.headers.emplace_back("content-encoding", form.coding);
  return answer;
}

}  // namespace coney::management
