#include "api/kinds/port_warnings.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text_map.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr size_t kPairsMax = 100'000;

struct Port {
    const Value* value;
    std::string_view list;       // of containers
    size_t container, index;
    int64_t number, host;
    std::string_view protocol, ip;

    std::string text(const FieldPath& path) const { return path.child(list).index(container).child("ports").index(index).text(); }
};

std::vector<Port> ports_of(const Value& spec) {
    std::vector<Port> all;
    for (std::string_view list : {"initContainers", "containers", "ephemeralContainers"}) {
        const Value& containers = spec[list];
        for (size_t c = 0; c < containers.size(); ++c) {
            const json::Array& ports = containers[c]["ports"].items();
            for (size_t i = 0; i < ports.size(); ++i)
                all.push_back({&ports[i], list, c, i, ports[i]["containerPort"].as_int(), ports[i]["hostPort"].as_int(), ports[i]["protocol"].as_string(),
                               ports[i]["hostIP"].as_string()});
        }
    }
    return all;
}

const char* complaint(const Port& now, const Port& other) {
    if (now.ip == other.ip && now.host == other.host) return "duplicate";
    if (now.host == 0 || other.host == 0) return "overlapping";
    return now.host == other.host && now.ip.empty() != other.ip.empty() ? "dangerously ambiguous" : nullptr;
}

// By number and protocol, so that those that may meet are neighbours; what is found is told in the order of the ports.
void warn_of_meetings(const std::vector<Port>& all, const FieldPath& path, std::vector<std::string>& out) {
    std::vector<const Port*> order;
    order.reserve(all.size());
    for (const Port& port : all) order.push_back(&port);
    std::sort(order.begin(), order.end(), [](const Port* a, const Port* b) {
        if (a->number != b->number) return a->number < b->number;
        const int protocols = a->protocol.compare(b->protocol);
        return protocols != 0 ? protocols < 0 : a < b;
    });
    std::vector<std::pair<const Port*, std::string>> found;
    size_t pairs = 0;
    for (size_t first = 0, i = 0; i < order.size(); ++i) {
        const Port& now = *order[i];
        if (now.number != order[first]->number || now.protocol != order[first]->protocol) first = i;
        if (!now.ip.empty() && now.host == 0)
            found.emplace_back(&now, fmt::format("{}: hostIP set without hostPort: {{Name:{} HostPort:0 ContainerPort:{} Protocol:{} HostIP:{}}}", now.text(path),
                                                 (*now.value)["name"].as_string(), now.number, now.protocol, now.ip));
        for (size_t o = first; o < i && found.size() < kWarningsMax && pairs < kPairsMax; ++o, ++pairs)
            if (const char* what = complaint(now, *order[o]))
                found.emplace_back(&now, fmt::format("{}: {} port definition with {}", now.text(path), what, order[o]->text(path)));
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [port, text] : found) out.push_back(std::move(text));
}

}  // namespace

void warn_of_ports(const Value& spec, const FieldPath& path, std::vector<std::string>& out) {
    const std::vector<Port> all = ports_of(spec);
    warn_of_meetings(all, path, out);
    TextViewMap<const Port*> named;
    for (const Port& port : all) {
        const std::string& name = (*port.value)["name"].as_string();
        if (name.empty() || out.size() >= kWarningsMax) continue;
        auto [first, added] = named.emplace(name, &port);
        if (added) continue;
        const std::string other = first->second->text(path);
        out.push_back(fmt::format("{}: duplicate port name \"{}\" with {}, services and probes that select ports by name will use {}", port.text(path), name, other, other));
    }
}

}  // namespace skiff::api::kinds
