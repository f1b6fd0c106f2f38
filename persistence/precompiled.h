#pragma once
// What most files of the persistence use.
#include <algorithm>
#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "persistence/message_facts.h"
#include "persistence/storage_error.h"
