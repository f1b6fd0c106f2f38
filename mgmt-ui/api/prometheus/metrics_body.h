#pragma once
// Metrics of many objects, written in pieces: a hundred thousand queues are two hundred megabytes.
// Used by the management's thread.

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgmt-ui/api/http/answer.h"
#include "mgmt-ui/api/prometheus/exposition.h"
#include "mgmt-ui/api/prometheus/metric_table.h"

namespace coney::management {

class MetricsBody final : public LongBody {
 public:
  // Writes a piece; false: that was its last. It finds objects anew each time.
  using Part = std::function<bool(Exposition&)>;

  void add(Part part) { parts_.push_back(std::move(part)); }
  // What is written in one go.
  void add_short(std::function<void(Exposition&)> write) {
    add([write = std::move(write)](Exposition& out) {
      write(out);
      return false;
    });
  }

  bool write(std::string& to) override {
    if (next_ != parts_.size() && !parts_[next_](out_)) ++next_;
    to += out_.take();
    return next_ != parts_.size();
  }
  void keep() override {}

 private:
  std::vector<Part> parts_;
  std::size_t next_ = 0;
  Exposition out_;
};

// The lines of each metric in turn, for each of the objects. `Kept` is what an object is found
// again by; `line` writes the line of a metric for an object.
template <typename Object, typename Kept, typename Line>
class ObjectSeries {
 public:
  ObjectSeries(std::string_view prefix, std::vector<Metric<Object>> metrics,
               std::vector<Kept> objects, Line line)
      : prefix_(prefix),
        metrics_(std::move(metrics)),
        objects_(std::move(objects)),
        line_(std::move(line)) {}

  bool operator()(Exposition& out) {
    for (std::size_t lines = 0; metric_ != metrics_.size() && lines < kPiece; ++lines) {
      const Metric<Object>& metric = metrics_[metric_];
      if (object_ == 0) out.family(prefix_ + std::string(metric.name), metric.type, metric.help);
      if (object_ != objects_.size()) line_(out, metric, objects_[object_++]);
      if (object_ != objects_.size()) continue;
      object_ = 0;
      ++metric_;
    }
    return metric_ != metrics_.size();
  }

 private:
  static constexpr std::size_t kPiece = 1000;  // lines: less than a millisecond

  std::string prefix_;
  std::vector<Metric<Object>> metrics_;
  std::vector<Kept> objects_;
  Line line_;
  std::size_t metric_ = 0, object_ = 0;
};

template <typename Object, typename Kept, typename Line>
MetricsBody::Part series(std::string_view prefix, std::vector<Metric<Object>> metrics,
                         std::vector<Kept> objects, Line line) {
  return ObjectSeries<Object, Kept, Line>(prefix, std::move(metrics), std::move(objects),
                                          std::move(line));
}

}  // namespace coney::management
