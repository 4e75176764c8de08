// Which pod and which container a verb means: POD, TYPE/NAME of something that has pods, annotations and defaults. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/kubectl/targets.h"

namespace skiff::cli::kubectl {

// The label selector of what owns pods (Deployment, Service, Job, ...): "a=b,c in (d)". Reason::Unknown for other kinds.
Result<std::string> pods_selector(const json::Value& object);
// The pod itself, or the best one of what owns pods; waits for one to run until timeout (0: takes what there is).
enum class Preference { Active, Logging };
Result<json::Value> choose_pod(Call& call, const Target& target, Preference preference, Duration timeout);
// Every pod of it.
Result<std::vector<json::Value>> all_pods(Session& session, const Target& target);
// The container to use: named, the annotated one, or the first (told on stderr unless quiet). NotFound-like error of kubectl.
Result<std::string> choose_container(const json::Value& pod, const std::string& named, bool quiet = false);
// "a, b, c (init), d (ephem)"
std::string container_names(const json::Value& pod);
bool pod_ready(const json::Value& pod);

}  // namespace skiff::cli::kubectl
