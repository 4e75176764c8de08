// PodTolerationRestriction: pods of a namespace get the tolerations of its annotation scheduler.alpha.kubernetes.io/defaultTolerations and may
// have only those of .../tolerationsWhitelist; the configuration speaks for namespaces that say nothing.
#include <optional>

#include "api/kinds/pod_qos.h"
#include "api/kinds/validate.h"
#include "json/parse.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/settings.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kNamespaces{"", "v1", "namespaces"};
constexpr const char* kDefaults = "scheduler.alpha.kubernetes.io/defaultTolerations";
constexpr size_t kTolerationsMax = 500;   // of a list: each is compared with each, and no request may take long
constexpr const char* kAllowed = "scheduler.alpha.kubernetes.io/tolerationsWhitelist";

// Whether `wide` tolerates all that `narrow` does.
bool includes(const json::Value& wide, const json::Value& narrow) {
    if (wide == narrow) return true;
    const bool exists = wide["operator"].as_string() == "Exists";
    if (narrow["key"].as_string() != wide["key"].as_string() && (!wide["key"].as_string().empty() || !exists)) return false;
    if (narrow["effect"].as_string() != wide["effect"].as_string() && !wide["effect"].as_string().empty()) return false;
    if (wide["effect"].as_string() == "NoExecute" && wide.has("tolerationSeconds") &&
        (!narrow.has("tolerationSeconds") || narrow["tolerationSeconds"].as_int() > wide["tolerationSeconds"].as_int()))
        return false;
    return exists || (narrow["operator"].as_string() == "Equal" && narrow["value"].as_string() == wide["value"].as_string());
}

// Both lists without what another toleration includes.
json::Value merged(const json::Value& first, const json::Value& second) {
    std::vector<const json::Value*> all;
    for (const json::Value* list : {&first, &second})
        for (const json::Value& t : list->items()) all.push_back(&t);
    json::Value out = json::Value::array();
    for (size_t i = 0; i < all.size(); ++i) {
        bool needless = false;
        for (const json::Value& kept : out.items()) needless |= includes(kept, *all[i]);
        for (size_t j = i + 1; j < all.size() && !needless; ++j) needless = !(*all[i] == *all[j]) && includes(*all[j], *all[i]);
        if (!needless) out.push_back(*all[i]);
    }
    return out;
}

class TolerationRestriction : public AdmissionPlugin {
public:
    TolerationRestriction(const Reader& reader, json::Value configuration) : reader_(reader), configuration_(std::move(configuration)) {}
    std::string_view name() const override { return "PodTolerationRestriction"; }

    Status mutate(AdmissionRequest& request) override {
        if (!concerns(request)) return {};
        json::Value more = json::Value::array();
        if (request.operation == Operation::Create) {
            auto own = TRY(of_namespace(request.ns, kDefaults));
            more = own ? std::move(*own) : configuration_["default"].is_null() ? json::Value::array() : configuration_["default"];
        }
        const json::Value& spec = (*request.object)["spec"];
        if (api::kinds::pod_qos_class(spec) != "BestEffort")
            more.push_back(json::Value::object({{"key", "node.kubernetes.io/memory-pressure"}, {"operator", "Exists"}, {"effect", "NoSchedule"}}));
        if (more.size() == 0) return check(request);
        if (spec["tolerations"].size() > kTolerationsMax || more.size() > kTolerationsMax) return too_many(request);
        request.object->mut("spec").set("tolerations", merged(spec["tolerations"], more));
        return check(request);
    }
    Status validate(const AdmissionRequest& request) override { return concerns(request) ? check(request) : Status(); }

private:
    static bool concerns(const AdmissionRequest& request) {
        return is_resource(request, "", "pods") && request.subresource.empty() && (request.operation == Operation::Create || request.operation == Operation::Update);
    }
    static Status too_many(const AdmissionRequest& request) {
        return refused(request, fmt::format("PodTolerationRestriction compares at most {} tolerations of a pod with at most {} of its namespace", kTolerationsMax, kTolerationsMax));
    }
    Status check(const AdmissionRequest& request) const {
        const json::Value& tolerations = (*request.object)["spec"]["tolerations"];
        if (tolerations.size() == 0) return {};
        const auto own = TRY(of_namespace(request.ns, kAllowed));
        const json::Value& allowed = own ? *own : configuration_["whitelist"];
        if (allowed.size() == 0) return {};
        if (tolerations.size() > 2 * kTolerationsMax || allowed.size() > kTolerationsMax) return too_many(request);
        for (const json::Value& t : tolerations.items()) {
            bool found = false;
            for (const json::Value& wide : allowed.items()) found |= includes(wide, t);
            if (!found) return error(Reason::Unknown, "pod tolerations (possibly merged with namespace default tolerations) conflict with its {} whitelist", own ? "namespace" : "cluster");
        }
        return {};
    }
    // Nothing when the namespace does not say.
    Result<std::optional<json::Value>> of_namespace(const std::string& name, const char* annotation) const {
        api::ObjectPtr ns = reader_.get(kNamespaces, "", name);
        if (!ns) return error(Reason::NotFound, "namespaces \"{}\" not found", name);
        const json::Value text = (*ns->tree())["metadata"]["annotations"][annotation];
        if (!text.is_string()) return std::optional<json::Value>();
        if (text.as_string().empty()) return std::optional<json::Value>(json::Value::array());
        auto list = json::parse(text.as_string());
        if (!list.ok()) return error(Reason::Unknown, "{}", list.status().message());
        return std::optional<json::Value>(std::move(list).value());
    }

    const Reader& reader_;
    const json::Value configuration_;
};

}  // namespace

MadePlugin make_toleration_restriction(const Reader& reader, const json::Value& configuration) {
    if (!configuration.is_null()) {
        TRY(expect_configuration(configuration, "podtolerationrestriction.admission.k8s.io", {"v1alpha1"}, "Configuration", {"default", "whitelist"}));
        api::FieldErrors errors;
        const api::FieldPath root("podtolerationrestriction");
        for (const char* list : {"default", "whitelist"}) api::kinds::validate_tolerations(configuration[list], root.child(list), errors);
        if (!errors.empty()) return error(Reason::BadRequest, "invalid config: {}", errors.text());
    }
    return std::unique_ptr<AdmissionPlugin>(std::make_unique<TolerationRestriction>(reader, configuration));
}

}  // namespace skiff::apiserver
