// Processes: start a program, wait for it through a pidfd, collect its output within bounds.
//
// Only the descriptors named in Spawn::fds reach the child; 0, 1 and 2 are /dev/null unless
// named. The child starts with default signal handlers and an empty signal mask. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/status.h"

namespace skiff::process {

struct Exit {
    int code = 0;     // 128 + signal when a signal ended it, as a shell says it
    int signal = 0;
};

// One running child. The destructor kills and reaps it.
class Child {
public:
    Child() = default;
    Child(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
    Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)), pidfd_(std::move(other.pidfd_)) {}
    Child& operator=(Child&& other) noexcept;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    pid_t pid() const { return pid_; }
    int pidfd() const { return pidfd_.get(); }   // readable once it has ended
    void kill(int signal) const;
    // Timeout when it still runs after timeout_ms (-1 waits for ever). Reaps: call it until it succeeds, once.
    Result<Exit> wait(int64_t timeout_ms = -1);
    // Gives the child up: neither killed nor reaped here.
    pid_t release() { return std::exchange(pid_, 0); }

private:
    void end();
    pid_t pid_ = 0;
    Fd pidfd_;
};

struct Spawn {
    std::string path;                                 // of the executable; "" means args[0]; without a slash it is looked up in PATH
    std::vector<std::string> args;                     // args[0] is the name
    std::optional<std::vector<std::string>> env;       // K=V; inherited when not given
    std::string working_dir;
    std::vector<std::pair<int, int>> fds;              // {ours, number in the child}
    std::string terminal;                              // path of a tty that becomes 0, 1, 2 and the controlling terminal
    bool new_session = false;                          // setsid; implied by terminal
};

Result<Child> spawn(const Spawn& what);

struct Bounds {
    int64_t timeout_ms = 30'000;
    size_t output_bytes_max = 1 << 20;                 // of out and err each; what is over is dropped
};
struct Output {
    Exit exit;
    std::string out, err;
};
// Runs to the end with stdin `in`. Timeout kills it. A non-zero exit is no error here.
Result<Output> run(Spawn what, const Bounds& bounds = {}, std::string_view in = {});

// The absolute path of a program in PATH (or path itself when it has a slash); NotFound.
Result<std::string> find_program(const std::string& name);

}  // namespace skiff::process
