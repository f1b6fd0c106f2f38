#pragma once
// The tool in front of the API of a topology in memory, as if it had come through the local socket.

#include <sstream>

#include "mgmt-ui/cli/cli.h"
#include "tests/unit/mgmt-ui/api/api_fixture.h"

namespace coney::cli {

struct Ran {
  ExitCode code = ExitCode::kOk;
  std::string output, errors;
};

class CliTest : public management::ApiTest {
 protected:
  CliTest() { peer_ = {.address = "", .local_user = "root"}; }

  // Words with a space in between.
  Ran run(const std::string& line, const std::string& input = "");
  Ran run_words(std::vector<std::string> words, const std::string& input = "");
  // The output of a command that has to succeed, without what it says it will do.
  std::string output_of(const std::string& line);

 private:
  class Link;
};

}  // namespace coney::cli
