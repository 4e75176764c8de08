#include "server/apiserver/admission/plugins.h"

#include <algorithm>

#include "server/apiserver/core.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {
namespace {

enum class Default { On, Off, Fixed };   // Fixed: cannot be turned off

struct Entry {
    std::string_view name;
    Default runs;
    bool configured;                                      // takes a configuration
    Steps steps;
    MadePlugin (*make)(const PluginSources&) = nullptr;   // null: part of the kinds' own rules
};

constexpr Steps kNone{}, kAdmits{true, false}, kValidates{false, true}, kBoth{true, true};

// Kubernetes' order (pkg/kubeapiserver/options/plugins.go). Of those that are on in Kubernetes, what its own parts here rely on is fixed.
const Entry kPlugins[] = {
    {"AlwaysAdmit", Default::Off, false, kNone},
    {"NamespaceAutoProvision", Default::Off, false, kAdmits, [](const PluginSources& s) -> MadePlugin { return s.core ? make_namespace_auto_provision(*s.core) : nullptr; }},
    {"NamespaceLifecycle", Default::Fixed, false, kAdmits, [](const PluginSources& s) -> MadePlugin { return make_namespace_lifecycle(s.reader); }},
    {"NamespaceExists", Default::Off, false, kValidates, [](const PluginSources& s) -> MadePlugin { return make_namespace_exists(s.reader); }},
    {"LimitPodHardAntiAffinityTopology", Default::Off, false, kValidates, [](const PluginSources&) -> MadePlugin { return make_anti_affinity_topology(); }},
    {"LimitRanger", Default::On, false, kBoth, [](const PluginSources& s) -> MadePlugin { return make_limit_ranger(s.reader); }},
    {"ServiceAccount", Default::On, false, kBoth, [](const PluginSources& s) -> MadePlugin { return make_service_account(s.reader, s.wait); }},
    {"NodeRestriction", Default::Fixed, false, kAdmits, [](const PluginSources& s) -> MadePlugin { return make_node_restriction(s.reader, s.core); }},
    {"TaintNodesByCondition", Default::On, false, kAdmits, [](const PluginSources&) -> MadePlugin { return make_taint_nodes(); }},
    {"AlwaysPullImages", Default::Off, false, kBoth, [](const PluginSources&) -> MadePlugin { return make_always_pull_images(); }},
    {"ImagePolicyWebhook", Default::Off, true, kValidates, [](const PluginSources& s) -> MadePlugin { return s.core && s.core->io ? make_image_policy(*s.core->io, s.clock, s.settings.configuration("ImagePolicyWebhook")) : MadePlugin(nullptr); }},
    {"PodSecurity", Default::On, true, kValidates, [](const PluginSources& s) { return make_pod_security(s.reader, s.settings.configuration("PodSecurity")); }},
    {"PodNodeSelector", Default::Off, true, kBoth, [](const PluginSources& s) { return make_pod_node_selector(s.reader, s.settings.configuration("PodNodeSelector")); }},
    {"Priority", Default::Fixed, false, kBoth, [](const PluginSources& s) -> MadePlugin { return make_priority(s.reader); }},
    {"DefaultTolerationSeconds", Default::On, false, kAdmits, [](const PluginSources& s) -> MadePlugin { return make_default_tolerations(s.settings.not_ready_s, s.settings.unreachable_s); }},
    {"PodTolerationRestriction", Default::Off, true, kBoth, [](const PluginSources& s) { return make_toleration_restriction(s.reader, s.settings.configuration("PodTolerationRestriction")); }},
    {"EventRateLimit", Default::Off, true, kValidates, [](const PluginSources& s) { return make_event_rate_limit(s.settings.configuration("EventRateLimit"), s.clock); }},
    {"ExtendedResourceToleration", Default::Off, false, kAdmits, [](const PluginSources&) -> MadePlugin { return make_extended_resource_toleration(); }},
    {"DefaultStorageClass", Default::On, false, kAdmits, [](const PluginSources& s) -> MadePlugin { return make_default_storage_class(s.reader); }},
    {"StorageObjectInUseProtection", Default::On, false, kAdmits, [](const PluginSources&) -> MadePlugin { return make_storage_protection(); }},
    {"OwnerReferencesPermissionEnforcement", Default::Off, false, kValidates, [](const PluginSources& s) -> MadePlugin { return s.core ? make_owner_permissions(*s.core) : nullptr; }},
    {"PersistentVolumeClaimResize", Default::On, false, kValidates, [](const PluginSources& s) -> MadePlugin { return make_claim_resize(s.reader); }},
    {"RuntimeClass", Default::On, false, kBoth, [](const PluginSources& s) -> MadePlugin { return make_runtime_class(s.reader); }},
    {"CertificateApproval", Default::Fixed, false, kNone},
    {"CertificateSigning", Default::Fixed, false, kNone},
    {"ClusterTrustBundleAttest", Default::Fixed, false, kNone},
    {"CertificateSubjectRestriction", Default::Fixed, false, kNone},
    {"DefaultIngressClass", Default::On, false, kAdmits, [](const PluginSources& s) -> MadePlugin { return make_default_ingress_class(s.reader); }},
    {"DenyServiceExternalIPs", Default::Off, false, kValidates, [](const PluginSources&) -> MadePlugin { return make_external_ip_denier(); }},
    {"MutatingAdmissionPolicy", Default::On, false, kAdmits, [](const PluginSources& s) -> MadePlugin { return s.core && s.settings.mutating_policies ? make_mutating_policies(*s.core) : nullptr; }},
    {"MutatingAdmissionWebhook", Default::On, true, kAdmits, [](const PluginSources& s) -> MadePlugin { return s.core ? make_webhooks(*s.core, true, s.settings.configuration("MutatingAdmissionWebhook")) : MadePlugin(nullptr); }},
    {"ValidatingAdmissionPolicy", Default::On, false, kValidates, [](const PluginSources& s) -> MadePlugin { return s.core ? make_validating_policies(*s.core) : nullptr; }},
    {"ValidatingAdmissionWebhook", Default::On, true, kValidates, [](const PluginSources& s) -> MadePlugin { return s.core ? make_webhooks(*s.core, false, s.settings.configuration("ValidatingAdmissionWebhook")) : MadePlugin(nullptr); }},
    {"ResourceQuota", Default::On, true, kValidates, [](const PluginSources& s) { return make_resource_quota(s.reader, s.core, s.settings.configuration("ResourceQuota")); }},
};

const Entry* entry_of(std::string_view name) {
    auto found = std::find_if(std::begin(kPlugins), std::end(kPlugins), [&](const Entry& e) { return e.name == name; });
    return found == std::end(kPlugins) ? nullptr : found;
}

bool names(const std::vector<std::string>& list, std::string_view name) { return std::find(list.begin(), list.end(), name) != list.end(); }

Status check_names(const AdmissionSettings& settings) {
    for (const auto& name : settings.enabled) {
        if (!entry_of(name)) return error(Reason::BadRequest, "enable-admission-plugins: there is no plugin {} here", name);
        if (names(settings.disabled, name)) return error(Reason::BadRequest, "enable-admission-plugins: {} is in disable-admission-plugins as well", name);
    }
    for (const auto& name : settings.disabled) {
        const Entry* entry = entry_of(name);
        if (!entry) return error(Reason::BadRequest, "disable-admission-plugins: there is no plugin {} here", name);
        if (entry->runs == Default::Fixed) return error(Reason::BadRequest, "disable-admission-plugins: {} cannot be turned off", name);
    }
    for (const auto& [name, configuration] : settings.configurations) {
        const Entry* entry = entry_of(name);
        if (!entry || !entry->configured) return error(Reason::BadRequest, "admission-control-config-file: {} takes no configuration here", name);
    }
    return {};
}

}  // namespace

Status add_plugins(AdmissionChain& chain, const PluginSources& sources) {
    const AdmissionSettings& settings = sources.settings;
    TRY(check_names(settings));
    chain.add(make_device_claims(sources.reader));
    chain.add(make_certificate_requester(sources.core));
    for (const Entry& entry : kPlugins) {
        const bool runs = entry.runs == Default::Off ? names(settings.enabled, entry.name) : !names(settings.disabled, entry.name);
        if (!runs || !entry.make) continue;
        auto plugin = TRY(entry.make(sources).context("admission-control-config-file: {}", entry.name));
        if (plugin) chain.add(std::move(plugin), entry.steps);
    }
    return {};
}

Status refused(const AdmissionRequest& request, std::string_view why) { return forbidden(request.kind, request.name, why); }

bool is_resource(const AdmissionRequest& request, std::string_view group, std::string_view resource) {
    return request.kind.plural == resource && request.kind.gvk.group == group;
}

}  // namespace skiff::apiserver
