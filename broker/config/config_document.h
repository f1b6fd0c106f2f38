#pragma once
// The configuration table as text for people. Pure; any thread.

#include <string>

namespace coney {

// The keys with default and help, 80 columns wide, for `coney --help`.
std::string configuration_help();

// docs/configuration.md. A test holds the file in the repository against this.
std::string configuration_markdown();

}  // namespace coney
