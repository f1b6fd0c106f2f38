#pragma once
// Field values as RabbitMQ's error texts print them: in Erlang's notation.

#include <string>
#include <string_view>

#include "amqp/table.h"

namespace coney {

// <<"text">>, <<>> when empty; bytes that are not printable text as <<1,2,255>>.
std::string erlang_binary(std::string_view bytes);

// "text" in quotes, [] when empty; what is not printable as [1,2,255].
std::string erlang_string(std::string_view bytes);

// The value without its type, as RabbitMQ holds it: 5, 1.5, true, undefined (void), <<"text">>,
// {Scale,Value} (decimal), [{signedint,5}] (array), [{<<"k">>,signedint,5}] (table).
std::string erlang_term(const amqp::Value& value);

// {signedint,5}
std::string erlang_typed_term(const amqp::Value& value);

// JSON as RabbitMQ holds it: null, <<"text">>, [1,<<"a">>], #{<<"k">> => 5}.
std::string erlang_json_term(const amqp::Value& value);

}  // namespace coney
