#pragma once
// How a command ends: the codes of sysexits.h as RabbitMQ's tools use them.

namespace coney::cli {

enum class ExitCode {
  kOk = 0,
  kUsage = 64,         // the command line is wrong, or names what the node does not know
  kDataError = 65,     // what was given does not fit: wrong credentials, no such object
  kNoInput = 66,       // a file cannot be read
  kNoUser = 67,        // no such user
  kUnavailable = 69,   // no node answers, or it refuses, or a check has failed
  kSoftware = 70,      // it is there already, and other failures
  kCannotCreate = 73,  // a file cannot be written
  kTemporary = 75,     // it took too long
  kNoPermission = 77,
  kConfig = 78,  // the configuration is wrong
};

}  // namespace coney::cli
