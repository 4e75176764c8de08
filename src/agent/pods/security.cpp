#include "agent/pods/security.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "agent/pods/pod_spec.h"
#include "agent/runtime/capabilities.h"
#include "base/strings.h"

namespace skiff::agent::pods {

namespace {

constexpr const char* kDefaultCapabilities[] = {"CAP_CHOWN",  "CAP_DAC_OVERRIDE", "CAP_FSETID",  "CAP_FOWNER",         "CAP_MKNOD",    "CAP_NET_RAW",  "CAP_SETGID",
                                                "CAP_SETUID", "CAP_SETFCAP",      "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"};

std::string capability_name(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text.rfind("CAP_", 0) == 0 ? text : "CAP_" + text;
}

bool has_all(const json::Value& list) {
    for (const auto& entry : list.items())
        if (capability_name(entry.as_string()) == "CAP_ALL") return true;
    return false;
}

Status check_non_root(const json::Value& pod, const json::Value& container, const User& user, const std::string& image_user) {
    if (!effective(pod, container, "runAsNonRoot").as_bool()) return {};
    const bool user_given = effective(pod, container, "runAsUser").is_int();
    const std::string name = image_user.substr(0, image_user.find(':'));
    const std::string where = fmt::format("(pod: \"{}\", container: {})", display_name(pod), container["name"].as_string());
    if (user_given) {
        if (user.uid == 0) return error(Reason::Forbidden, "container's runAsUser breaks non-root policy {}", where);
        return {};
    }
    if (!name.empty() && !parse_int(name))
        return error(Reason::Forbidden, "container has runAsNonRoot and image has non-numeric user ({}), cannot verify user is non-root {}", name, where);
    if (user.uid == 0) return error(Reason::Forbidden, "container has runAsNonRoot and image will run as root {}", where);
    return {};
}

// Without a profile the runtime's own confines the container, as in a kubelet with --seccomp-default: safe is the default here.
std::string seccomp_of(const json::Value& pod, const json::Value& container, const std::string& seccomp_root) {
    const json::Value& profile = effective(pod, container, "seccompProfile");
    const std::string& type = profile["type"].as_string();
    if (type == "Localhost") return seccomp_root + "/" + profile["localhostProfile"].as_string();
    return type == "Unconfined" ? type : "RuntimeDefault";
}

}  // namespace

std::vector<std::string> capabilities(const json::Value& context) {
    const json::Value& add = context["capabilities"]["add"];
    const json::Value& drop = context["capabilities"]["drop"];
    std::set<std::string> held;
    const bool all = has_all(add);
    if (all) held.insert(runtime::kCapabilities.begin(), runtime::kCapabilities.end());
    else if (!has_all(drop)) held.insert(std::begin(kDefaultCapabilities), std::end(kDefaultCapabilities));
    for (const auto& entry : drop.items()) held.erase(capability_name(entry.as_string()));
    for (const auto& entry : add.items())
        if (const std::string name = capability_name(entry.as_string()); name != "CAP_ALL") held.insert(name);
    std::vector<std::string> result;
    for (const char* name : runtime::kCapabilities)
        if (held.count(name)) result.push_back(name);
    return result;
}

const json::Value& effective(const json::Value& pod, const json::Value& container, const char* field) {
    const json::Value& own = container["securityContext"][field];
    return own.is_null() ? pod["spec"]["securityContext"][field] : own;
}

Result<runtime::Security> make_security(const json::Value& pod, const json::Value& container, const User& user, const std::string& image_user,
                                        const std::string& seccomp_root) {
    TRY(check_non_root(pod, container, user, image_user));
    const json::Value& own = container["securityContext"];
    const json::Value& pod_context = pod["spec"]["securityContext"];
    runtime::Security security;
    security.uid = user.uid;
    security.gid = user.gid;
    std::vector<int64_t> groups{user.gid};
    if (pod_context["supplementalGroupsPolicy"].as_string() != "Strict") groups.insert(groups.end(), user.groups.begin(), user.groups.end());
    for (const auto& group : pod_context["supplementalGroups"].items()) groups.push_back(group.as_int());
    if (pod_context["fsGroup"].is_int()) groups.push_back(pod_context["fsGroup"].as_int());
    for (const int64_t group : groups)
        if (std::find(security.supplemental_groups.begin(), security.supplemental_groups.end(), group) == security.supplemental_groups.end())
            security.supplemental_groups.push_back(group);
    security.privileged = own["privileged"].as_bool();
    if (security.privileged) security.capabilities.assign(runtime::kCapabilities.begin(), runtime::kCapabilities.end());
    else security.capabilities = capabilities(own);
    security.read_only_rootfs = own["readOnlyRootFilesystem"].as_bool();
    const json::Value& escalation = own["allowPrivilegeEscalation"];
    security.no_new_privileges = escalation.is_bool() && !escalation.as_bool();
    security.seccomp = security.privileged ? "Unconfined" : seccomp_of(pod, container, seccomp_root);
    security.unmasked_proc = own["procMount"].as_string() == "Unmasked";
    const json::Value& apparmor = effective(pod, container, "appArmorProfile");
    if (apparmor["type"].as_string() == "Localhost") security.apparmor = apparmor["localhostProfile"].as_string();
    if (apparmor["type"].as_string() == "Unconfined" || security.privileged) security.apparmor = "unconfined";
    return security;
}

}  // namespace skiff::agent::pods
