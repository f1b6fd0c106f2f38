#pragma once
// A wrong tree that the check has to find fault with: see tests/CMakeLists.txt.
#include "persistence/store.h"
