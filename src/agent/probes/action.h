// Action: what a probe or a lifecycle hook does, with ports and addresses resolved. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::agent::probes {

struct Action {
    enum class Type { Exec, Http, Tcp, Grpc, Sleep, None };
    Type type = Type::None;
    std::vector<std::string> command;                            // Exec
    std::string scheme, host, path;                              // Http; host also of Tcp and Grpc: an IP address or a name
    uint16_t port = 0;
    std::vector<std::pair<std::string, std::string>> headers;    // Http
    std::string service;                                         // Grpc
    int64_t sleep_s = 0;
};

// handler: a Probe or LifecycleHandler. Named ports are those of the container.
Result<Action> parse_action(const json::Value& handler, const json::Value& container, const std::string& pod_ip);
std::string host_port(const std::string& host, uint16_t port);   // [::1]:80

}  // namespace skiff::agent::probes
