// What `skiff why` looks at and what it says. Pure values; one thread.
#pragma once

#include <map>
#include <span>
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
    std::map<std::string, std::string> last_words;     // by "pod/container": the last line of its previous or only log

    const std::vector<json::Value>& list(const std::string& resource) const;
    // Null when absent.
    const json::Value& find(const std::string& resource, const std::string& ns, const std::string& name) const;
    // The newest event about the object with one of these reasons; null without.
    const json::Value& event(const std::string& kind, const std::string& ns, const std::string& name, const std::vector<std::string>& reasons) const;
};

// What a message of the cluster means: a row of a table. The first row wins that has one of its parts ("a|b") in the message. In cause and
// help % stands for the subject, and & for the message itself.
struct Meaning {
    const char* parts;
    const char* cause;
    const char* help;
};
const Meaning* meaning_of(std::span<const Meaning> table, const std::string& message);
Finding say(const Meaning& meaning, const std::string& subject, const std::string& message);

const json::Value& condition(const json::Value& object, std::string_view type);
bool contains(const std::string& text, std::string_view part);
const std::string& name_of(const json::Value& object);
const std::string& ns_of(const json::Value& object);

Findings why_pod(const World& world, const std::string& ns, const std::string& name);
Findings why_workload(const World& world, const std::string& resource, const std::string& ns, const std::string& name);
Findings why_service(const World& world, const std::string& ns, const std::string& name);
Findings why_claim(const World& world, const std::string& ns, const std::string& name);
Findings why_node(const World& world, const std::string& name);
Findings why_job(const World& world, const std::string& ns, const std::string& name);
Findings why_cron_job(const World& world, const std::string& ns, const std::string& name);
Findings why_ingress(const World& world, const std::string& ns, const std::string& name);
Findings why_namespace(const World& world, const std::string& name);
Findings why_autoscaler(const World& world, const std::string& ns, const std::string& name);
Findings why_budget(const World& world, const std::string& ns, const std::string& name);

// Parts of why_pod.
void judge_schedule(const World& world, const json::Value& pod, Findings& findings);
void judge_containers(const World& world, const json::Value& pod, Findings& findings);
// Parts of why_workload and why_job.
bool owned_by(const json::Value& object, const json::Value& owner);
Finding judge_creation(const std::string& kind, const std::string& name, const std::string& message);
// What keeps an object that is being deleted; false when it is not.
bool judge_going(const json::Value& object, Findings& findings);
// The budget that lets no more of its pods be evicted now; null without.
const json::Value& blocking_budget(const World& world, const json::Value& pod);
bool selects(const json::Value& selector, const json::Value& labels);      // matchLabels and matchExpressions

}  // namespace skiff::cli::why
