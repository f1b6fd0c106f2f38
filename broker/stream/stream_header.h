#pragma once
// The content header under which a message of a stream is delivered: as it was published, but for
// x-stream-offset (tag l) among its headers and a delivery mode, 1 when it had none.

#include <string>
#include <string_view>

#include "persistence/stored_ids.h"

namespace coney {

// `header`: payload of the content header frame, its headers sorted by key. `out` is overwritten.
void write_stream_header(std::string& out, std::string_view header, QueuePosition offset);

}  // namespace coney
