#pragma once
// Latency at a fixed rate. Each message has a time at which it is due; latency counts from then,
// whether or not it could be sent in time, so a stall of the broker is not hidden by the
// publisher's waiting (no coordinated omission).

#include "tests/bench/options.h"
#include "tests/bench/report.h"

namespace bench {

// REQUIRES: load.rate > 0 and load.body_size >= 8 (the due time travels in the body).
Report run_latency(const CommonOptions& common, const LoadOptions& load);

}  // namespace bench
