#include "agent/volumes/downward.h"

#include <fmt/core.h>

#include <algorithm>

#include "agent/sys/units.h"
#include "base/strings.h"

namespace skiff::agent::volumes {

namespace {

// A Go %q of a label value: quotes and backslashes escaped, control characters as escapes.
std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\', out += c;
        else if (c == '\n') out += "\\n";
        else if (c == '\t') out += "\\t";
        else if (c == '\r') out += "\\r";
        else if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else out += c;
    }
    return out + "\"";
}

// key="value" lines, sorted by key.
std::string map_lines(const json::Value& map) {
    std::vector<std::string> lines;
    for (const auto& [key, value] : map.members()) lines.push_back(key + "=" + quoted(value.as_string()));
    std::sort(lines.begin(), lines.end());
    return join(lines, "\n");
}

const json::Value* find_container(const json::Value& pod, const std::string& name) {
    for (const char* list : {"containers", "initContainers"})
        for (const auto& container : pod["spec"][list].items())
            if (container["name"].as_string() == name) return &container;
    return nullptr;
}

std::string divided(int64_t value, int64_t divisor) {
    if (divisor <= 0) divisor = 1;
    return std::to_string((value + divisor - 1) / divisor);
}

}  // namespace

Result<std::string> field_value(const json::Value& pod, const std::string& path, const DownwardFacts& facts) {
    const json::Value& meta = pod["metadata"];
    if (path == "metadata.name") return meta["name"].as_string();
    if (path == "metadata.namespace") return meta["namespace"].as_string();
    if (path == "metadata.uid") return meta["uid"].as_string();
    if (path == "metadata.labels") return map_lines(meta["labels"]);
    if (path == "metadata.annotations") return map_lines(meta["annotations"]);
    if (path == "spec.nodeName") return pod["spec"]["nodeName"].as_string();
    if (path == "spec.serviceAccountName") return pod["spec"]["serviceAccountName"].as_string();
    if (path == "status.hostIP") return facts.host_ips.empty() ? std::string() : facts.host_ips.front();
    if (path == "status.hostIPs") return join(facts.host_ips, ",");
    if (path == "status.podIP") return facts.pod_ips.empty() ? std::string() : facts.pod_ips.front();
    if (path == "status.podIPs") return join(facts.pod_ips, ",");
    for (const char* map : {"labels", "annotations"}) {
        const std::string prefix = fmt::format("metadata.{}['", map);
        if (path.rfind(prefix, 0) == 0 && path.size() >= prefix.size() + 2 && path.substr(path.size() - 2) == "']")
            return meta[map][path.substr(prefix.size(), path.size() - prefix.size() - 2)].as_string();
    }
    return error(Reason::BadRequest, "unsupported fieldPath: {}", path);
}

Result<std::string> resource_value(const json::Value& pod, const json::Value& ref, const std::string& container_name, const DownwardFacts& facts) {
    const std::string& named = ref["containerName"].as_string();
    const json::Value* container = find_container(pod, named.empty() ? container_name : named);
    if (!container) return error(Reason::BadRequest, "container {} not found", named.empty() ? container_name : named);
    const std::string& resource = ref["resource"].as_string();
    const size_t dot = resource.find('.');
    const std::string list = resource.substr(0, dot), name = dot == std::string::npos ? "" : resource.substr(dot + 1);
    const bool hugepages = name.rfind("hugepages-", 0) == 0;
    if ((list != "limits" && list != "requests") || (name != "cpu" && name != "memory" && name != "ephemeral-storage" && !hugepages))
        return error(Reason::BadRequest, "unsupported container resource : {}", resource);
    std::string text = (*container)["resources"][list][name].as_string();
    // Without a limit of its own a container may use what the pod as a whole may, and then what the node has.
    if (text.empty() && list == "limits") text = pod["spec"]["resources"]["limits"][name].as_string();
    const std::string divisor_text = ref["divisor"].as_string().empty() || ref["divisor"].as_string() == "0" ? "1" : ref["divisor"].as_string();
    if (name == "cpu") {
        int64_t milli = sys::quantity_milli(text).value_or(0);
        if (milli == 0 && list == "limits") milli = facts.allocatable_cpu_milli;
        return divided(milli, sys::quantity_milli(divisor_text).value_or(1000));
    }
    int64_t value = sys::quantity_value(text).value_or(0);
    if (value == 0 && list == "limits") value = name == "memory" ? facts.allocatable_memory_bytes : hugepages ? 0 : facts.allocatable_ephemeral_bytes;
    return divided(value, sys::quantity_value(divisor_text).value_or(1));
}

}  // namespace skiff::agent::volumes
