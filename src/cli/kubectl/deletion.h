// Deleting an object and waiting until it is gone. One thread.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "cli/kubectl/targets.h"

namespace skiff::cli::kubectl {

struct Deletion {
    std::string cascade = "background";       // background, foreground, orphan
    int64_t grace_period = -1;
    bool dry_run_server = false;
    Duration timeout = std::chrono::hours(168);
};

// The uid of what is being deleted.
Result<std::string> delete_object(Session& session, const Target& target, const Deletion& how);
// Until the object is gone or another has its name; Reason::Unknown "timed out waiting for the condition on pods/web".
Status wait_gone(Session& session, const Target& target, const std::string& uid, Duration timeout);
Status delete_and_wait(Session& session, const Target& target, const Deletion& how);
// "0s", "1m", "30": kubectl's durations.
Result<Duration> read_timeout(const std::string& text);

}  // namespace skiff::cli::kubectl
