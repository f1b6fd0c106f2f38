#pragma once
// Lists of records that shards and the management share: users, permissions, policies. A row is
// made when it is shown; the records of a list stay as they were when it was asked for. Used by the
// management's thread.

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgmt-ui/api/listing/listing.h"

namespace coney::management {

template <typename Record>
class RecordRows final : public LastingRows {
 public:
  using Records = std::vector<std::shared_ptr<const Record>>;
  using Make = boost::json::object (*)(const Record&);

  RecordRows(Records records, Make row_of, std::string Record::*name)
      : records_(std::move(records)), row_of_(row_of), name_(name) {}

  std::size_t size() const override { return records_.size(); }
  std::string_view name(std::size_t row) const override { return (*records_[row]).*name_; }
  boost::json::object make(std::size_t row, const Columns&) const override {
    return row_of_(*records_[row]);
  }
  std::optional<std::string_view> text_key(std::size_t row,
                                           std::string_view column) const override {
    const Record& record = *records_[row];
    if constexpr (requires { record.name; }) {
      if (column == "name") return record.name;
    }
    if constexpr (requires { record.vhost; }) {
      if (column == "vhost") return record.vhost;
    }
    if constexpr (requires { record.user; }) {
      if (column == "user") return record.user;
    }
    return std::nullopt;
  }
  void keep() override {}  // records stay

 private:
  const Records records_;
  const Make row_of_;
  std::string Record::*const name_;
};

// `row_of` makes the row of a record; `name` is what the query's `name` looks for.
template <typename Record>
Answer list_records(const Request& request, std::vector<std::shared_ptr<const Record>> records,
                    boost::json::object (*row_of)(const Record&), std::string Record::*name) {
  return list(request, std::make_shared<RecordRows<Record>>(std::move(records), row_of, name));
}

}  // namespace coney::management
