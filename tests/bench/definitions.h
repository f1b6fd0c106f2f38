#pragma once
// How long many queues or bindings take to declare, what they weigh, and what a publish through
// many bindings costs.

#include "tests/bench/options.h"
#include "tests/bench/report.h"

namespace bench {

// coney-bench queues
Report run_queues(const CommonOptions& common, const QueuesOptions& queues);
// coney-bench bindings: `load` says how the publishes through them are made.
Report run_bindings(const CommonOptions& common, const BindingsOptions& bindings,
                    const LoadOptions& load);

}  // namespace bench
