#include "broker/definitions/offline_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "broker/definitions/definitions_file.h"
#include "persistence/data_directory.h"
#include "persistence/definitions/definition_store.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

using testing::HasSubstr;

constexpr DefinitionsExportHeader kHeader{"4.3.6", "rabbit@test"};

const std::filesystem::path kVersion1 =
    std::string(CONEY_SOURCE_DIR) + "/tests/unit/persistence/data/version_1";

Definitions exported(const std::filesystem::path& directory) {
  auto json = export_data_directory(directory, kHeader);
  EXPECT_TRUE(json) << json.error().message;
  if (!json) return {};
  EXPECT_TRUE(json->ends_with("}\n"));
  EXPECT_THAT(*json, HasSubstr(R"("original_cluster_name":"rabbit@test")"));
  auto file = parse_definitions(*json);
  EXPECT_TRUE(file) << file.error().first().message;
  return file ? file->definitions : Definitions{};
}

TEST(OfflineExport, IsReadBackAsWhatTheDirectoryHolds) {
  TemporaryDirectory temporary;
  std::filesystem::copy(kVersion1, temporary / "data", std::filesystem::copy_options::recursive);
  auto stored = DefinitionStore::read(temporary / "data/definitions.sqlite");
  ASSERT_TRUE(stored);
  const Definitions definitions = exported(temporary / "data");
  EXPECT_EQ(definitions.users, stored->definitions.users);
  EXPECT_EQ(definitions.permissions, stored->definitions.permissions);
  EXPECT_EQ(definitions.topic_permissions, stored->definitions.topic_permissions);
  EXPECT_EQ(definitions.exchanges, stored->definitions.exchanges);
  EXPECT_EQ(definitions.queues, stored->definitions.queues);
  EXPECT_EQ(definitions.bindings, stored->definitions.bindings);
  ASSERT_EQ(definitions.vhosts.size(), 2u);
  EXPECT_EQ(definitions.vhosts[0].max_queues, 100);
}

TEST(OfflineExport, WorksInTheDirectoryOfARunningBroker) {
  TemporaryDirectory temporary;
  auto directory = DataDirectory::open(temporary / "data");
  ASSERT_TRUE(directory);
  auto store = DefinitionStore::open(directory->definitions_path());
  ASSERT_TRUE(store && (*store)->begin());
  ASSERT_TRUE((*store)->put(VhostRecord{.name = "v"}));
  ASSERT_TRUE((*store)->commit());
  const Definitions definitions = exported(temporary / "data");
  ASSERT_EQ(definitions.vhosts.size(), 1u);
  EXPECT_EQ(definitions.vhosts[0].name, "v");
}

TEST(OfflineExport, SaysWhatIsNoDataDirectory) {
  TemporaryDirectory temporary;
  for (const auto& path : {temporary.path(), temporary / "absent"}) {
    auto json = export_data_directory(path, kHeader);
    ASSERT_FALSE(json);
    EXPECT_EQ(json.error().message, path.string() + " is not a data directory of Coney");
  }
  EXPECT_TRUE(std::filesystem::is_empty(temporary.path()));
}

}  // namespace
}  // namespace coney
