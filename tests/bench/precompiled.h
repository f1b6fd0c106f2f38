#pragma once
// What most files of the clients that measure and of those that kill the broker use.
#include <fmt/format.h>

#include <algorithm>
#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "amqp/methods.h"
#include "tests/bench/client.h"
#include "tests/bench/failure.h"
