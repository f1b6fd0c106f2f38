#pragma once
// The files of the dashboard (mgmt-ui/web) that were built into the program, with their compressed
// forms. Any thread; what they view lives as long as the program.

#include <span>
#include <string_view>

namespace coney::management {

struct Asset {
  std::string_view path;  // "index.html", "assets/index-B3kT.js"
  std::string_view content_type;
  std::string_view sum;  // another for each other content
  std::string_view plain;
  std::string_view gzip;
  std::string_view brotli;
};

// Empty: the program was built without Node.js, and nothing of an earlier build was there.
std::span<const Asset> embedded_assets();

}  // namespace coney::management
