// RemoteCommand: a process in a container over the channels of v5.channel.k8s.io: exec and attach. Blocks until it has ended. One thread.
// Sources: KEP-4006; channels 0 stdin, 1 stdout, 2 stderr, 3 status, 4 resize, 255 close of one.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/kubectl/session.h"

namespace skiff::cli::kubectl {

struct RemoteStreams {
    // Where bytes come from and go to; -1 or empty where there is none.
    int in = -1;
    std::function<bool(std::string_view)> out, err;     // on the io thread; false ends the session
    bool tty = false;                                    // `in` is our terminal, in raw mode meanwhile
    std::string hint = {};                               // told once everything runs, before the first byte
};

// The exit code of the process; other failures are errors (Reason::Unknown or the server's).
Result<int> run_remote(Session& session, const std::string& path, const RemoteStreams& streams);

// All bytes to a descriptor; false when it is closed.
bool write_all(int fd, std::string_view bytes);

}  // namespace skiff::cli::kubectl
