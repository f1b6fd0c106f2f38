#include "tests/unit/mgmt-ui/api/api_fixture.h"

#include <openssl/evp.h>

namespace coney::management {

std::string ApiTest::basic(std::string_view credentials) {
  std::string text(4 * ((credentials.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(credentials.data()),
                                   static_cast<int>(credentials.size()));
  text.resize(static_cast<std::size_t>(size));
  return "Basic " + text;
}

}  // namespace coney::management
