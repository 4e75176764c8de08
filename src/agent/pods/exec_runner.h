// ExecRunner: runs a command in a container and collects its output and exit code without a thread that waits: probes and lifecycle hooks.
// done is called once on the poller's, a timer's or a pool's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/probes/runner.h"
#include "agent/runtime/runtime.h"
#include "agent/sys/poller.h"
#include "agent/sys/timers.h"
#include "base/thread_pool.h"

namespace skiff::agent::pods {

class ExecRunner {
public:
    // pool: where the blocking start and reaping of the command happen.
    ExecRunner(runtime::Runtime& runtime, sys::Poller& poller, sys::Timers& timers, ThreadPool& pool)
        : runtime_(runtime), poller_(poller), timers_(timers), pool_(pool) {}
    void run(const std::string& container_id, const std::vector<std::string>& command, Duration timeout, std::function<void(probes::ExecResult)> done);

private:
    struct Call;
    runtime::Runtime& runtime_;
    sys::Poller& poller_;
    sys::Timers& timers_;
    ThreadPool& pool_;
};

}  // namespace skiff::agent::pods
