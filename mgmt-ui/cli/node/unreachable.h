#pragma once
// What to tell somebody whose node does not answer: what was tried, why it did not work, and what
// to do next.

#include <boost/system/error_code.hpp>

#include "mgmt-ui/cli/node/node_place.h"

namespace coney::cli {

Failure no_local_node(const LocalPlace& place, int error);
Failure no_remote_node(const RemotePlace& place, const boost::system::error_code& error);
// It took the request and has not answered it.
Failure no_answer(const NodePlace& place, const boost::system::error_code& error);
// -n names another than the one that answers.
Failure another_node(const std::string& wanted, const std::string& found);

}  // namespace coney::cli
