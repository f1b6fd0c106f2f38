#pragma once
// A limit of memory or disk as JSON: {"relative": 0.6} or {"absolute": 1000}; empty: none.

#include <boost/json/object.hpp>

#include "broker/config/config.h"

namespace coney::management {

inline boost::json::object limit_to_json(const ResourceLimit& limit) {
  boost::json::object shown;
  if (limit.absolute) {
    shown["absolute"] = *limit.absolute;
  } else if (limit.relative) {
    shown["relative"] = *limit.relative;
  }
  return shown;
}

}  // namespace coney::management
