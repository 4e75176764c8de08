#include "cli/kubectl/pod_choice.h"

#include <algorithm>

#include "base/strings.h"
#include "cli/kubectl/watch_stream.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

bool pod_ready(const json::Value& pod) {
    for (const auto& condition : pod["status"]["conditions"].items())
        if (condition["type"].as_string() == "Ready") return condition["status"].as_string() == "True";
    return false;
}

Result<std::string> pods_selector(const json::Value& object) {
    const auto& selector = object["spec"]["selector"];
    std::vector<std::string> terms;
    const auto& labels = selector["matchLabels"].is_object() || selector["matchExpressions"].is_array() ? selector["matchLabels"] : selector;
    for (const auto& label : labels.members()) terms.push_back(label.key + "=" + label.value.as_string());
    for (const auto& expression : selector["matchExpressions"].items()) {
        const auto& op = expression["operator"].as_string();
        const auto& key = expression["key"].as_string();
        std::vector<std::string> values;
        for (const auto& value : expression["values"].items()) values.push_back(value.as_string());
        if (op == "In") terms.push_back(key + " in (" + join(values, ",") + ")");
        if (op == "NotIn") terms.push_back(key + " notin (" + join(values, ",") + ")");
        if (op == "Exists") terms.push_back(key);
        if (op == "DoesNotExist") terms.push_back("!" + key);
    }
    const auto& kind = object["kind"].as_string();
    if (terms.empty() && kind == "Service") return local_error("invalid service '{}': Service is defined without a selector", object["metadata"]["name"].as_string());
    if (terms.empty()) return local_error("cannot find pods of a {}: it has no selector", kind);
    return join(terms, ",");
}

namespace {

int64_t restarts(const json::Value& pod) {
    int64_t most = 0;
    for (const auto& status : pod["status"]["containerStatuses"].items()) most = std::max(most, status["restartCount"].as_int());
    return most;
}

int phase_rank(const json::Value& pod) {
    const auto& phase = pod["status"]["phase"].as_string();
    return phase == "Pending" ? 0 : phase == "Unknown" ? 1 : 2;
}

// The better pod comes first: assigned, running, not about to go, ready, older, with fewer restarts.
bool better(const json::Value& a, const json::Value& b, Preference preference) {
    const auto assigned = [](const json::Value& pod) { return !pod["spec"]["nodeName"].as_string().empty(); };
    if (assigned(a) != assigned(b)) return assigned(a);
    if (phase_rank(a) != phase_rank(b)) return phase_rank(a) > phase_rank(b);
    const auto leaving = [](const json::Value& pod) { return !pod["metadata"]["deletionTimestamp"].as_string().empty(); };
    if (leaving(a) != leaving(b)) return leaving(b);
    if (pod_ready(a) != pod_ready(b)) return pod_ready(a);
    if (restarts(a) != restarts(b)) return preference == Preference::Logging ? restarts(a) > restarts(b) : restarts(a) < restarts(b);
    return a["metadata"]["creationTimestamp"].as_string() < b["metadata"]["creationTimestamp"].as_string();
}

bool settled(const json::Value& pod) {
    const auto& phase = pod["status"]["phase"].as_string();
    return phase == "Running" || phase == "Succeeded" || phase == "Failed";
}

}  // namespace

Result<std::vector<json::Value>> all_pods(Session& session, const Target& target) {
    const auto object = TRY(session.get(api_path(target.resource.gvr, target.ns, target.name)));
    if (target.resource.kind == "Pod") return std::vector<json::Value>{object};
    Selection selection;
    selection.selector = TRY(pods_selector(object));
    Resource pods;
    pods.gvr = {"", "v1", "pods"};
    pods.kind = "Pod";
    auto list = TRY(list_objects(session, pods, target.ns, selection));
    return std::vector<json::Value>(list["items"].items());
}

Result<json::Value> choose_pod(Call& call, const Target& target, Preference preference, Duration timeout) {
    auto& session = *TRY(call.session());
    if (target.resource.kind == "Pod") return session.get(api_path(target.resource.gvr, target.ns, target.name));
    const auto deadline = Clock::system().elapsed() + timeout;
    for (;;) {
        auto pods = TRY(all_pods(session, target));
        std::sort(pods.begin(), pods.end(), [&](const json::Value& a, const json::Value& b) { return better(a, b, preference); });
        if (!pods.empty() && (timeout == Duration(0) || settled(pods[0]))) {
            if (pods.size() > 1 && preference == Preference::Logging)
                print_error(fmt::format("Found {} pods, using pod/{}\n", pods.size(), pods[0]["metadata"]["name"].as_string()));
            return pods[0];
        }
        const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline - Clock::system().elapsed()).count();
        if (left <= 0) return local_error("timed out waiting for the condition");
        // Any change of a pod is a reason to look again.
        net::Query query;
        query.add("timeoutSeconds", std::to_string(left));
        bool changed = false;
        TRY(watch_events(session, api_path({"", "v1", "pods"}, target.ns, "", "", query), "application/json", [&](const std::string& type, const json::Value& pod) {
            changed = type != "BOOKMARK" && settled(pod);
            return !changed;
        }));
    }
}

std::string container_names(const json::Value& pod) {
    std::vector<std::string> names;
    for (const auto& container : pod["spec"]["containers"].items()) names.push_back(container["name"].as_string());
    for (const auto& container : pod["spec"]["ephemeralContainers"].items()) names.push_back(container["name"].as_string() + " (ephem)");
    for (const auto& container : pod["spec"]["initContainers"].items()) names.push_back(container["name"].as_string() + " (init)");
    return join(names, ", ");
}

Result<std::string> choose_container(const json::Value& pod, const std::string& named, bool quiet) {
    const auto known = [&](const std::string& name) {
        for (const char* list : {"containers", "initContainers", "ephemeralContainers"})
            for (const auto& container : pod["spec"][list].items())
                if (container["name"].as_string() == name) return true;
        return false;
    };
    const auto& pod_name = pod["metadata"]["name"].as_string();
    if (!named.empty()) {
        if (!known(named)) return local_error("container {} is not valid for pod {}", named, pod_name);
        return named;
    }
    const auto& annotated = pod["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"].as_string();
    if (!annotated.empty() && known(annotated)) return annotated;
    if (!annotated.empty()) print_error(fmt::format("Default container name \"{}\" not found in pod {}\n", annotated, pod_name));
    const auto& spec = pod["spec"];
    const auto first = spec["containers"][0]["name"].as_string();
    if (!quiet && spec["containers"].size() + spec["initContainers"].size() + spec["ephemeralContainers"].size() > 1)
        print_error(fmt::format("Defaulted container \"{}\" out of: {}\n", first, container_names(pod)));
    return first;
}

}  // namespace skiff::cli::kubectl
