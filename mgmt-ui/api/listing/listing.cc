#include "mgmt-ui/api/listing/listing.h"

#include <re2/re2.h>

#include <charconv>
#include <numeric>

namespace coney::management {

namespace json = boost::json;

SortKey sort_key(const json::value* field) {
  if (!field || field->is_null()) return 0.0;
  if (field->is_number()) return field->to_number<double>();
  if (field->is_bool()) return field->get_bool();
  if (field->is_string()) return std::string(field->get_string());
  return json::serialize(*field);
}

SortKey RowSource::key(std::size_t row, std::string_view column) const {
  return sort_key(find_field(make(row, Columns()), column));
}

std::string_view ReadyRows::name(std::size_t row) const {
  const json::value* name = rows_[row].if_contains(name_field_);
  return name && name->is_string() ? std::string_view(name->get_string()) : std::string_view();
}

SortKey ReadyRows::key(std::size_t row, std::string_view column) const {
  return sort_key(find_field(rows_[row], column));
}

namespace {

constexpr std::size_t kDefaultPageSize = 100;
constexpr std::size_t kMaxPageSize = 500;
constexpr std::size_t kMaxPattern = 1'000;  // bytes of a regular expression

using Rows = std::vector<std::size_t>;

struct Page {
  std::size_t number = 1;
  std::size_t size = kDefaultPageSize;
};

std::optional<std::size_t> parse_count(std::string_view text) {
  std::size_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// None: the whole list is wanted.
boost::system::result<std::optional<Page>, Answer> wanted_page(const Request& request) {
  auto number = request.parameter("page");
  if (!number) return std::optional<Page>();
  Page page;
  auto parsed = parse_count(*number);
  auto size = request.parameter("page_size") ? parse_count(*request.parameter("page_size"))
                                             : std::optional(kDefaultPageSize);
  if (!parsed || !size) return bad_request("Pagination parameters are invalid");
  page = {*parsed, *size};
  if (page.number == 0 || page.size == 0 || page.size > kMaxPageSize) {
    return error_answer(
        400, "invalid_pagination_parameters",
        json::string("Invalid pagination parameters: page number " + std::to_string(page.number) +
                     ", page size " + std::to_string(page.size)));
  }
  return std::optional(page);
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return to_lower(a) == to_lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() ||
         part.empty();
}

// Whatever the user writes takes linear time; what is no expression matches nothing.
Rows rows_of_pattern(const RowSource& source, std::string_view pattern) {
  RE2::Options options(RE2::Quiet);
  options.set_case_sensitive(false);
  const RE2 expression(re2::StringPiece(pattern.data(), pattern.size()), options);
  Rows rows;
  if (!expression.ok() || pattern.size() > kMaxPattern) return rows;
  for (std::size_t row = 0; row < source.size(); ++row) {
    const std::string_view name = source.name(row);
    if (RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), expression)) {
      rows.push_back(row);
    }
  }
  return rows;
}

Rows filtered(const Request& request, const RowSource& source, bool by_name) {
  Rows rows;
  const std::string_view name = request.parameter("name").value_or("");
  if (by_name && !name.empty() && request.flag("use_regex")) return rows_of_pattern(source, name);
  if (!by_name || name.empty()) {
    rows.resize(source.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return rows;
  }
  for (std::size_t row = 0; row < source.size(); ++row) {
    if (contains(source.name(row), name)) rows.push_back(row);
  }
  return rows;
}

// `key` is called for each row once, in order.
template <typename Key>
void sort_by(Rows& rows, std::size_t needed, bool reverse, Key key) {
  using Value = decltype(key(std::size_t{}));
  std::vector<std::pair<Value, std::size_t>> keyed;
  keyed.reserve(rows.size());
  for (std::size_t row : rows) keyed.emplace_back(key(row), row);
  const auto middle = keyed.begin() + static_cast<std::ptrdiff_t>(std::min(needed, keyed.size()));
  if (reverse) {
    std::partial_sort(keyed.begin(), middle, keyed.end(), std::greater<>());
  } else {
    std::partial_sort(keyed.begin(), middle, keyed.end());
  }
  std::ranges::transform(keyed, rows.begin(), [](const auto& pair) { return pair.second; });
}

// Puts the first `needed` of the sorted rows in front; rows of equal keys keep their order.
void sort_rows(const Request& request, const RowSource& source, Rows& rows, std::size_t needed) {
  const bool reverse = request.flag("sort_reverse");
  const std::string_view column = request.parameter("sort").value_or("");
  if (column.empty()) {
    if (reverse) std::ranges::reverse(rows);
    return;
  }
  if (rows.empty()) return;
  if (source.sorted_by(column)) {
    if (reverse) std::ranges::reverse(rows);
    return;
  }
  if (source.text_key(rows.front(), column)) {
    return sort_by(rows, needed, reverse,
                   [&](std::size_t row) { return *source.text_key(row, column); });
  }
  std::vector<SortKey> keys;
  keys.reserve(rows.size());
  for (std::size_t row : rows) keys.push_back(source.key(row, column));
  const bool numbers = std::ranges::all_of(
      keys, [](const SortKey& key) { return std::holds_alternative<double>(key); });
  auto next = keys.begin();
  if (numbers) {
    sort_by(rows, needed, reverse, [&](std::size_t) { return std::get<double>(*next++); });
  } else {
    sort_by(rows, needed, reverse, [&](std::size_t) { return std::move(*next++); });
  }
}

// Row by row, so that a long list does not exist as JSON values, too.
std::string serialized(const Request& request, const RowSource& source,
                       std::span<const std::size_t> rows) {
  const Columns columns = Columns::parse(request.parameter("columns").value_or(""));
  std::string text = "[";
  for (std::size_t row : rows) {
    if (text.size() > 1) text += ',';
    text += json::serialize(columns.cut(source.make(row, columns)));
  }
  return text + "]";
}

Rows all_sorted(const Request& request, const RowSource& source) {
  Rows rows = filtered(request, source, false);
  sort_rows(request, source, rows, rows.size());
  return rows;
}

Answer whole_list(const Request& request, const RowSource& source) {
  return json_text_answer(serialized(request, source, all_sorted(request, source)));
}

// The same as serialized(), a piece at a time.
class ListBody final : public LongBody {
 public:
  ListBody(const Request& request, std::shared_ptr<LastingRows> source)
      : source_(std::move(source)),
        columns_(Columns::parse(request.parameter("columns").value_or(""))),
        order_(all_sorted(request, *source_)) {}

  bool write(std::string& to) override {
    if (next_ == 0) to += '[';
    const std::size_t end = std::min(next_ + kPiece, order_.size());
    for (; next_ != end; ++next_) {
      json::object row = source_->make(order_[next_], columns_);
      if (row.empty()) continue;
      if (std::exchange(started_, true)) to += ',';
      to += json::serialize(columns_.cut(std::move(row)));
    }
    if (next_ != order_.size()) return true;
    to += ']';
    return false;
  }
  void keep() override { source_->keep(); }

 private:
  static constexpr std::size_t kPiece = 64;  // rows: about a millisecond

  const std::shared_ptr<LastingRows> source_;
  const Columns columns_;
  const Rows order_;
  std::size_t next_ = 0;
  bool started_ = false;
};

Answer page_out_of_range(const Page& page, std::size_t count) {
  return error_answer(
      400, "page_out_of_range",
      json::string("Page out of range, page: " + std::to_string(page.number) +
                   " page size: " + std::to_string(page.size) + ", len: " + std::to_string(count)));
}

Answer one_page(const Request& request, const RowSource& source, const Page& page) {
  Rows rows = filtered(request, source, true);
  const std::size_t pages = (rows.size() + page.size - 1) / page.size;
  if (page.number > std::max<std::size_t>(pages, 1)) return page_out_of_range(page, rows.size());
  sort_rows(request, source, rows, page.number * page.size);
  std::span<const std::size_t> shown(rows);
  shown = shown.subspan((page.number - 1) * page.size);
  shown = shown.first(std::min(page.size, shown.size()));
  const auto field = [](std::string_view name, std::size_t value) {
    return "\"" + std::string(name) + "\":" + std::to_string(value) + ",";
  };
  return json_text_answer("{" + field("filtered_count", rows.size()) +
                          field("item_count", shown.size()) + field("page", page.number) +
                          field("page_count", pages) + field("page_size", page.size) +
                          field("total_count", source.size()) +
                          "\"items\":" + serialized(request, source, shown) + "}");
}

}  // namespace

Answer list(const Request& request, const RowSource& source) {
  auto page = wanted_page(request);
  if (!page) return page.error();
  return *page ? one_page(request, source, **page) : whole_list(request, source);
}

Answer list(const Request& request, std::shared_ptr<LastingRows> source) {
  auto page = wanted_page(request);
  if (!page) return page.error();
  if (*page) return one_page(request, *source, **page);
  return long_answer("application/json", std::make_shared<ListBody>(request, std::move(source)));
}

Answer show(const Request& request, json::object row) {
  const Columns columns = Columns::parse(request.parameter("columns").value_or(""));
  return json_answer(columns.cut(std::move(row)));
}

}  // namespace coney::management
