#include "broker/config/config_key.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace coney {
namespace {

constexpr std::string_view kFamily = "**";

// The segments of a key; `\.` is a dot inside of a segment.
std::vector<std::string> split_key(std::string_view key) {
  std::vector<std::string> segments(1);
  for (size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '\\' && i + 1 < key.size()) {
      segments.back() += key[++i];
    } else if (key[i] == '.') {
      segments.emplace_back();
    } else {
      segments.back() += key[i];
    }
  }
  return segments;
}

std::string escape_segment(std::string_view segment) {
  std::string escaped;
  for (const char c : segment) {
    if (c == '.' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

struct SegmentMatch {
  bool matched = false;
  int wildcards = 0;  // a family counts as many
  std::string name;
};

// Takes the first segment off a pattern; patterns have no escapes.
std::string_view next_part(std::string_view& pattern) {
  const size_t dot = std::min(pattern.find('.'), pattern.size());
  const std::string_view part = pattern.substr(0, dot);
  pattern.remove_prefix(std::min(dot + 1, pattern.size()));
  return part;
}

bool is_wild(std::string_view part) {
  return part.front() == '$' || part == kFamily;
}

SegmentMatch match_segments(std::string_view pattern, const std::vector<std::string>& segments) {
  SegmentMatch match;
  size_t i = 0;
  for (; !pattern.empty(); ++i) {
    const std::string_view part = next_part(pattern);
    if (i >= segments.size() || segments[i].empty()) return match;
    if (part == kFamily) {
      match.wildcards += 100;
      match.matched = true;
      return match;
    }
    if (is_wild(part)) {
      if (match.wildcards++ == 0) match.name = segments[i];
    } else if (part != segments[i]) {
      return match;
    }
  }
  match.matched = i == segments.size();
  return match;
}

char in_environment(char c) {
  if (c == '.' || c == '-') return '_';
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Takes `text`, in a variable's spelling, off the front of a variable's name.
bool take_spelled(std::string_view text, std::string_view& name) {
  if (name.size() < text.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (in_environment(text[i]) != name[i]) return false;
  }
  name.remove_prefix(text.size());
  return true;
}

// Whether a variable's name spells the pattern, `$name` being any text. What it stood for is left
// in `wild`, of several the first.
bool fit_environment(std::string_view pattern, std::string_view name, std::string_view& wild) {
  const std::string_view part = next_part(pattern);
  if (!is_wild(part)) {
    if (!take_spelled(part, name)) return false;
    if (pattern.empty()) return name.empty();
    return take_spelled("_", name) && fit_environment(pattern, name, wild);
  }
  if (pattern.empty()) {
    wild = name;
    return !name.empty();
  }
  for (size_t end = name.rfind('_'); end != name.npos && end > 0; end = name.rfind('_', end - 1)) {
    if (!fit_environment(pattern, name.substr(end + 1), wild)) continue;
    wild = name.substr(0, end);
    return true;
  }
  return false;
}

size_t literal_length(std::string_view pattern) {
  size_t length = 0;
  while (!pattern.empty()) {
    const std::string_view part = next_part(pattern);
    if (!is_wild(part)) length += part.size() + 1;
  }
  return length;
}

std::string with_name(std::string_view pattern, std::string_view name) {
  std::string key;
  while (!pattern.empty()) {
    const std::string_view part = next_part(pattern);
    if (!key.empty()) key += '.';
    key += is_wild(part) ? escape_segment(name) : std::string(part);
  }
  return key;
}

// Edit distance, by rows.
size_t distance(std::string_view left, std::string_view right) {
  std::vector<size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < left.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < right.size(); ++j) {
      const size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

template <typename Visit>
void for_each_pattern(Visit&& visit) {
  for (const ConfigKey& row : config_keys()) visit(&row, row.key);
  for (const std::string_view key : known_keys_without_effect()) visit(nullptr, key);
}

}  // namespace

bool ByPosition::operator()(const std::string& left, const std::string& right) const {
  const auto position = [](const std::string& name) {
    uint64_t number = UINT64_MAX;
    const char* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? number : UINT64_MAX;
  };
  const uint64_t first = position(left), second = position(right);
  return first != second ? first < second : left < right;
}

std::optional<KeyMatch> find_key(std::string_view key) {
  const std::vector<std::string> segments = split_key(key);
  std::optional<KeyMatch> best;
  int fewest = INT32_MAX;
  for_each_pattern([&](const ConfigKey* row, std::string_view pattern) {
    SegmentMatch match = match_segments(pattern, segments);
    if (!match.matched || match.wildcards >= fewest) return;
    fewest = match.wildcards;
    best = KeyMatch{row, std::string(key), std::move(match.name)};
  });
  return best;
}

std::vector<KeyMatch> find_environment_key(std::string_view name) {
  std::vector<KeyMatch> best;
  size_t longest = 0;
  for_each_pattern([&](const ConfigKey* row, std::string_view pattern) {
    std::string_view wild;
    if (!fit_environment(pattern, name, wild)) return;
    KeyMatch match{row, {}, lower_case(wild)};
    const size_t length = literal_length(pattern);
    if (length < longest) return;
    if (length > longest) best.clear();
    longest = length;
    match.key = with_name(pattern, match.name);
    best.push_back(std::move(match));
  });
  return best;
}

std::string_view similar_key(std::string_view key) {
  constexpr size_t kLongestKey = 100;
  std::string_view nearest;
  size_t least = 3;
  if (key.size() > kLongestKey) return nearest;
  for_each_pattern([&](const ConfigKey*, std::string_view pattern) {
    if (key.size() >= pattern.size() + least || pattern.size() >= key.size() + least) return;
    const size_t edits = distance(key, pattern);
    if (edits >= least || edits * 3 > key.size()) return;
    least = edits;
    nearest = pattern;
  });
  return nearest;
}

}  // namespace coney
