#pragma once
#include <boost/asio/io_context.hpp>

#include "persistence/store.h"
