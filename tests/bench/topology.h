#pragma once
// The exchange and queues of a run: declared at the start, removed at the end also when it failed.
// The queue that the command line names (LoadOptions::queue) stays.

#include <string>
#include <vector>

#include "tests/bench/client.h"
#include "tests/bench/options.h"

namespace bench {

// Where publishers send and consumers read.
struct Route {
  std::string exchange;  // empty: the default exchange
  std::vector<std::string> queues;
  std::vector<std::string> routing_keys;  // of a publish
  int copies = 1;                         // queues that one publish reaches
};

class Topology {
 public:
  Topology(const CommonOptions& common, const LoadOptions& load);
  ~Topology();
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;

  const Route& route() const { return route_; }

 private:
  void declare_queues(const LoadOptions& load);
  void declare_exchange(const LoadOptions& load);
  void declare_named(const LoadOptions& load);
  void remove();

  const CommonOptions& common_;
  Client client_;
  Route route_;
  bool queues_stay_ = false;
};

// "coney-bench.<process id>.<what>": runs beside each other do not meet.
std::string name_of(std::string_view what);

// KEY=VALUE each, as the arguments of a method: numbers as integers, all else as text.
std::string encoded_arguments(const std::vector<std::string>& assignments);

// For destructors: removes over a new connection, says on stderr what could not be removed.
void remove_quietly(const CommonOptions& common, const std::string& exchange,
                    const std::vector<std::string>& queues);

}  // namespace bench
