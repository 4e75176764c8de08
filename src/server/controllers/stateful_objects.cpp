#include "json/merge_patch.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/revision_history.h"
#include "server/controllers/stateful_set.h"

namespace skiff::controllers {

namespace {

std::string claim_name(const json::Value& claim_template, const std::string& set, int64_t ordinal) {
    return claim_template["metadata"]["name"].as_string() + "-" + set + "-" + std::to_string(ordinal);
}

}  // namespace

json::Value stateful_pod(const json::Value& set, const api::Object& owner, int64_t ordinal, const std::string& revision) {
    const std::string& set_name = owner.meta().name;
    std::string name = set_name + "-" + std::to_string(ordinal);
    auto pod = pod_from_template(set["spec"]["template"], owner);
    auto& metadata = pod.mut("metadata");
    metadata.set("name", name);
    auto& labels = metadata.mut("labels");
    labels.set("statefulset.kubernetes.io/pod-name", name);
    labels.set("apps.kubernetes.io/pod-index", std::to_string(ordinal));
    labels.set(kRevisionHash, revision);

    auto& spec = pod.mut("spec");
    spec.set("hostname", name);
    if (const auto& service = set["spec"]["serviceName"].as_string(); !service.empty()) spec.set("subdomain", service);
    const auto& templates = set["spec"]["volumeClaimTemplates"].items();
    if (templates.empty()) return pod;
    auto volumes = json::Value::array();
    // A claim's volume takes the place of one of the same name in the template.
    for (const auto& claim : templates) {
        auto source = json::Value::object({{"claimName", claim_name(claim, set_name, ordinal)}});
        volumes.push_back(json::Value::object({{"name", claim["metadata"]["name"]}, {"persistentVolumeClaim", source}}));
    }
    for (const auto& volume : spec["volumes"].items()) {
        bool replaced = false;
        for (const auto& claim : templates) replaced = replaced || claim["metadata"]["name"] == volume["name"];
        if (!replaced) volumes.push_back(volume);
    }
    spec.set("volumes", std::move(volumes));
    return pod;
}

std::vector<std::string> stateful_claim_names(const json::Value& set, const std::string& set_name, int64_t ordinal) {
    std::vector<std::string> names;
    for (const auto& claim_template : set["spec"]["volumeClaimTemplates"].items()) names.push_back(claim_name(claim_template, set_name, ordinal));
    return names;
}

std::vector<json::Value> stateful_claims(const json::Value& set, const api::Object& owner, int64_t ordinal) {
    std::vector<json::Value> claims;
    bool owned = set["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"].as_string() == "Delete";
    for (const auto& claim_template : set["spec"]["volumeClaimTemplates"].items()) {
        json::Value claim = claim_template;
        claim.set("apiVersion", "v1");
        claim.set("kind", "PersistentVolumeClaim");
        claim.erase("status");
        auto& metadata = claim.mut("metadata");
        metadata.set("name", claim_name(claim_template, owner.meta().name, ordinal));
        metadata.set("namespace", owner.meta().ns);
        if (const json::Value& labels = set["spec"]["selector"]["matchLabels"]; labels.size() > 0) json::merge_patch(metadata.mut("labels"), labels);
        if (owned) {
            auto reference = controller_reference(owner);
            metadata.set("ownerReferences", json::Value::array({reference}));
        }
        claims.push_back(std::move(claim));
    }
    return claims;
}

}  // namespace skiff::controllers
