#include "server/apiserver/admission/pod_security_checks.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

namespace skiff::apiserver {
namespace {

using Names = std::vector<std::string>;

struct Pod {
    const json::Value& metadata;
    const json::Value& spec;
    std::vector<const json::Value*> containers;   // init, ordinary, ephemeral: as they are visited
};

const std::set<std::string, std::less<>> kBaselineCapabilities = {"AUDIT_WRITE", "CHOWN",  "DAC_OVERRIDE",     "FOWNER", "FSETID", "KILL",      "MKNOD",
                                                                  "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};
const std::set<std::string, std::less<>> kSafeSysctls = {
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"};
const std::set<std::string, std::less<>> kRestrictedVolumes = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret", "image"};
const std::set<std::string, std::less<>> kSelinuxTypes = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"};

std::string quoted(const Names& names) {
    std::string out;
    for (const std::string& n : names) out += (out.empty() ? "\"" : ", \"") + n + "\"";
    return out;
}

std::string containers_text(const Names& names) { return (names.size() == 1 ? "container " : "containers ") + quoted(names); }

std::string volumes_text(const Names& names) { return (names.size() == 1 ? "volume " : "volumes ") + quoted(names); }

Names where(const Pod& pod, const std::function<bool(const json::Value&)>& bad) {
    Names out;
    for (const json::Value* c : pod.containers)
        if (bad(*c)) out.push_back((*c)["name"].as_string());
    return out;
}

std::string privilege_escalation(const Pod& pod) {
    Names bad = where(pod, [](const json::Value& c) { return c["securityContext"]["allowPrivilegeEscalation"].as_bool(true); });
    return bad.empty() ? "" : fmt::format("allowPrivilegeEscalation != false ({} must set securityContext.allowPrivilegeEscalation=false)", containers_text(bad));
}

std::string baseline_capabilities(const Pod& pod) {
    std::set<std::string> added;
    Names bad = where(pod, [&](const json::Value& c) {
        bool found = false;
        for (const json::Value& cap : c["securityContext"]["capabilities"]["add"].items())
            if (kBaselineCapabilities.count(cap.as_string()) == 0) found = added.insert(cap.as_string()).second || true;
        return found;
    });
    if (bad.empty()) return "";
    return fmt::format("non-default capabilities ({} must not include {} in securityContext.capabilities.add)", containers_text(bad), quoted(Names(added.begin(), added.end())));
}

std::string restricted_capabilities(const Pod& pod) {
    Names undropped = where(pod, [](const json::Value& c) {
        for (const json::Value& cap : c["securityContext"]["capabilities"]["drop"].items())
            if (cap.as_string() == "ALL") return false;
        return true;
    });
    std::set<std::string> added;
    Names adding = where(pod, [&](const json::Value& c) {
        bool found = false;
        for (const json::Value& cap : c["securityContext"]["capabilities"]["add"].items())
            if (cap.as_string() != "NET_BIND_SERVICE") found = added.insert(cap.as_string()).second || true;
        return found;
    });
    std::string detail;
    if (!undropped.empty()) detail = fmt::format("{} must set securityContext.capabilities.drop=[\"ALL\"]", containers_text(undropped));
    if (!adding.empty())
        detail += fmt::format("{}{} must not include {} in securityContext.capabilities.add", detail.empty() ? "" : "; ", containers_text(adding), quoted(Names(added.begin(), added.end())));
    return detail.empty() ? "" : "unrestricted capabilities (" + detail + ")";
}

std::string host_namespaces(const Pod& pod) {
    std::string detail;
    for (const char* field : {"hostNetwork", "hostPID", "hostIPC"})
        if (pod.spec[field].as_bool()) detail += std::string(detail.empty() ? "" : ", ") + field + "=true";
    return detail.empty() ? "" : "host namespaces (" + detail + ")";
}

std::string host_path(const Pod& pod) {
    Names bad;
    for (const json::Value& v : pod.spec["volumes"].items())
        if (v.has("hostPath")) bad.push_back(v["name"].as_string());
    return bad.empty() ? "" : fmt::format("hostPath volumes ({})", volumes_text(bad));
}

std::string host_ports(const Pod& pod) {
    std::set<std::string> ports;
    Names bad = where(pod, [&](const json::Value& c) {
        bool found = false;
        for (const json::Value& p : c["ports"].items())
            if (p["hostPort"].as_int() != 0) {
                ports.insert(std::to_string(p["hostPort"].as_int()));
                found = true;
            }
        return found;
    });
    if (bad.empty()) return "";
    std::string list;
    for (const std::string& p : ports) list += (list.empty() ? "" : ", ") + p;
    return fmt::format("hostPort ({} {} {} {})", containers_text(bad), bad.size() == 1 ? "uses" : "use", ports.size() == 1 ? "hostPort" : "hostPorts", list);
}

std::string privileged(const Pod& pod) {
    Names bad = where(pod, [](const json::Value& c) { return c["securityContext"]["privileged"].as_bool(); });
    return bad.empty() ? "" : fmt::format("privileged ({} must not set securityContext.privileged=true)", containers_text(bad));
}

std::string proc_mount(const Pod& pod) {
    Names bad = where(pod, [](const json::Value& c) {
        const std::string& type = c["securityContext"]["procMount"].as_string();
        return !type.empty() && type != "Default";
    });
    return bad.empty() ? "" : fmt::format("procMount ({} must not set securityContext.procMount to \"Unmasked\")", containers_text(bad));
}

std::string restricted_volumes(const Pod& pod) {
    Names bad;
    std::set<std::string> types;
    for (const json::Value& v : pod.spec["volumes"].items())
        for (const json::Member& m : v.members())
            if (m.key != "name" && kRestrictedVolumes.count(m.key) == 0) {
                bad.push_back(v["name"].as_string());
                types.insert(m.key);
                break;
            }
    if (bad.empty()) return "";
    return fmt::format("restricted volume types ({} {} restricted volume {} {})", volumes_text(bad), bad.size() == 1 ? "uses" : "use", types.size() == 1 ? "type" : "types",
                       quoted(Names(types.begin(), types.end())));
}

std::string run_as_non_root(const Pod& pod) {
    const json::Value& own = pod.spec["securityContext"]["runAsNonRoot"];
    if (own.is_bool() && !own.as_bool()) return "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)";
    bool set = own.as_bool();
    Names wrong = where(pod, [](const json::Value& c) { return c["securityContext"]["runAsNonRoot"].is_bool() && !c["securityContext"]["runAsNonRoot"].as_bool(); });
    if (!wrong.empty()) return fmt::format("runAsNonRoot != true ({} must not set securityContext.runAsNonRoot=false)", containers_text(wrong));
    Names missing = where(pod, [&](const json::Value& c) { return !set && !c["securityContext"]["runAsNonRoot"].is_bool(); });
    return missing.empty() ? "" : fmt::format("runAsNonRoot != true (pod or {} must set securityContext.runAsNonRoot=true)", containers_text(missing));
}

std::string run_as_user(const Pod& pod) {
    auto root = [](const json::Value& context) { return context["runAsUser"].is_number() && context["runAsUser"].as_int() == 0; };
    std::string detail;
    if (root(pod.spec["securityContext"])) detail = "pod must not set runAsUser=0";
    Names bad = where(pod, [&](const json::Value& c) { return root(c["securityContext"]); });
    if (!bad.empty()) detail += (detail.empty() ? "" : ", ") + containers_text(bad) + " must not set runAsUser=0";
    return detail.empty() ? "" : "runAsUser=0 (" + detail + ")";
}

std::string selinux(const Pod& pod) {
    auto bad_options = [](const json::Value& context) {
        const json::Value& o = context["seLinuxOptions"];
        return kSelinuxTypes.count(o["type"].as_string()) == 0 || !o["user"].as_string().empty() || !o["role"].as_string().empty();
    };
    std::string who;
    if (bad_options(pod.spec["securityContext"])) who = "pod";
    Names bad = where(pod, [&](const json::Value& c) { return bad_options(c["securityContext"]); });
    if (!bad.empty()) who += (who.empty() ? "" : " and ") + containers_text(bad);
    return who.empty() ? "" : fmt::format("seLinuxOptions ({} set forbidden securityContext.seLinuxOptions)", who);
}

std::string baseline_seccomp(const Pod& pod) {
    auto unconfined = [](const json::Value& context) { return context["seccompProfile"]["type"].as_string() == "Unconfined"; };
    std::string who;
    if (unconfined(pod.spec["securityContext"])) who = "pod";
    Names bad = where(pod, [&](const json::Value& c) { return unconfined(c["securityContext"]); });
    if (!bad.empty()) who += (who.empty() ? "" : " and ") + containers_text(bad);
    return who.empty() ? "" : fmt::format("seccompProfile ({} must not set securityContext.seccompProfile.type to \"Unconfined\")", who);
}

std::string restricted_seccomp(const Pod& pod) {
    auto good = [](const std::string& type) { return type == "RuntimeDefault" || type == "Localhost"; };
    const std::string& own = pod.spec["securityContext"]["seccompProfile"]["type"].as_string();
    if (!own.empty() && !good(own)) return fmt::format("seccompProfile (pod must not set securityContext.seccompProfile.type to \"{}\")", own);
    Names wrong = where(pod, [&](const json::Value& c) {
        const std::string& type = c["securityContext"]["seccompProfile"]["type"].as_string();
        return !type.empty() && !good(type);
    });
    if (!wrong.empty()) return fmt::format("seccompProfile ({} must not set securityContext.seccompProfile.type to \"Unconfined\")", containers_text(wrong));
    Names missing = where(pod, [&](const json::Value& c) { return own.empty() && c["securityContext"]["seccompProfile"]["type"].as_string().empty(); });
    return missing.empty() ? "" : fmt::format("seccompProfile (pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")", containers_text(missing));
}

std::string sysctls(const Pod& pod) {
    Names bad;
    for (const json::Value& s : pod.spec["securityContext"]["sysctls"].items())
        if (kSafeSysctls.count(s["name"].as_string()) == 0) bad.push_back(s["name"].as_string());
    if (bad.empty()) return "";
    std::string list;
    for (const std::string& s : bad) list += (list.empty() ? "" : ", ") + s;
    return fmt::format("forbidden sysctls ({})", list);
}

struct Check {
    SecurityLevel from;
    bool replaced;                     // by a stricter one at the level Restricted
    std::string (*run)(const Pod&);
};

// In the order of the checks' ids, which is the order of the messages.
constexpr Check kChecks[] = {
    {SecurityLevel::Restricted, false, privilege_escalation},
    {SecurityLevel::Baseline, true, baseline_capabilities},
    {SecurityLevel::Restricted, false, restricted_capabilities},
    {SecurityLevel::Baseline, false, host_namespaces},
    {SecurityLevel::Baseline, false, host_path},
    {SecurityLevel::Baseline, false, host_ports},
    {SecurityLevel::Baseline, false, privileged},
    {SecurityLevel::Baseline, false, proc_mount},
    {SecurityLevel::Restricted, false, restricted_volumes},
    {SecurityLevel::Restricted, false, run_as_non_root},
    {SecurityLevel::Restricted, false, run_as_user},
    {SecurityLevel::Baseline, false, selinux},
    {SecurityLevel::Baseline, true, baseline_seccomp},
    {SecurityLevel::Restricted, false, restricted_seccomp},
    {SecurityLevel::Baseline, false, sysctls},
};

}  // namespace

std::string security_violations(SecurityLevel level, const json::Value& metadata, const json::Value& spec) {
    if (level == SecurityLevel::Privileged || spec["os"]["name"].as_string() == "windows") return "";
    Pod pod{metadata, spec, {}};
    for (const char* list : {"initContainers", "containers", "ephemeralContainers"})
        for (const json::Value& c : spec[list].items()) pod.containers.push_back(&c);
    std::string out;
    for (const Check& check : kChecks) {
        if (check.from > level || (check.replaced && level == SecurityLevel::Restricted)) continue;
        std::string text = check.run(pod);
        if (!text.empty()) out += (out.empty() ? "" : ", ") + text;
    }
    return out;
}

}  // namespace skiff::apiserver
