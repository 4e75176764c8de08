// What `skiff why` looks at and what it says. Pure values; one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/selector.h"
#include "base/clock.h"
#include "json/value.h"

namespace skiff::cli::why {

// cause: one sentence; help: the command that helps, or what to do. Findings are ordered, the root cause first.
struct Finding {
    std::string cause, help;
};
using Findings = std::vector<Finding>;

// The objects that were read, by plural resource name ("pods"). Cluster-scoped ones have no namespace.
struct World {
    std::map<std::string, std::vector<json::Value>> objects;
    WallTime now{};

    const std::vector<json::Value>& list(const std::string& resource) const;
    // Null when absent.
    const json::Value& find(const std::string& resource, const std::string& ns, const std::string& name) const;
    // The newest event about the object with one of these reasons; null without.
    const json::Value& event(const std::string& kind, const std::string& ns, const std::string& name, const std::vector<std::string>& reasons) const;
};

const json::Value& condition(const json::Value& object, std::string_view type);
bool contains(const std::string& text, std::string_view part);
const std::string& name_of(const json::Value& object);
const std::string& ns_of(const json::Value& object);

Findings why_pod(const World& world, const std::string& ns, const std::string& name);
Findings why_workload(const World& world, const std::string& resource, const std::string& ns, const std::string& name);
Findings why_service(const World& world, const std::string& ns, const std::string& name);
Findings why_claim(const World& world, const std::string& ns, const std::string& name);
Findings why_node(const World& world, const std::string& name);

// Parts of why_pod.
void judge_schedule(const World& world, const json::Value& pod, Findings& findings);
void judge_containers(const World& world, const json::Value& pod, Findings& findings);

}  // namespace skiff::cli::why
