#pragma once
// Argument tables as JSON, with the types that RabbitMQ gives them: integers become int64 (l),
// fractions double (d), strings long strings (S), true and false bool (t), arrays A, objects F,
// null void (V). On the way back a type that JSON lacks becomes the nearest that it has.

#include <boost/json/fwd.hpp>
#include <string_view>

#include "amqp/table.h"
#include "broker/definitions/json_place.h"

namespace coney {

// Canonical, nested tables too. Reports keys over 255 bytes, integers beyond int64 and nesting that
// a field table could not hold.
amqp::Table table_from_json(const boost::json::object& object, const JsonPlace& place,
                            JsonErrors& errors);

// Bytes that are not UTF-8 become U+FFFD, numbers that are not finite null.
boost::json::object table_to_json(const amqp::Table& table);

// The text with each byte that does not belong to well-formed UTF-8 replaced by U+FFFD.
std::string json_text(std::string_view bytes);

}  // namespace coney
