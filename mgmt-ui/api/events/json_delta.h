#pragma once
// What changed between two JSON values, for who has the first and is to have the second. Pure.
//
// A delta is an object; each of its fields may be missing, all of them: nothing has changed.
//   "is":   the whole value, instead of everything else
//   "set":  {name: value}: fields that are new or have another value
//   "cut":  [name]: fields that are gone
//   "rows": a list's new order: [from, count] for so many old rows one after the other, or
//           {"row": value} for a row that is new
//   "in":   {name or index in the new order: delta}: what changed inside
//
// Rows are told apart by what names them (name and vhost, a sample's timestamp, ...), others by
// their place.

#include <boost/json/fwd.hpp>

namespace coney::management {

boost::json::object json_delta(const boost::json::value& before, const boost::json::value& after);

}  // namespace coney::management
