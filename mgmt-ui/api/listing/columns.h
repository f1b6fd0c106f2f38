#pragma once
// The query's `columns`: which fields of a row are wanted, with dots for fields in fields. Pure.

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace coney::management {

class Columns {
 public:
  // "name,message_stats.publish_details.rate"; empty: all.
  static Columns parse(std::string_view text);

  bool all() const { return paths_.empty(); }
  // Is the field, or one in it, wanted? For whoever makes rows and can save work.
  bool wants(std::string_view field) const;
  // The row with these columns alone; those that it lacks are left out. Lists in it are gone
  // through.
  boost::json::value cut(boost::json::value row) const;

 private:
  using Path = std::vector<std::string>;
  std::vector<Path> paths_;
};

// The field that a dotted path leads to, null when there is none.
const boost::json::value* find_field(const boost::json::object& row, std::string_view path);

}  // namespace coney::management
