#include "tests/crash/witness.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace coney::crash {
namespace {

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT}) sigaddset(&set, signal);
  return set;
}

void allow_core() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_CORE, &limit);
}

std::string name_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/comm", process));
  std::string name;
  std::getline(file, name);
  return name.empty() ? "gone" : name;
}

void say(const std::string& what) {
  fmt::print("{}\n", what);
  std::fflush(stdout);
}

int report(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const int signal = WTERMSIG(status);
  say(fmt::format("the test itself was ended by signal {} ({}){}", signal, ::strsignal(signal),
                  WCOREDUMP(status) ? ", a core file was written" : ""));
  return 128 + signal;
}

int await_end(pid_t child, const sigset_t& awaited) {
  for (;;) {
    siginfo_t info;
    if (::sigwaitinfo(&awaited, &info) < 0) continue;
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child) return report(status);
    if (info.si_signo == SIGCHLD) continue;
    say(fmt::format("signal {} ({}) from process {} ({})", info.si_signo,
                    ::strsignal(info.si_signo), info.si_pid, name_of(info.si_pid)));
    ::kill(child, info.si_signo);
  }
}

}  // namespace

int witnessed(const std::function<int()>& run) {
  const sigset_t awaited = awaited_signals();
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &awaited, &before);
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) return ::perror("fork"), 1;
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    allow_core();
    ::exit(run());
  }
  const int code = await_end(child, awaited);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return code;
}

}  // namespace coney::crash
