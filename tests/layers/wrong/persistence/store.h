#pragma once
#include "amqp/absent.h"
#include "persistence/loop.h"
