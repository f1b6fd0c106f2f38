#pragma once
// Rates and samples as the API shows them: "publish_details": {"rate": 1.0}, and with a range that
// the query asks for (msg_rates_age and msg_rates_incr, ...) samples, newest first, and averages.

#include <boost/json.hpp>
#include <optional>
#include <span>
#include <string_view>

#include "mgmt-ui/api/http/request.h"
#include "mgmt-ui/api/stats/history.h"

namespace coney::management {

// Seconds.
struct SampleRange {
  Second age = 0;
  Second increment = 0;
};

// "msg_rates" reads msg_rates_age and msg_rates_incr; none when one of them is not there, is not a
// number, or they do not fit each other.
std::optional<SampleRange> sample_range(const Request& request, std::string_view prefix);

class Details {
 public:
  // `now`: samples are those of the full five seconds before it.
  Details(Second now, std::optional<SampleRange> range);

  // Of the numbers in `columns` added up, over all histories; a null one counts as zeros.
  boost::json::object of(std::span<const History* const> histories,
                         std::span<const std::size_t> columns) const;
  boost::json::object of(const History* history, std::span<const std::size_t> columns) const {
    return of(std::span(&history, 1), columns);
  }
  boost::json::object of(const History* history, std::size_t column) const {
    return of(history, std::span(&column, 1));
  }
  // Of a number that is a time in milliseconds: how long ago that was at each of the samples, 0 for
  // a time that is 0. Without a range there is nothing.
  boost::json::object ages(const History* history, std::size_t column) const;
  // The rate alone.
  double rate(const History* history, std::span<const std::size_t> columns) const;
  // What is not counted.
  boost::json::object nothing() const { return of(nullptr, std::span<const std::size_t>()); }

 private:
  static constexpr Second kInterval = 5;  // between the samples that rates are made from

  Second step() const { return range_ ? range_->increment : kInterval; }

  Second last_;
  std::optional<SampleRange> range_;
};

}  // namespace coney::management
