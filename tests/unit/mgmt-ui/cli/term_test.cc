#include "mgmt-ui/cli/erlang/term.h"

#include <gtest/gtest.h>

namespace coney::cli {
namespace {

// As it is printed again; "fault" and where it is not read.
std::string reprinted(std::string_view text) {
  auto parsed = parse_expressions(text);
  if (const auto* fault = std::get_if<SyntaxFault>(&parsed)) {
    return "fault at " + std::to_string(fault->position);
  }
  std::string all;
  for (const Term& term : std::get<std::vector<Term>>(parsed)) {
    all += (all.empty() ? "" : ", ") + to_text(term);
  }
  return all;
}

TEST(Term, IsPrintedAsErlangDoes) {
  EXPECT_EQ(reprinted("rabbit_alarm:set_alarm({{resource_limit, memory, node()}, []})."),
            "rabbit_alarm:set_alarm({{resource_limit,memory,node()},[]})");
  EXPECT_EQ(reprinted("{ok,[<<\"guest\">>, <<>>, \"text\", 'Quoted it', -5, 0.4]}"),
            "{ok,[<<\"guest\">>,<<>>,\"text\",'Quoted it',-5,0.4]}");
  EXPECT_EQ(reprinted("a, b@c, 1 + 1."), "a, b@c, 1+1");
  EXPECT_EQ(reprinted("'it\\'s'"), "'it\\'s'");
  EXPECT_EQ(reprinted("2.0"), "2.0");
}

TEST(Term, WhatIsNotReadIsSaidWithItsPlace) {
  EXPECT_EQ(reprinted(""), "fault at 0");
  EXPECT_EQ(reprinted("ok. ok."), "fault at 4");
  EXPECT_EQ(reprinted("{a, b"), "fault at 5");
  EXPECT_EQ(reprinted("\"open"), "fault at 5");
  EXPECT_EQ(reprinted("<<1,2>>"), "fault at 2");
  EXPECT_EQ(reprinted("X = 1."), "fault at 0");
  EXPECT_EQ(reprinted("os:cmd"), "fault at 6");
  EXPECT_EQ(reprinted("99999999999999999999"), "fault at 0");
  EXPECT_EQ(reprinted("1+2*3"), "fault at 3");
  EXPECT_EQ(reprinted("fun() -> ok end."), "fault at 7");
}

TEST(Term, DeepNestingIsRefused) {
  EXPECT_EQ(reprinted(std::string(10'000, '[')), "fault at 64");
  EXPECT_EQ(reprinted(std::string(50, '[') + std::string(50, ']')),
            std::string(50, '[') + std::string(50, ']'));
}

}  // namespace
}  // namespace coney::cli
