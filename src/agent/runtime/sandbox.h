// Sandbox: a pod's namespaces, pinned by bind mounts so that no process is needed to keep them. Only where containers share a PID namespace a
// tiny init stays (`skiff pause`), because a PID namespace dies with its first process.
#pragma once

#include <string>

#include "agent/runtime/runtime.h"
#include "base/status.h"
#include "json/value.h"

namespace skiff::agent::runtime {

// Makes <dir>/ns/{net,uts,ipc,pid} as the spec asks. On failure nothing is left.
Status pin_namespaces(const std::string& dir, const SandboxSpec& spec, const std::string& self_exe);
// Takes them down; what is not there is no error.
Status unpin_namespaces(const std::string& dir);

json::Value sandbox_to_json(const SandboxSpec& spec);
SandboxSpec sandbox_from_json(const json::Value& tree);

}  // namespace skiff::agent::runtime
