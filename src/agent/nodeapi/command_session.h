// CommandSession: joins a process (exec) or a container's stdio (attach) with the client's channels until one of them ends.
#pragma once

#include <functional>
#include <memory>

#include "agent/nodeapi/command_channels.h"
#include "agent/runtime/runtime.h"
#include "base/thread_pool.h"

namespace skiff::agent::nodeapi {

// Takes over both; runs on the poller's thread and frees itself at the end. pool: where waiting for the exit code and hanging up happen.
void join_command(std::unique_ptr<runtime::Session> session, std::shared_ptr<CommandChannels> channels, sys::Poller& poller, ThreadPool& pool);

// The metav1.Status of a command's end: Success, or NonZeroExitCode with the cause ExitCode. Pure.
json::Value exit_status(int exit_code);
json::Value failure_status(const Status& status);

}  // namespace skiff::agent::nodeapi
