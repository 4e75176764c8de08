#include "server/apiserver/subresource/node_address.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kNodes{"", "v1", "nodes"};
constexpr int64_t kKubeletPort = 10250;

std::string names(const json::Value& list) {
    std::string out;
    for (const json::Value& c : list.items()) out += (out.empty() ? "" : " ") + c["name"].as_string();
    return out;
}

}  // namespace

Result<std::string> node_base_url(const Reader& reader, const std::string& node) {
    api::ObjectPtr object = reader.get(kNodes, "", node);
    if (!object) return error(Reason::NotFound, "nodes \"{}\" not found", node).with_details({"", "nodes", node, ""});
    return node_base_url(*object);
}

Result<std::string> node_base_url(const api::Object& node) {
    api::TreePtr tree = node.tree();
    const json::Value& status = (*tree)["status"];
    int64_t port = status["daemonEndpoints"]["kubeletEndpoint"]["Port"].as_int();
    if (port <= 0 || port > 65535) port = kKubeletPort;
    for (const char* type : {"InternalIP", "Hostname", "ExternalIP"})
        for (const json::Value& address : status["addresses"].items())
            if (address["type"].as_string() == type && !address["address"].as_string().empty()) {
                const std::string& host = address["address"].as_string();
                return host.find(':') != std::string::npos ? fmt::format("https://[{}]:{}", host, port) : fmt::format("https://{}:{}", host, port);
            }
    return error(Reason::InternalError, "Internal error occurred: no preferred addresses found; known addresses: []");
}

Result<std::string> container_of(const json::Value& pod, const std::string& wanted) {
    const json::Value& spec = pod["spec"];
    const std::string& name = pod["metadata"]["name"].as_string();
    if (wanted.empty()) {
        if (spec["containers"].size() == 1) return spec["containers"][0]["name"].as_string();
        std::string all;
        for (const char* list : {"initContainers", "containers", "ephemeralContainers"})
            if (spec[list].size() > 0) all += (all.empty() ? "" : " ") + names(spec[list]);
        return error(Reason::BadRequest, "a container name must be specified for pod {}, choose one of: [{}]", name, all);
    }
    for (const char* list : {"containers", "initContainers", "ephemeralContainers"})
        for (const json::Value& c : spec[list].items())
            if (c["name"].as_string() == wanted) return wanted;
    return error(Reason::BadRequest, "container {} is not valid for pod {}", wanted, name);
}

}  // namespace skiff::apiserver
