// ServiceAccount: every pod has a service account; its token, the cluster's CA and the namespace are mounted as one projected volume.
#include <algorithm>
#include <chrono>
#include <set>

#include "api/go_text.h"
#include "api/names.h"
#include "base/random.h"
#include "base/strings.h"
#include "json/parse.h"
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kMountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr std::string_view kMirrorAnnotation = "kubernetes.io/config.mirror";
constexpr std::string_view kSources =
    R"({"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},)"
    R"({"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},)"
    R"({"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420})";

constexpr Duration kAccountWait = std::chrono::seconds(2);
const api::Gvr kAccounts{"", "v1", "serviceaccounts"};

bool automount(const json::Value& pod, const json::Value& account) {
    if (const json::Value& own = pod["spec"]["automountServiceAccountToken"]; own.is_bool()) return own.as_bool();
    return account["automountServiceAccountToken"].as_bool(true);
}

bool has_mount(const json::Value& container) {
    for (const json::Value& mount : container["volumeMounts"].items())
        if (mount["mountPath"].as_string() == kMountPath) return true;
    return false;
}

// The projected volume that the pod brings along already, or "".
std::string present_volume(const json::Value& pod) {
    for (const json::Value& volume : pod["spec"]["volumes"].items())
        if (volume["name"].as_string().rfind("kube-api-access-", 0) == 0) return volume["name"].as_string();
    return {};
}

void mount_token(json::Value& pod) {
    std::string name = present_volume(pod);
    bool present = !name.empty();
    if (!present) name = "kube-api-access-" + random_name_suffix(5);
    bool used = false;
    for (const char* list : {"initContainers", "containers"}) {
        json::Value* containers = pod.mut("spec").find(list);
        if (containers == nullptr) continue;
        for (json::Value& container : containers->mut_items()) {
            if (has_mount(container)) continue;
            container.mut("volumeMounts").push_back(json::Value::object({{"name", name}, {"readOnly", true}, {"mountPath", kMountPath}}));
            used = true;
        }
    }
    if (!used || present) return;
    json::Value volume = json::Value::object({{"name", name}});
    volume.set("projected", json::parse(kSources).value_or(json::Value()));
    pod.mut("spec").mut("volumes").push_back(std::move(volume));
}

// The account's annotation: its pods take the secrets that it names, no others.
bool mountable_only(const json::Value& account) {
    const std::string& text = account["metadata"]["annotations"]["kubernetes.io/enforce-mountable-secrets"].as_string();
    return text == "true" || text == "True" || text == "TRUE" || text == "1" || text == "t" || text == "T";
}

using Names = std::set<std::string_view>;

Names names_of(const json::Value& references) {
    Names out;
    for (const json::Value& reference : references.items()) out.insert(reference["name"].as_string());
    return out;
}

// Why the account does not let the pod have a secret that it wants; "" when it may.
std::string unmountable(const json::Value& spec, const json::Value& account, const std::string& account_name) {
    const Names secrets = names_of(account["secrets"]), pull_secrets = names_of(account["imagePullSecrets"]);
    const std::string tail = fmt::format(" is not allowed because service account {} does not reference that ", account_name);
    for (const json::Value& volume : spec["volumes"].items())
        if (const std::string& name = volume["secret"]["secretName"].as_string(); volume.has("secret") && secrets.count(name) == 0)
            return fmt::format("volume with secret.secretName=\"{}\"{}secret", name, tail);
    for (const char* list : {"initContainers", "containers"})
        for (const json::Value& container : spec[list].items()) {
            const std::string who = (list[0] == 'i' ? "init container " : "container ") + container["name"].as_string();
            for (const json::Value& env : container["env"].items())
                if (const json::Value& ref = env["valueFrom"]["secretKeyRef"]; ref.is_object() && secrets.count(ref["name"].as_string()) == 0)
                    return fmt::format("{} with envVar {} referencing secret.secretName=\"{}\"{}secret", who, env["name"].as_string(), ref["name"].as_string(), tail);
            for (const json::Value& from : container["envFrom"].items())
                if (const json::Value& ref = from["secretRef"]; ref.is_object() && secrets.count(ref["name"].as_string()) == 0)
                    return fmt::format("{} with envFrom referencing secret.secretName=\"{}\"{}secret", who, ref["name"].as_string(), tail);
        }
    const auto& pulls = spec["imagePullSecrets"].items();
    for (size_t i = 0; i < pulls.size(); ++i)
        if (pull_secrets.count(pulls[i]["name"].as_string()) == 0)
            return fmt::format("imagePullSecrets[{}].name=\"{}\"{}imagePullSecret", i, pulls[i]["name"].as_string(), tail);
    return {};
}

class ServiceAccountPlugin : public AdmissionPlugin {
public:
    ServiceAccountPlugin(const Reader& reader, WaitForChange wait) : reader_(reader), wait_(std::move(wait)) {}
    std::string_view name() const override { return "ServiceAccount"; }

    Status mutate(AdmissionRequest& request) override {
        if (!is_resource(request, "", "pods") || !request.subresource.empty() || request.operation != Operation::Create) return {};
        json::Value& pod = *request.object;
        if (pod["metadata"]["annotations"].has(kMirrorAnnotation)) return check_mirror(request, pod);
        json::Value& spec = pod.mut("spec");
        if (spec["serviceAccountName"].as_string().empty()) {
            const std::string& old = spec["serviceAccount"].as_string();
            spec.set("serviceAccountName", old.empty() ? "default" : old);
        }
        const std::string account_name = spec["serviceAccountName"].as_string();
        spec.set("serviceAccount", account_name);
        api::ObjectPtr account = find_account(request.ns, account_name, token_free(pod));
        if (!account) {
            if (account_name == "default" && token_free(pod)) return {};
            if (auto wrong = api::check_path_segment(account_name); !wrong.empty())
                return refused(request, fmt::format("error looking up service account {}/{}: invalid resource name {}: [{}]", request.ns, account_name, api::go_quote(account_name), join(wrong, " ")));
            return refused(request, fmt::format("error looking up service account {}/{}: serviceaccount \"{}\" not found", request.ns, account_name, account_name));
        }
        api::TreePtr tree = account->tree();
        if (mountable_only(*tree))
            if (std::string why = unmountable(spec, *tree, account_name); !why.empty()) return refused(request, why);
        if (automount(pod, *tree)) mount_token(pod);
        if (spec["imagePullSecrets"].size() == 0 && (*tree)["imagePullSecrets"].size() > 0) spec.set("imagePullSecrets", (*tree)["imagePullSecrets"]);
        return {};
    }

private:
    // The default account is made a moment after its namespace: a pod that comes at once waits for it.
    api::ObjectPtr find_account(const std::string& ns, const std::string& name, bool may_lack) const {
        auto deadline = std::chrono::steady_clock::now() + kAccountWait;
        while (true) {
            api::ObjectPtr account = reader_.get(kAccounts, ns, name);
            auto left = deadline - std::chrono::steady_clock::now();
            if (account || name != "default" || may_lack || left <= Duration::zero()) return account;
            if (!wait_ || !wait_(left)) return reader_.get(kAccounts, ns, name);
        }
    }

    static bool token_free(const json::Value& pod) {
        const json::Value& own = pod["spec"]["automountServiceAccountToken"];
        return own.is_bool() && !own.as_bool();
    }

    static Status check_mirror(const AdmissionRequest& request, const json::Value& pod) {
        if (!pod["spec"]["serviceAccountName"].as_string().empty()) return refused(request, "a mirror pod may not reference service accounts");
        for (std::string_view list : {"initContainers", "containers"})
            for (const json::Value& container : pod["spec"][list].items()) {
                bool secret = false;
                for (const json::Value& env : container["env"].items()) secret |= env["valueFrom"].has("secretKeyRef");
                for (const json::Value& env : container["envFrom"].items()) secret |= env.has("secretRef");
                if (secret) return refused(request, "a mirror pod may not reference secrets");
            }
        if (pod["spec"]["imagePullSecrets"].size() > 0) return refused(request, "a mirror pod may not reference secrets");
        for (const json::Value& volume : pod["spec"]["volumes"].items()) {
            if (volume.has("secret")) return refused(request, "a mirror pod may not reference secrets");
            for (const json::Value& source : volume["projected"]["sources"].items())
                if (source.has("serviceAccountToken")) return refused(request, "a mirror pod may not use ServiceAccountToken volume projections");
        }
        return {};
    }
    const Reader& reader_;
    const WaitForChange wait_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_service_account(const Reader& reader, WaitForChange wait) {
    return std::make_unique<ServiceAccountPlugin>(reader, std::move(wait));
}

}  // namespace skiff::apiserver
