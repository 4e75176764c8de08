#include "server/apiserver/admission/plugins.h"

#include "server/apiserver/engine.h"

namespace skiff::apiserver {

// Kubernetes' order of the plugins that are on by default (kube-apiserver/options/plugins.go).
void add_default_plugins(AdmissionChain& chain, const Reader& reader, WaitForChange wait, Clock& clock, Core* core, bool mutating_policies) {
    chain.add(make_device_claims(reader));
    chain.add(make_namespace_lifecycle(reader));
    chain.add(make_limit_ranger(reader));
    chain.add(make_service_account(reader, std::move(wait)));
    chain.add(make_node_restriction(reader));
    chain.add(make_taint_nodes());
    chain.add(make_pod_security(reader));
    chain.add(make_priority(reader));
    chain.add(make_default_tolerations());
    chain.add(make_default_storage_class(reader));
    chain.add(make_storage_protection());
    chain.add(make_claim_resize(reader));
    chain.add(make_certificate_requester(core));
    chain.add(make_runtime_class(reader));
    chain.add(make_default_ingress_class(reader));
    if (core && mutating_policies) chain.add(make_mutating_policies(*core));
    if (core) chain.add(make_mutating_webhooks(*core));
    if (core) chain.add(make_validating_policies(*core));
    if (core) chain.add(make_validating_webhooks(*core));
    chain.add(make_resource_quota(reader, clock));
}

Status refused(const AdmissionRequest& request, std::string_view why) { return forbidden(request.kind, request.name, why); }

bool is_resource(const AdmissionRequest& request, std::string_view group, std::string_view resource) {
    return request.kind.plural == resource && request.kind.gvk.group == group;
}

}  // namespace skiff::apiserver
