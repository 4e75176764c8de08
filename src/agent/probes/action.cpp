#include "agent/probes/action.h"

#include <fmt/core.h>

namespace skiff::agent::probes {

namespace {

Result<uint16_t> resolve_port(const json::Value& port, const json::Value& container) {
    if (port.is_int() && port.as_int() > 0 && port.as_int() < 65536) return static_cast<uint16_t>(port.as_int());
    for (const auto& declared : container["ports"].items())
        if (port.is_string() && declared["name"].as_string() == port.as_string()) return static_cast<uint16_t>(declared["containerPort"].as_int());
    return error(Reason::BadRequest, "couldn't find port: {} in container {}", port.is_string() ? port.as_string() : std::to_string(port.as_int()),
                 container["name"].as_string());
}

}  // namespace

std::string host_port(const std::string& host, uint16_t port) {
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

Result<Action> parse_action(const json::Value& handler, const json::Value& container, const std::string& pod_ip) {
    Action action;
    if (const json::Value& exec = handler["exec"]; exec.is_object()) {
        action.type = Action::Type::Exec;
        for (const auto& word : exec["command"].items()) action.command.push_back(word.as_string());
    } else if (const json::Value& http = handler["httpGet"]; http.is_object()) {
        action.type = Action::Type::Http;
        action.scheme = http["scheme"].as_string() == "HTTPS" ? "https" : "http";
        action.host = http["host"].as_string().empty() ? pod_ip : http["host"].as_string();
        action.port = TRY(resolve_port(http["port"], container));
        action.path = http["path"].as_string();
        if (action.path.empty() || action.path[0] != '/') action.path = "/" + action.path;
        for (const auto& header : http["httpHeaders"].items()) action.headers.emplace_back(header["name"].as_string(), header["value"].as_string());
    } else if (const json::Value& tcp = handler["tcpSocket"]; tcp.is_object()) {
        action.type = Action::Type::Tcp;
        action.host = tcp["host"].as_string().empty() ? pod_ip : tcp["host"].as_string();
        action.port = TRY(resolve_port(tcp["port"], container));
    } else if (const json::Value& grpc = handler["grpc"]; grpc.is_object()) {
        action.type = Action::Type::Grpc;
        action.host = pod_ip;
        action.port = TRY(resolve_port(grpc["port"], container));
        action.service = grpc["service"].as_string();
    } else if (const json::Value& sleep = handler["sleep"]; sleep.is_object()) {
        action.type = Action::Type::Sleep;
        action.sleep_s = sleep["seconds"].as_int();
    }
    return action;
}

}  // namespace skiff::agent::probes
