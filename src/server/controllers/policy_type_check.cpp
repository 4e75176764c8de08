#include "server/controllers/policy_type_check.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "server/controllers/resources.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

const Gvr kPolicies{"admissionregistration.k8s.io", "v1", "validatingadmissionpolicies"};
const Gvr kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions"};
constexpr size_t kKindsMax = 10;

std::string printed(const api::Gvk& gvk) { return fmt::format("{}/{}, Kind={}", gvk.group, gvk.version, gvk.kind); }

// What is wrong with one expression for each of the kinds; "" when nothing is.
std::string check(const json::Value& policy, const std::string& text, const std::vector<CheckedKind>& kinds, const cel::DeclPtr& params) {
    constexpr std::string_view kPrefix = "compilation failed: ";
    auto sees = params ? cel::Sees::Params | cel::Sees::Authorizer : cel::Sees::Authorizer;
    std::string out;
    for (const auto& kind : kinds) {
        cel::AdmissionScope scope(kind.decl, params);
        for (const auto& variable : policy["spec"]["variables"].items()) (void)scope.add_variable(variable["name"].as_string(), variable["expression"].as_string(), sees);
        cel::Expression expression = scope.compile(text, cel::Gives::Anything, sees);
        if (expression.ok() || expression.mistake_is_internal) continue;
        std::string_view mistake = expression.mistake;
        if (mistake.substr(0, kPrefix.size()) == kPrefix) mistake.remove_prefix(kPrefix.size());
        out += fmt::format("{}{}: {}\n", out.empty() ? "" : "\n", printed(kind.gvk), mistake);
    }
    return out;
}

std::vector<std::string> plain(const json::Value& list, std::string_view unwanted) {
    std::vector<std::string> out;
    for (const auto& item : list.items())
        if (item.as_string().find_first_of(unwanted) == std::string::npos) out.push_back(item.as_string());
    std::sort(out.begin(), out.end());
    return out;
}

class PolicyTypeCheckController : public reconcile::Controller {
public:
    explicit PolicyTypeCheckController(std::shared_ptr<const api::KindRegistry> kinds) : kinds_(std::move(kinds)) {}
    std::string_view name() const override { return "validatingadmissionpolicy-status"; }
    std::vector<Gvr> inputs() const override { return {kPolicies}; }
    std::vector<reconcile::Output> outputs() const override { return {{kPolicies, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        policies_ = context.informers.informer(kPolicies);
        policies_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current) context_->queue.add(current->meta().name);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto policy = policies_->get({}, key);
        if (!policy || policy->meta().deleting()) return Requeue{};
        auto tree = policy->tree();
        if ((*tree)["status"]["observedGeneration"].as_int() == policy->meta().generation) return Requeue{};
        json::Value status = (*tree)["status"].is_object() ? (*tree)["status"] : json::Value::object();
        json::Value checking = json::Value::object();
        json::Value warnings = policy_warnings(*tree, kinds_of(*tree), params_of(*tree));
        if (warnings.size()) checking.set("expressionWarnings", std::move(warnings));
        status.set("observedGeneration", policy->meta().generation);
        status.set("typeChecking", std::move(checking));
        TRY(update_status(context_->client, kPolicies, policy, status));
        return Requeue{};
    }

private:
    // Rules with wildcards name no types.
    std::vector<CheckedKind> kinds_of(const json::Value& policy) {
        std::set<std::string> seen;
        std::vector<CheckedKind> out;
        for (const auto& rule : policy["spec"]["matchConstraints"]["resourceRules"].items()) {
            auto groups = plain(rule["apiGroups"], "*"), versions = plain(rule["apiVersions"], "*");
            if (groups.size() != rule["apiGroups"].size() || versions.size() != rule["apiVersions"].size()) continue;
            for (const auto& group : groups)
                for (const auto& version : versions)
                    for (const auto& resource : plain(rule["resources"], "*/")) {
                        auto kind = resolve({group, version, resource});
                        if (kind.decl && out.size() < kKindsMax && seen.insert(printed(kind.gvk)).second) out.push_back(std::move(kind));
                    }
        }
        std::sort(out.begin(), out.end(), [](const CheckedKind& a, const CheckedKind& b) { return a.gvk < b.gvk; });
        return out;
    }

    CheckedKind resolve(const Gvr& gvr) {
        if (const auto* kind = kinds_->find(gvr); kind && kind->schema) return {kind->gvk, cel::declare_type(*kind->schema, kind->gvk.kind)};
        auto definition = context_->client.get(kDefinitions, {}, gvr.resource + "." + gvr.group);
        if (!definition.ok()) return {};
        auto tree = (*definition)->tree();
        return from_definition(*tree, gvr.version);
    }

    static CheckedKind from_definition(const json::Value& definition, const std::string& version) {
        const json::Value& spec = definition["spec"];
        for (const auto& served : spec["versions"].items()) {
            if (served["name"].as_string() != version) continue;
            const std::string& kind = spec["names"]["kind"].as_string();
            return {{spec["group"].as_string(), version, kind}, cel::declare_openapi(served["schema"]["openAPIV3Schema"], cel::SchemaRoot::Resource, kind)};
        }
        return {};
    }

    cel::DeclPtr params_of(const json::Value& policy) {
        const json::Value& wanted = policy["spec"]["paramKind"];
        if (!wanted.is_object()) return nullptr;
        const std::string &api_version = wanted["apiVersion"].as_string(), &kind = wanted["kind"].as_string();
        size_t slash = api_version.find('/');
        std::string group = slash == std::string::npos ? "" : api_version.substr(0, slash), version = slash == std::string::npos ? api_version : api_version.substr(slash + 1);
        if (const auto* known = kinds_->find(api::Gvk{group, version, kind}); known && known->schema) return cel::declare_type(*known->schema, kind);
        auto definitions = context_->client.list(kDefinitions, {});
        if (!definitions.ok()) return nullptr;
        for (const auto& definition : definitions->items) {
            auto tree = definition->tree();
            if ((*tree)["spec"]["group"].as_string() == group && (*tree)["spec"]["names"]["kind"].as_string() == kind) return from_definition(*tree, version).decl;
        }
        return nullptr;
    }

    std::shared_ptr<const api::KindRegistry> kinds_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> policies_;
};

}  // namespace

json::Value policy_warnings(const json::Value& policy, const std::vector<CheckedKind>& kinds, const cel::DeclPtr& params) {
    json::Value out = json::Value::array();
    const json::Value& validations = policy["spec"]["validations"];
    for (size_t i = 0; i < validations.size(); ++i) {
        for (const char* field : {"expression", "messageExpression"}) {
            const std::string& text = validations[i][field].as_string();
            if (text.empty()) continue;
            std::string warning = check(policy, text, kinds, params);
            if (!warning.empty()) out.push_back(json::Value::object({{"fieldRef", fmt::format("spec.validations[{}].{}", i, field)}, {"warning", warning}}));
        }
    }
    return out;
}

std::unique_ptr<reconcile::Controller> make_policy_type_check_controller(std::shared_ptr<const api::KindRegistry> kinds) {
    return std::make_unique<PolicyTypeCheckController>(std::move(kinds));
}

}  // namespace skiff::controllers
