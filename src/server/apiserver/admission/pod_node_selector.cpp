// PodNodeSelector: pods of a namespace go only to the nodes that its annotation scheduler.alpha.kubernetes.io/node-selector, or the
// configuration, names. The configuration may also list what a namespace's pods may ask for.
#include "api/names.h"
#include "base/strings.h"
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

using Labels = std::map<std::string, std::string, std::less<>>;

const api::Gvr kNamespaces{"", "v1", "namespaces"};
constexpr const char* kAnnotation = "scheduler.alpha.kubernetes.io/node-selector";
constexpr const char* kMember = "podNodeSelectorPluginConfig";
constexpr const char* kClusterDefault = "clusterDefaultNodeSelector";

// "a=b, c=d"
Result<Labels> parse_labels(const std::string& text) {
    Labels out;
    if (text.empty()) return out;
    for (const std::string& pair : split(text, ',')) {
        const auto sides = split(pair, '=');
        if (sides.size() != 2) return error(Reason::Unknown, "invalid selector: [{}]", join(sides, " "));
        const std::string key(trim(sides[0])), value(trim(sides[1]));
        if (auto wrong = api::check_qualified_name(key); !wrong.empty()) return error(Reason::Unknown, "<nil>: Invalid value: \"{}\": {}", key, join(wrong, "; "));
        if (auto wrong = api::check_label_value(value); !wrong.empty()) return error(Reason::Unknown, "<nil>: Invalid value: \"{}\": {}", value, join(wrong, "; "));
        out[key] = value;
    }
    return out;
}

class PodNodeSelector : public AdmissionPlugin {
public:
    PodNodeSelector(const Reader& reader, std::map<std::string, Labels> configured) : reader_(reader), configured_(std::move(configured)) {}
    std::string_view name() const override { return "PodNodeSelector"; }

    Status mutate(AdmissionRequest& request) override {
        if (!concerns(request)) return {};
        const Labels wanted = TRY(of_namespace(request.ns));
        TRY(check_conflict(request, wanted));
        const json::Value& present = (*request.object)["spec"]["nodeSelector"];
        for (const auto& [key, value] : wanted)
            if (!present.has(key)) request.object->mut("spec").mut("nodeSelector").set(key, value);
        return check(request, wanted);
    }
    Status validate(const AdmissionRequest& request) override { return concerns(request) ? check(request, TRY(of_namespace(request.ns))) : Status(); }

private:
    static bool concerns(const AdmissionRequest& request) {
        return request.operation == Operation::Create && is_resource(request, "", "pods") && request.subresource.empty() && request.object;
    }
    static Status check_conflict(const AdmissionRequest& request, const Labels& wanted) {
        const json::Value& selector = (*request.object)["spec"]["nodeSelector"];
        for (const auto& [key, value] : wanted)
            if (selector.has(key) && selector[key].as_string() != value) return refused(request, "pod node label selector conflicts with its namespace node label selector");
        return {};
    }
    Status check(const AdmissionRequest& request, const Labels& wanted) const {
        TRY(check_conflict(request, wanted));
        auto allowed = configured_.find(request.ns);
        if (allowed == configured_.end() || allowed->second.empty()) return {};
        for (const json::Member& label : (*request.object)["spec"]["nodeSelector"].members()) {
            auto found = allowed->second.find(label.key);
            if (found == allowed->second.end() || found->second != label.value.as_string()) return refused(request, "pod node label selector labels conflict with its namespace whitelist");
        }
        return {};
    }
    Result<Labels> of_namespace(const std::string& name) const {
        api::ObjectPtr ns = reader_.get(kNamespaces, "", name);
        if (!ns) return error(Reason::NotFound, "namespace {} does not exist", name);
        const json::Value annotation = (*ns->tree())["metadata"]["annotations"][kAnnotation];
        if (annotation.is_string()) return parse_labels(annotation.as_string());
        auto found = configured_.find(kClusterDefault);
        return found == configured_.end() ? Labels() : found->second;
    }

    const Reader& reader_;
    const std::map<std::string, Labels> configured_;   // by namespace, and the cluster's default
};

}  // namespace

MadePlugin make_pod_node_selector(const Reader& reader, const json::Value& configuration) {
    std::map<std::string, Labels> configured;
    for (const json::Member& member : configuration[kMember].members())
        configured[member.key] = TRY(parse_labels(member.value.as_string()).context("{}.{}", kMember, member.key));
    return std::unique_ptr<AdmissionPlugin>(std::make_unique<PodNodeSelector>(reader, std::move(configured)));
}

}  // namespace skiff::apiserver
