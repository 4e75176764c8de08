// Runner: does one Action and says how it went. Asynchronous: nothing waits on a thread. done is called once, on an io, poller or timer
// thread, and must be short.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/probes/action.h"
#include "agent/sys/timers.h"
#include "base/clock.h"
#include "net/http_client.h"
#include "net/io_threads.h"

namespace skiff::agent::probes {

enum class Outcome { Success, Failure, Unknown };   // Unknown: could not be tried; does not count
struct Verdict {
    Outcome outcome = Outcome::Unknown;
    std::string message;
    bool warning = false;          // a success with something to say
};

struct ExecResult {
    Status status;                 // could not be run at all
    int exit_code = 0;
    bool timed_out = false;
    std::string output;            // bounded
};

class Runner {
public:
    using Exec = std::function<void(const std::string& container_id, const std::vector<std::string>& command, Duration timeout, std::function<void(ExecResult)> done)>;
    virtual ~Runner() = default;
    virtual void run(const Action& action, const std::string& container_id, Duration timeout, std::function<void(Verdict)> done) = 0;
    static std::shared_ptr<Runner> create(net::IoThreads& io, sys::Timers& timers, Exec exec);
};

}  // namespace skiff::agent::probes
