// Sessions: an exec (a `runc exec` of ours, with pipes or a terminal) and an attach (descriptors handed to the monitor).
#pragma once

#include <memory>
#include <string>

#include "agent/runtime/runtime.h"

namespace skiff::agent::runtime {

struct ExecPaths {
    std::string runc, runc_root, work_dir;     // work_dir: a folder of its own for process.json and the console socket
    std::string process_json;
};
Result<std::unique_ptr<Session>> start_exec(const ExecSpec& spec, const ExecPaths& paths);
// dir: the container's state folder with the monitor's socket.
Result<std::unique_ptr<Session>> start_attach(const std::string& dir, bool tty, bool has_stdin);

}  // namespace skiff::agent::runtime
