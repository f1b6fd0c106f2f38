#pragma once
// Reads the fields of one JSON object. What is missing or of the wrong type is reported with its
// place, and a default comes back, so that callers read all fields first and look at the errors
// once. null counts as missing, an empty array as an empty object (RabbitMQ 3 wrote those).
// A reader must outlive the readers of the objects in it.

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amqp/table.h"
#include "broker/definitions/json_place.h"

namespace coney {

class JsonObjectReader {
 public:
  JsonObjectReader(const boost::json::value& value, const JsonPlace& place, JsonErrors& errors);

  bool has(std::string_view key) const { return find(key) != nullptr; }
  // A string that must be there.
  std::string text(std::string_view key) const;
  std::string text_or(std::string_view key, std::string_view otherwise) const;
  // A string of at most 255 bytes that must be there: the name of something in AMQP.
  std::string name(std::string_view key) const;
  std::string name_or(std::string_view key, std::string_view otherwise) const;
  bool flag(std::string_view key, bool otherwise) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  double number(std::string_view key, double otherwise) const;
  // The value of any kind, as JSON; that of a missing one is "null".
  std::string json(std::string_view key) const;
  // An array of strings, or one string with commas between the words; spaces around words go.
  std::vector<std::string> words(std::string_view key) const;
  amqp::Table arguments(std::string_view key) const;

  JsonObjectReader object(std::string_view key) const;
  // Calls `read` with a reader for each object of an array, none when there is no such array.
  template <typename Read>
  void each(std::string_view key, Read read) const {
    const JsonPlace list(place_, key);
    const boost::json::array& values = array(key, list);
    for (std::size_t i = 0; i < values.size(); ++i) {
      read(JsonObjectReader(values[i], JsonPlace(list, i), errors_));
    }
  }

  // Reports something that is wrong with the field.
  void report(std::string_view key, std::string message) const;

 private:
  const boost::json::value* find(std::string_view key) const;
  const boost::json::array& array(std::string_view key, const JsonPlace& place) const;
  const boost::json::string* string(std::string_view key) const;
  std::string checked_name(std::string_view key, std::string text) const;

  JsonPlace place_;
  JsonErrors& errors_;
  const boost::json::object* object_;
};

}  // namespace coney
