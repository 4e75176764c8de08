#include <algorithm>
#include <set>

#include "api/timestamp.h"
#include "base/encoding.h"
#include "base/file.h"
#include "json/yaml.h"
#include "server/scheduler/configuration.h"
#include "server/scheduler/filter.h"
#include "server/scheduler/score.h"

namespace skiff::scheduler {

namespace {

constexpr size_t kProfilesMax = 50, kExtendersMax = 20;

Status wrong(const std::string& field, const std::string& why) { return error(Reason::Invalid, "KubeSchedulerConfiguration: {}: {}", field, why); }

Result<int64_t> number(const json::Value& holder, const char* key, int64_t otherwise, int64_t least, int64_t most, const std::string& field) {
    const auto& value = holder[key];
    if (value.is_null()) return otherwise;
    const int64_t n = value.as_int(least - 1);
    if (n < least || n > most) return wrong(field + "." + key, fmt::format("must be within {}-{}", least, most));
    return n;
}

Result<Duration> duration(const json::Value& value, Duration otherwise, const std::string& field) {
    if (value.is_null()) return otherwise;
    auto parsed = api::parse_duration(value.as_string());
    if (!parsed.ok() || *parsed <= Duration(0)) return wrong(field, "must be a duration like 5s");
    return std::chrono::duration_cast<Duration>(*parsed);
}

// Which plugins run at one extension point: those of multiPoint, less and more what the point itself says.
class Enabled {
public:
    explicit Enabled(const json::Value& plugins) : plugins_(plugins) {}
    // -1: not enabled; 0: without a weight of its own.
    int64_t weight(std::string_view plugin, const char* point) const {
        if (auto own = listed(plugins_[point]["enabled"], plugin); own >= 0) return own;
        if (disabled(plugins_[point], plugin)) return -1;
        if (auto multi = listed(plugins_["multiPoint"]["enabled"], plugin); multi >= 0) return multi;
        return disabled(plugins_["multiPoint"], plugin) ? -1 : kByDefault;
    }
    bool has(std::string_view plugin, const char* point) const { return weight(plugin, point) >= 0; }
    static constexpr int64_t kByDefault = INT64_MAX;

private:
    static int64_t listed(const json::Value& list, std::string_view plugin) {
        for (const auto& item : list.items())
            if (item["name"].as_string() == plugin) return std::max<int64_t>(item["weight"].as_int(), 0);
        return -1;
    }
    static bool disabled(const json::Value& point, std::string_view plugin) {
        return std::any_of(point["disabled"].items().begin(), point["disabled"].items().end(),
                           [&](const json::Value& item) { return item["name"].as_string() == plugin || item["name"].as_string() == "*"; });
    }
    const json::Value& plugins_;
};

bool known_plugin(const std::string& name) {
    static const std::set<std::string> kOthers{"PrioritySort", "DefaultBinder", "DefaultPreemption", "SchedulingGates", "DynamicResources", "NodeVolumeLimits",
                                               "VolumeZone", "NodeResourcesBalancedAllocation", "ImageLocality"};
    auto named = [&](const auto& item) { return item.name == name; };
    return name == "*" || kOthers.count(name) || std::any_of(filters().begin(), filters().end(), named) || std::any_of(scores().begin(), scores().end(), named);
}

Status choose_plugins(const json::Value& plugins, const std::string& field, Profile& profile) {
    for (const auto& [point, lists] : plugins.members())
        for (const char* list : {"enabled", "disabled"})
            for (const auto& item : lists[list].items())
                if (!known_plugin(item["name"].as_string()))
                    return wrong(fmt::format("{}.plugins.{}.{}", field, point, list), fmt::format("plugin \"{}\" does not exist", item["name"].as_string()));
    const Enabled enabled(plugins);
    profile.filters.clear();
    profile.scores.clear();
    for (const auto& filter : filters())
        if (enabled.has(filter.name, "filter")) profile.filters.push_back(&filter);
    for (const auto& score : scores()) {
        const int64_t weight = enabled.weight(score.name, "score");
        if (weight >= 0) profile.scores.push_back({&score, weight == Enabled::kByDefault ? score.weight : std::max<int64_t>(weight, 1)});
    }
    profile.preempts = enabled.has("DefaultPreemption", "postFilter");
    profile.gates = enabled.has("SchedulingGates", "preEnqueue");
    return {};
}

Result<std::vector<ResourceWeight>> resources(const json::Value& list, const std::string& field) {
    std::vector<ResourceWeight> out;
    for (const auto& item : list.items()) {
        if (item["name"].as_string().empty()) return wrong(field, "a resource needs a name");
        out.push_back({item["name"].as_string(), TRY(number(item, "weight", 1, 1, 100, field))});
    }
    return out;
}

Status read_fit(const json::Value& args, const std::string& field, Profile& profile) {
    for (const auto& name : args["ignoredResources"].items()) profile.ignored_resources.insert(name.as_string());
    for (const auto& name : args["ignoredResourceGroups"].items()) profile.ignored_resource_groups.insert(name.as_string());
    const auto& strategy = args["scoringStrategy"];
    if (!strategy.is_object()) return {};
    const auto& type = strategy["type"].as_string();
    if (type == "MostAllocated") profile.fit = FitStrategy::MostAllocated;
    else if (type == "RequestedToCapacityRatio") profile.fit = FitStrategy::RequestedToCapacityRatio;
    else if (!type.empty() && type != "LeastAllocated") return wrong(field + ".scoringStrategy.type", "known are LeastAllocated, MostAllocated, RequestedToCapacityRatio");
    if (strategy["resources"].size() > 0) profile.fit_resources = TRY(resources(strategy["resources"], field + ".scoringStrategy.resources"));
    for (const auto& point : strategy["requestedToCapacityRatio"]["shape"].items()) {
        const std::string shape = field + ".scoringStrategy.requestedToCapacityRatio.shape";
        ShapePoint next{TRY(number(point, "utilization", 0, 0, 100, shape)), TRY(number(point, "score", 0, 0, 10, shape))};
        if (!profile.shape.empty() && next.utilization <= profile.shape.back().utilization) return wrong(shape, "utilization must rise from point to point");
        profile.shape.push_back(next);
    }
    if (profile.fit == FitStrategy::RequestedToCapacityRatio && profile.shape.empty()) return wrong(field + ".scoringStrategy.requestedToCapacityRatio.shape", "at least one point is needed");
    return {};
}

// Constraints and affinity of a configuration are written as those of a pod.
PodPtr as_pod(const char* key, json::Value value) {
    auto pod = json::Value::object({{"metadata", json::Value::object({{"name", "x"}})}});
    pod.mut("spec").set(key, std::move(value));
    return pod_info(api::Object::from_tree(std::move(pod)));
}

Status read_spread(const json::Value& args, const std::string& field, Profile& profile) {
    const auto& type = args["defaultingType"].as_string("System");
    if (type != "System" && type != "List") return wrong(field + ".defaultingType", "known are System and List");
    profile.system_spread = type == "System";
    if (profile.system_spread && args["defaultConstraints"].size() > 0) return wrong(field + ".defaultConstraints", "when .defaultingType is System, must be empty");
    for (const auto& constraint : args["defaultConstraints"].items())
        if (!constraint["labelSelector"].is_null()) return wrong(field + ".defaultConstraints", "a default constraint has no selector: it is for the pods of one controller");
    profile.default_spread = as_pod("topologySpreadConstraints", args["defaultConstraints"])->spread;
    return {};
}

Status read_arguments(const json::Value& entry, const std::string& field, Profile& profile) {
    const auto& name = entry["name"].as_string();
    const auto& args = entry["args"];
    if (!known_plugin(name)) return wrong(field, fmt::format("plugin \"{}\" does not exist", name));
    if (name == "NodeResourcesFit") return read_fit(args, field, profile);
    if (name == "PodTopologySpread") return read_spread(args, field, profile);
    if (name == "NodeResourcesBalancedAllocation" && args["resources"].size() > 0) profile.balance_resources = TRY(resources(args["resources"], field + ".resources"));
    if (name == "InterPodAffinity") {
        profile.hard_affinity_weight = TRY(number(args, "hardPodAffinityWeight", 1, 0, 100, field));
        profile.ignore_preferences_of_others = args["ignorePreferredTermsOfExistingPods"].as_bool();
    }
    if (name == "DefaultPreemption") {
        profile.candidates_percent = TRY(number(args, "minCandidateNodesPercentage", 10, 0, 100, field));
        profile.candidates_min = TRY(number(args, "minCandidateNodesAbsolute", 100, 0, INT32_MAX, field));
    }
    if (name == "NodeAffinity" && args["addedAffinity"].is_object()) {
        const auto pod = as_pod("affinity", json::Value::object({{"nodeAffinity", args["addedAffinity"]}}));
        profile.has_added_affinity = pod->has_required_affinity;
        profile.added_nodes = pod->required_nodes;
        profile.added_preferred_nodes = pod->preferred_nodes;
    }
    return {};
}

Result<Profile> read_profile(const json::Value& tree, const std::string& field, int64_t percentage) {
    Profile profile = default_profile();
    profile.name = tree["schedulerName"].as_string("default-scheduler");
    if (profile.name.empty()) return wrong(field + ".schedulerName", "Required value");
    profile.percentage_of_nodes = TRY(number(tree, "percentageOfNodesToScore", percentage, 0, 100, field));
    TRY(choose_plugins(tree["plugins"], field, profile));
    for (const auto& entry : tree["pluginConfig"].items()) TRY(read_arguments(entry, fmt::format("{}.pluginConfig[{}]", field, entry["name"].as_string()), profile));
    return profile;
}

// A certificate or key: in the configuration itself, or in the file that it names.
Result<std::string> pem(const json::Value& tls, const std::string& data_key, const std::string& file_key, const std::string& field) {
    if (const auto& data = tls[data_key].as_string(); !data.empty()) {
        auto decoded = base64_decode(data);
        if (!decoded) return wrong(field + "." + data_key, "is not base64");
        return *decoded;
    }
    const auto& path = tls[file_key].as_string();
    if (path.empty()) return std::string();
    return file::read(path);
}

Result<ExtenderSettings> read_extender(const json::Value& tree, const std::string& field) {
    ExtenderSettings extender;
    extender.url_prefix = tree["urlPrefix"].as_string();
    if (extender.url_prefix.rfind("http://", 0) != 0 && extender.url_prefix.rfind("https://", 0) != 0) return wrong(field + ".urlPrefix", "must be an http or https URL");
    while (extender.url_prefix.back() == '/') extender.url_prefix.pop_back();
    extender.filter_verb = tree["filterVerb"].as_string();
    extender.preempt_verb = tree["preemptVerb"].as_string();
    extender.prioritize_verb = tree["prioritizeVerb"].as_string();
    extender.bind_verb = tree["bindVerb"].as_string();
    extender.weight = TRY(number(tree, "weight", extender.prioritize_verb.empty() ? 1 : 0, 0, INT32_MAX, field));
    if (!extender.prioritize_verb.empty() && extender.weight < 1) return wrong(field + ".weight", "must have a positive weight applied to it");
    extender.timeout = TRY(duration(tree["httpTimeout"], extender.timeout, field + ".httpTimeout"));
    extender.node_cache_capable = tree["nodeCacheCapable"].as_bool();
    extender.ignorable = tree["ignorable"].as_bool();
    for (const auto& resource : tree["managedResources"].items()) {
        extender.managed_resources.insert(resource["name"].as_string());
        if (resource["ignoredByScheduler"].as_bool()) extender.ignored_resources.insert(resource["name"].as_string());
    }
    const auto& tls = tree["tlsConfig"];
    extender.insecure = tls["insecure"].as_bool();
    extender.ca_pem = TRY(pem(tls, "caData", "caFile", field + ".tlsConfig"));
    extender.certificate_pem = TRY(pem(tls, "certData", "certFile", field + ".tlsConfig"));
    extender.key_pem = TRY(pem(tls, "keyData", "keyFile", field + ".tlsConfig"));
    return extender;
}

}  // namespace

Result<Configuration> read_configuration(std::string_view text) {
    const auto tree = TRY(json::parse_yaml(text));
    if (tree["apiVersion"].as_string() != "kubescheduler.config.k8s.io/v1" || tree["kind"].as_string() != "KubeSchedulerConfiguration")
        return wrong("apiVersion and kind", "must be kubescheduler.config.k8s.io/v1 and KubeSchedulerConfiguration");
    Configuration configuration;
    configuration.backoff_first = std::chrono::seconds(TRY(number(tree, "podInitialBackoffSeconds", 1, 1, 86400, "spec")));
    configuration.backoff_max = std::chrono::seconds(TRY(number(tree, "podMaxBackoffSeconds", 10, 1, 86400, "spec")));
    if (configuration.backoff_max < configuration.backoff_first) return wrong("podMaxBackoffSeconds", "must be at least podInitialBackoffSeconds");
    const int64_t percentage = TRY(number(tree, "percentageOfNodesToScore", 0, 0, 100, "spec"));
    if (tree["profiles"].size() > kProfilesMax || tree["extenders"].size() > kExtendersMax) return wrong("profiles and extenders", "too many");
    configuration.profiles.clear();
    std::set<std::string> names;
    for (const auto& profile : tree["profiles"].items()) {
        configuration.profiles.push_back(TRY(read_profile(profile, fmt::format("profiles[{}]", names.size()), percentage)));
        if (!names.insert(configuration.profiles.back().name).second) return wrong(fmt::format("profiles[{}].schedulerName", names.size()), "Duplicate value");
    }
    if (names.empty()) configuration.profiles.push_back(TRY(read_profile(json::Value::object(), "profiles[0]", percentage)));
    for (const auto& extender : tree["extenders"].items())
        configuration.extenders.push_back(TRY(read_extender(extender, fmt::format("extenders[{}]", configuration.extenders.size()))));
    const auto binders = std::count_if(configuration.extenders.begin(), configuration.extenders.end(), [](const ExtenderSettings& e) { return !e.bind_verb.empty(); });
    if (binders > 1) return wrong("extenders", "found multiple extenders implementing bind");
    for (const auto& extender : configuration.extenders)
        for (auto& profile : configuration.profiles) profile.ignored_resources.insert(extender.ignored_resources.begin(), extender.ignored_resources.end());
    return configuration;
}

}  // namespace skiff::scheduler
