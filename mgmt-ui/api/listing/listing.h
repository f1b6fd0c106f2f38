#pragma once
// Every list of the API goes through here: what the query asks for of `page`, `page_size`, `name`,
// `use_regex`, `sort`, `sort_reverse` and `columns`, with RabbitMQ's answers and errors. Rows are
// made for what is shown alone, so that a page of a hundred thousand queues costs its filter and
// its order.

#include <boost/json.hpp>
#include <memory>
#include <string_view>

#include "mgmt-ui/api/listing/columns.h"
#include "mgmt-ui/api/listing/sort_key.h"
#include "mgmt-ui/api/routing/call.h"

namespace coney::management {

// The rows that the caller may see, numbered in the order in which they are shown unsorted.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual std::size_t size() const = 0;
  // What the query's `name` looks for.
  virtual std::string_view name(std::size_t row) const = 0;
  // At least the columns that are wanted.
  virtual boost::json::object make(std::size_t row, const Columns& columns) const = 0;
  // Makes the whole row; a source with many rows knows its columns without.
  virtual SortKey key(std::size_t row, std::string_view column) const;
  // The same where it is a text that lives as long as the source: it need not be copied. None: not
  // such a column, for no row.
  virtual std::optional<std::string_view> text_key(std::size_t, std::string_view) const {
    return std::nullopt;
  }
  // Are they in the order of this column as they are?
  virtual bool sorted_by(std::string_view /*column*/) const { return false; }
};

Answer list(const Request& request, const RowSource& rows);

// Rows of which there may be many: a whole list of them is made piece by piece, while the client
// takes it.
class LastingRows : public RowSource {
 public:
  // Objects may be gone when make() is called from now on: what they are found again by has to be
  // kept. The row of one that is gone is empty. The other methods are not called any more.
  virtual void keep() = 0;
};

Answer list(const Request& request, std::shared_ptr<LastingRows> rows);

// Few rows that exist as JSON.
class ReadyRows final : public LastingRows {
 public:
  explicit ReadyRows(std::vector<boost::json::object> rows, std::string_view name_field = "name")
      : rows_(std::move(rows)), name_field_(name_field) {}

  std::size_t size() const override { return rows_.size(); }
  std::string_view name(std::size_t row) const override;
  boost::json::object make(std::size_t row, const Columns&) const override { return rows_[row]; }
  SortKey key(std::size_t row, std::string_view column) const override;
  void keep() override {}

 private:
  std::vector<boost::json::object> rows_;
  std::string_view name_field_;
};

inline Answer list(const Request& request, ReadyRows rows) {
  return list(request, std::make_shared<ReadyRows>(std::move(rows)));
}
inline Answer list(const Request& request, std::vector<boost::json::object> rows) {
  return list(request, ReadyRows(std::move(rows)));
}

// One object, with the query's `columns`.
Answer show(const Request& request, boost::json::object row);

}  // namespace coney::management
