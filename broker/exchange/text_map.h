#pragma once
// A hash map from text that is looked up by views, without building a string.

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace coney {

struct TextHash {
  using is_transparent = void;
  using is_avalanching = void;  // std::hash of text mixes all its bits already
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

template <typename T>
using TextMap = boost::unordered_flat_map<std::string, T, TextHash, std::equal_to<>>;

}  // namespace coney
