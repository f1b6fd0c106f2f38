#include <gtest/gtest.h>

#include <sstream>

#include "mgmt-ui/cli/output/cell_text.h"
#include "mgmt-ui/cli/output/formatter.h"

namespace coney::cli {
namespace {

namespace json = boost::json;

std::string text_of(std::string_view value) {
  return cell_text(json::parse(value));
}

TEST(CellText, TextsStandForThemselves) {
  EXPECT_EQ(text_of("\"a b\""), "a b");
  EXPECT_EQ(text_of("null"), "");
  EXPECT_EQ(text_of("12"), "12");
  EXPECT_EQ(text_of("0.5"), "0.5");
  EXPECT_EQ(text_of("true"), "true");
}

TEST(CellText, ListsAndArgumentsLookAsInErlang) {
  EXPECT_EQ(text_of("[]"), "[]");
  EXPECT_EQ(text_of(R"(["one","two"])"), "[one, two]");
  EXPECT_EQ(text_of(R"({"x-queue-type":"classic","x-max-priority":5,"x":true})"),
            R"([{"x-queue-type","classic"},{"x-max-priority",5},{"x",true}])");
}

TEST(CellText, ARowIsOneLine) {
  EXPECT_EQ(text_of(R"("a\nb\tc\u0001")"), "a\\nb\\tc\\001");
}

std::string printed(const Outcome& outcome, Form form) {
  std::ostringstream out, err;
  print(outcome, {.form = form}, out, err);
  return out.str() + err.str();
}

const Table kTable{.columns = {"name", "messages"},
                   .rows = {{{"name", "q"}, {"messages", 1481}}, {{"name", "a\"b"}}}};

TEST(Formatter, QuotesEveryCellOfCsv) {
  EXPECT_EQ(printed(kTable, Form::kCsv),
            "\"name\",\"messages\"\n\"q\",\"1481\"\n\"a\"\"b\",\"\"\n");
}

TEST(Formatter, FramesAPrettyTable) {
  EXPECT_EQ(printed(Table{.columns = {"name"}, .rows = {{{"name", "longer"}}}}, Form::kPrettyTable),
            "\033(0lqqqqqqqqk\033(B\n"
            "\033(0x\033(B \033[1mname\033[0m   \033(0x\033(B\n"
            "\033(0tqqqqqqqqu\033(B\n"
            "\033(0x\033(B longer \033(0x\033(B\n"
            "\033(0mqqqqqqqqj\033(B\n");
}

TEST(Formatter, CountsCharactersNotBytes) {
  const Table wide{.columns = {"name"}, .rows = {{{"name", "\u00e4\u00f6\u00fc\u00df"}}}};
  EXPECT_TRUE(printed(wide, Form::kPrettyTable).starts_with("\033(0lqqqqqqk\033(B\n"));
}

TEST(Formatter, ATableWithoutRowsHasNoHeader) {
  EXPECT_EQ(printed(Table{.columns = {"name"}}, Form::kTable), "");
  EXPECT_EQ(printed(Table{.columns = {"name"}}, Form::kPrettyTable), "");
  EXPECT_EQ(printed(Table{.columns = {"name"}}, Form::kJson), "[]\n");
}

TEST(Formatter, SaysInJsonThatItIsDone) {
  EXPECT_EQ(printed(Done{}, Form::kJson), "{\"result\":\"ok\"}\n");
  EXPECT_EQ(printed(Done{}, Form::kTable), "");
}

}  // namespace
}  // namespace coney::cli
