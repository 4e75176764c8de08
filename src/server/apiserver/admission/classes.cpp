// RuntimeClass: overhead, node selector and tolerations of a pod's runtime class. DefaultIngressClass.
#include <utility>

#include "api/go_text.h"
#include "api/names.h"
#include "base/strings.h"
#include "base/text_map.h"
#include "json/member_index.h"
#include "json/write.h"
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kRuntimeClasses{"node.k8s.io", "v1", "runtimeclasses"};
const api::Gvr kIngressClasses{"networking.k8s.io", "v1", "ingressclasses"};

class RuntimeClass : public AdmissionPlugin {
public:
    explicit RuntimeClass(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "RuntimeClass"; }

    Status mutate(AdmissionRequest& request) override {
        if (!is_pod_create(request)) return {};
        json::Value& spec = request.object->mut("spec");
        const std::string& wanted = spec["runtimeClassName"].as_string();
        if (spec["runtimeClassName"].is_null()) return {};
        if (wanted.empty()) return error(Reason::Unknown, "resource name may not be empty");
        if (auto wrong = api::check_path_segment(wanted); !wrong.empty()) return error(Reason::Unknown, "invalid resource name {}: [{}]", api::go_quote(wanted), join(wrong, " "));
        api::ObjectPtr found = reader_.get(kRuntimeClasses, "", wanted);
        if (!found) return refused(request, fmt::format("pod rejected: RuntimeClass \"{}\" not found", wanted));
        api::TreePtr tree = found->tree();
        if (const json::Value& overhead = (*tree)["overhead"]["podFixed"]; overhead.size() > 0) {
            if (spec["overhead"].size() > 0 && !(spec["overhead"] == overhead))
                return refused(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
            spec.set("overhead", overhead);
        }
        const json::Value selector = spec["nodeSelector"];
        json::MemberIndex chosen(selector);
        for (const json::Member& label : (*tree)["scheduling"]["nodeSelector"].members()) {
            const json::Value* own = chosen.find(label.key);
            if (own != nullptr && !(*own == label.value)) return refused(request, fmt::format("conflict: runtimeClass.scheduling.nodeSelector[{}] = {}; pod.spec.nodeSelector[{}] = {}", label.key, label.value.as_string(), label.key, own->as_string()));
            if (own == nullptr) spec.mut("nodeSelector").mut_members().push_back(label);
        }
        // Decoded objects have their members in one order.
        TextSet present;
        for (const json::Value& own : std::as_const(spec)["tolerations"].items()) present.insert(json::write(own));
        for (const json::Value& toleration : (*tree)["scheduling"]["tolerations"].items())
            if (present.insert(json::write(toleration)).second) spec.mut("tolerations").push_back(toleration);
        return {};
    }

    Status validate(const AdmissionRequest& request) override {
        if (!is_pod_create(request)) return {};
        const json::Value& spec = (*request.object)["spec"];
        if (spec["runtimeClassName"].as_string().empty() && spec["overhead"].size() > 0) return refused(request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
        return {};
    }

private:
    static bool is_pod_create(const AdmissionRequest& request) {
        return is_resource(request, "", "pods") && request.subresource.empty() && request.operation == Operation::Create;
    }
    const Reader& reader_;
};

class DefaultIngressClass : public AdmissionPlugin {
public:
    explicit DefaultIngressClass(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "DefaultIngressClass"; }
    Status mutate(AdmissionRequest& request) override {
        if (!is_resource(request, "networking.k8s.io", "ingresses") || !request.subresource.empty() || request.operation != Operation::Create) return {};
        json::Value& ingress = *request.object;
        if (ingress["spec"].has("ingressClassName") || ingress["metadata"]["annotations"].has("kubernetes.io/ingress.class")) return {};
        api::ObjectPtr best;
        for (const api::ObjectPtr& c : reader_.list(kIngressClasses, {}))
            if (c->meta().annotation("ingressclass.kubernetes.io/is-default-class") == "true" && (!best || c->meta().creation_timestamp > best->meta().creation_timestamp)) best = c;
        if (best) ingress.mut("spec").set("ingressClassName", best->meta().name);
        return {};
    }

private:
    const Reader& reader_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_runtime_class(const Reader& reader) { return std::make_unique<RuntimeClass>(reader); }
std::unique_ptr<AdmissionPlugin> make_default_ingress_class(const Reader& reader) { return std::make_unique<DefaultIngressClass>(reader); }

}  // namespace skiff::apiserver
