#include "server/apiserver/admission/pod_security_checks.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "api/go_text.h"
#include "base/strings.h"

namespace skiff::apiserver {
namespace {

using json::Value;
using Names = std::vector<std::string>;
using Sorted = std::set<std::string>;

struct Pod {
    const Value& metadata;
    const Value& spec;
    int minor;                                    // of the standards
    std::vector<const Value*> containers;         // init, ordinary, ephemeral: as they are visited
    const Value& context() const { return spec["securityContext"]; }
};

// Both empty: the check is passed.
struct Found {
    std::string reason, detail;
};

template <typename List>
std::string quoted(const List& names) {
    std::string out;
    for (const std::string& n : names) out += (out.empty() ? "\"" : ", \"") + n + "\"";
    return out;
}

std::string containers_text(const Names& names) { return (names.size() == 1 ? "container " : "containers ") + quoted(names); }
std::string volumes_text(const Names& names) { return (names.size() == 1 ? "volume " : "volumes ") + quoted(names); }

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) { return std::find(list.begin(), list.end(), text) != list.end(); }

template <typename Bad>
Names where(const Pod& pod, Bad bad) {
    Names out;
    for (const Value* c : pod.containers)
        if (bad(*c)) out.push_back((*c)["name"].as_string());
    return out;
}

// "pod and containers "a", "b"": whose security context is bad; "" when nobody's.
template <typename Bad>
Names setters(const Pod& pod, Bad bad) {
    Names out;
    if (bad(pod.context())) out.emplace_back("pod");
    if (Names names = where(pod, [&](const Value& c) { return bad(c["securityContext"]); }); !names.empty()) out.push_back(containers_text(names));
    return out;
}

bool is_false(const Value& value) { return value.is_bool() && !value.as_bool(); }
bool windows(const Pod& pod) { return pod.minor >= 25 && pod.spec["os"]["name"].as_string() == "windows"; }

Found app_armor(const Pod& pod) {
    Sorted types;
    Names who = setters(pod, [&](const Value& context) {
        const std::string& type = context["appArmorProfile"]["type"].as_string();
        const bool bad = context["appArmorProfile"].is_object() && type != "RuntimeDefault" && type != "Localhost";
        if (bad) types.insert(type);
        return bad;
    });
    Sorted annotations;
    for (const auto& [key, value] : pod.metadata["annotations"].members()) {
        const std::string& profile = value.as_string();
        if (key.starts_with("container.apparmor.security.beta.kubernetes.io/") && !profile.empty() && profile != "runtime/default" && !profile.starts_with("localhost/"))
            annotations.insert(key + "=" + api::go_quote(profile));
    }
    Names values(types.begin(), types.end());
    values.insert(values.end(), annotations.begin(), annotations.end());
    if (!annotations.empty()) who.emplace_back(annotations.size() == 1 ? "annotation" : "annotations");
    if (who.empty()) return {};
    return {values.size() == 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles", fmt::format("{} must not set AppArmor profile type to {}", join(who, " and "), quoted(values))};
}

Found baseline_capabilities(const Pod& pod) {
    Sorted added;
    Names bad = where(pod, [&](const Value& c) {
        bool found = false;
        for (const Value& cap : c["securityContext"]["capabilities"]["add"].items())
            if (!is_one_of(cap.as_string(), {"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"})) {
                added.insert(cap.as_string());
                found = true;
            }
        return found;
    });
    if (bad.empty()) return {};
    return {"non-default capabilities", fmt::format("{} must not include {} in securityContext.capabilities.add", containers_text(bad), quoted(added))};
}

Found host_namespaces(const Pod& pod) {
    Names used;
    for (const char* field : {"hostNetwork", "hostPID", "hostIPC"})
        if (pod.spec[field].as_bool()) used.push_back(std::string(field) + "=true");
    return used.empty() ? Found{} : Found{"host namespaces", join(used, ", ")};
}

Found host_path(const Pod& pod) {
    Names bad;
    for (const Value& v : pod.spec["volumes"].items())
        if (v.has("hostPath")) bad.push_back(v["name"].as_string());
    return bad.empty() ? Found{} : Found{"hostPath volumes", volumes_text(bad)};
}

Found host_ports(const Pod& pod) {
    Sorted ports;
    Names bad = where(pod, [&](const Value& c) {
        bool found = false;
        for (const Value& p : c["ports"].items())
            if (p["hostPort"].as_int() != 0) {
                ports.insert(std::to_string(p["hostPort"].as_int()));
                found = true;
            }
        return found;
    });
    if (bad.empty()) return {};
    return {"hostPort", fmt::format("{} {} {} {}", containers_text(bad), bad.size() == 1 ? "uses" : "use", ports.size() == 1 ? "hostPort" : "hostPorts", join(Names(ports.begin(), ports.end()), ", "))};
}

Found host_probes(const Pod& pod) {
    Sorted hosts, names;
    for (const Value* c : pod.containers)
        for (const Value* handler : {&(*c)["livenessProbe"], &(*c)["readinessProbe"], &(*c)["startupProbe"], &(*c)["lifecycle"]["postStart"], &(*c)["lifecycle"]["preStop"]})
            for (const char* kind : {"httpGet", "tcpSocket"})
                if (const std::string& host = (*handler)[kind]["host"].as_string(); !host.empty()) {
                    hosts.insert(host);
                    names.insert((*c)["name"].as_string());
                }
    if (names.empty()) return {};
    return {"probe or lifecycle host", fmt::format("{} {} {} {}", containers_text(Names(names.begin(), names.end())), names.size() == 1 ? "uses" : "use",
                                                   hosts.size() == 1 ? "probe or lifecycle host" : "probe or lifecycle hosts", quoted(hosts))};
}

Found privileged(const Pod& pod) {
    Names bad = where(pod, [](const Value& c) { return c["securityContext"]["privileged"].as_bool(); });
    return bad.empty() ? Found{} : Found{"privileged", containers_text(bad) + " must not set securityContext.privileged=true"};
}

Found proc_mount(const Pod& pod) {
    Sorted types;
    Names bad = where(pod, [&](const Value& c) {
        const Value& type = c["securityContext"]["procMount"];
        const bool found = type.is_string() && type.as_string() != "Default";
        if (found) types.insert(type.as_string());
        return found;
    });
    return bad.empty() ? Found{} : Found{"procMount", fmt::format("{} must not set securityContext.procMount to {}", containers_text(bad), quoted(types))};
}

Found selinux(const Pod& pod) {
    Sorted types;
    bool user = false, role = false;
    Names who = setters(pod, [&](const Value& context) {
        const Value& options = context["seLinuxOptions"];
        const std::string& type = options["type"].as_string();
        const bool bad_type = !is_one_of(type, {"", "container_t", "container_init_t", "container_kvm_t"}) && !(pod.minor >= 31 && type == "container_engine_t");
        const bool has_user = !options["user"].as_string().empty(), has_role = !options["role"].as_string().empty();
        if (bad_type) types.insert(type);
        user = user || has_user;
        role = role || has_role;
        return bad_type || has_user || has_role;
    });
    if (who.empty()) return {};
    Names what;
    if (!types.empty()) what.push_back((types.size() == 1 ? "type " : "types ") + quoted(types));
    if (user) what.emplace_back("user may not be set");
    if (role) what.emplace_back("role may not be set");
    return {"seLinuxOptions", fmt::format("{} set forbidden securityContext.seLinuxOptions: {}", join(who, " and "), join(what, "; "))};
}

// Before the field there were annotations.
Found seccomp_annotations(const Pod& pod) {
    Sorted forbidden;
    auto look = [&](const std::string& key) {
        const Value* value = pod.metadata["annotations"].find(key);
        if (!value) return;
        const std::string& profile = value->as_string();
        if (profile != "runtime/default" && profile != "docker/default" && !profile.starts_with("localhost/")) forbidden.insert(key + "=" + api::go_quote(profile));
    };
    look("seccomp.security.alpha.kubernetes.io/pod");
    for (const Value* c : pod.containers) look("container.seccomp.security.alpha.kubernetes.io/" + (*c)["name"].as_string());
    if (forbidden.empty()) return {};
    return {"seccompProfile", fmt::format("forbidden {} {}", forbidden.size() == 1 ? "annotation" : "annotations", join(Names(forbidden.begin(), forbidden.end()), ", "))};
}

bool good_seccomp(const Value& context) { return is_one_of(context["seccompProfile"]["type"].as_string(), {"RuntimeDefault", "Localhost"}); }

Found baseline_seccomp(const Pod& pod) {
    Sorted types;
    Names who = setters(pod, [&](const Value& context) {
        const bool bad = context["seccompProfile"].is_object() && !good_seccomp(context);
        if (bad) types.insert(context["seccompProfile"]["type"].as_string());
        return bad;
    });
    return who.empty() ? Found{} : Found{"seccompProfile", fmt::format("{} must not set securityContext.seccompProfile.type to {}", join(who, " and "), quoted(types))};
}

Found sysctls(const Pod& pod) {
    Names bad;
    for (const Value& s : pod.context()["sysctls"].items()) {
        const std::string& name = s["name"].as_string();
        bool allowed = is_one_of(name, {"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start"});
        allowed = allowed || (pod.minor >= 27 && name == "net.ipv4.ip_local_reserved_ports");
        allowed = allowed || (pod.minor >= 29 && is_one_of(name, {"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"}));
        allowed = allowed || (pod.minor >= 32 && is_one_of(name, {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}));
        if (!allowed) bad.push_back(name);
    }
    return bad.empty() ? Found{} : Found{"forbidden sysctls", join(bad, ", ")};
}

Found host_process(const Pod& pod) {
    Names who = setters(pod, [](const Value& context) { return context["windowsOptions"]["hostProcess"].as_bool(); });
    return who.empty() ? Found{} : Found{"hostProcess", join(who, " and ") + " must not set securityContext.windowsOptions.hostProcess=true"};
}

Found privilege_escalation(const Pod& pod) {
    if (windows(pod)) return {};
    Names bad = where(pod, [](const Value& c) { return c["securityContext"]["allowPrivilegeEscalation"].as_bool(true); });
    return bad.empty() ? Found{} : Found{"allowPrivilegeEscalation != false", containers_text(bad) + " must set securityContext.allowPrivilegeEscalation=false"};
}

Found restricted_capabilities(const Pod& pod) {
    if (windows(pod)) return {};
    auto has = [](const Value& list, const char* name) { return std::any_of(list.items().begin(), list.items().end(), [&](const Value& cap) { return cap.as_string() == name; }); };
    Names undropped = where(pod, [&](const Value& c) { return !has(c["securityContext"]["capabilities"]["drop"], "ALL"); });
    Sorted added;
    Names adding = where(pod, [&](const Value& c) {
        bool found = false;
        for (const Value& cap : c["securityContext"]["capabilities"]["add"].items())
            if (cap.as_string() != "NET_BIND_SERVICE") {
                added.insert(cap.as_string());
                found = true;
            }
        return found;
    });
    Names details;
    if (!undropped.empty()) details.push_back(containers_text(undropped) + " must set securityContext.capabilities.drop=[\"ALL\"]");
    if (!adding.empty()) details.push_back(fmt::format("{} must not include {} in securityContext.capabilities.add", containers_text(adding), quoted(added)));
    return details.empty() ? Found{} : Found{"unrestricted capabilities", join(details, "; ")};
}

Found restricted_volumes(const Pod& pod) {
    Names bad;
    Sorted types;
    for (const Value& v : pod.spec["volumes"].items())
        for (const json::Member& m : v.members())
            if (!is_one_of(m.key, {"name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"})) {
                bad.push_back(v["name"].as_string());
                types.insert(m.key);
                break;
            }
    if (bad.empty()) return {};
    return {"restricted volume types",
            fmt::format("{} {} restricted volume {} {}", volumes_text(bad), bad.size() == 1 ? "uses" : "use", types.size() == 1 ? "type" : "types", quoted(types))};
}

Found run_as_non_root(const Pod& pod) {
    const char* reason = "runAsNonRoot != true";
    if (Names who = setters(pod, [](const Value& context) { return is_false(context["runAsNonRoot"]); }); !who.empty()) return {reason, join(who, " and ") + " must not set securityContext.runAsNonRoot=false"};
    if (pod.context()["runAsNonRoot"].as_bool()) return {};
    Names missing = where(pod, [](const Value& c) { return !c["securityContext"]["runAsNonRoot"].is_bool(); });
    return missing.empty() ? Found{} : Found{reason, fmt::format("pod or {} must set securityContext.runAsNonRoot=true", containers_text(missing))};
}

Found run_as_user(const Pod& pod) {
    Names who = setters(pod, [](const Value& context) { return context["runAsUser"].is_number() && context["runAsUser"].as_int() == 0; });
    return who.empty() ? Found{} : Found{"runAsUser=0", join(who, " and ") + " must not set runAsUser=0"};
}

Found restricted_seccomp(const Pod& pod) {
    if (windows(pod)) return {};
    if (Found bad = baseline_seccomp(pod); !bad.reason.empty()) return bad;
    if (good_seccomp(pod.context())) return {};
    Names missing = where(pod, [](const Value& c) { return !c["securityContext"]["seccompProfile"].is_object(); });
    return missing.empty() ? Found{} : Found{"seccompProfile", fmt::format("pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"", containers_text(missing))};
}

constexpr int kNever = kLatestSecurity;

struct Check {
    SecurityLevel from;
    int first, last;                   // minor versions of the standards that have it
    int replaced;                      // from this version on the level Restricted has a stricter one instead
    Found (*run)(const Pod&);
};

// In the order of the checks' ids, first the baseline's, which is the order of the messages.
constexpr Check kChecks[] = {
    {SecurityLevel::Baseline, 0, kLatestSecurity, kNever, app_armor},
    {SecurityLevel::Baseline, 0, kLatestSecurity, 22, baseline_capabilities},
    {SecurityLevel::Baseline, 0, kLatestSecurity, kNever, host_namespaces},
    {SecurityLevel::Baseline, 0, kLatestSecurity, 0, host_path},
    {SecurityLevel::Baseline, 0, kLatestSecurity, kNever, host_ports},
    {SecurityLevel::Baseline, 34, kLatestSecurity, kNever, host_probes},
    {SecurityLevel::Baseline, 0, kLatestSecurity, kNever, privileged},
    {SecurityLevel::Baseline, 0, kLatestSecurity, kNever, proc_mount},
    {SecurityLevel::Baseline, 0, kLatestSecurity, kNever, selinux},
    {SecurityLevel::Baseline, 0, 18, kNever, seccomp_annotations},
    {SecurityLevel::Baseline, 19, kLatestSecurity, 19, baseline_seccomp},
    {SecurityLevel::Baseline, 0, kLatestSecurity, kNever, sysctls},
    {SecurityLevel::Baseline, 0, kLatestSecurity, kNever, host_process},
    {SecurityLevel::Restricted, 8, kLatestSecurity, kNever, privilege_escalation},
    {SecurityLevel::Restricted, 22, kLatestSecurity, kNever, restricted_capabilities},
    {SecurityLevel::Restricted, 0, kLatestSecurity, kNever, restricted_volumes},
    {SecurityLevel::Restricted, 0, kLatestSecurity, kNever, run_as_non_root},
    {SecurityLevel::Restricted, 23, kLatestSecurity, kNever, run_as_user},
    {SecurityLevel::Restricted, 19, kLatestSecurity, kNever, restricted_seccomp},
};

}  // namespace

SecurityVerdict security_violations(SecurityLevel level, int minor, const Value& metadata, const Value& spec) {
    SecurityVerdict out;
    if (level == SecurityLevel::Privileged) return out;
    Pod pod{metadata, spec, minor, {}};
    for (const char* list : {"initContainers", "containers", "ephemeralContainers"})
        for (const Value& c : spec[list].items()) pod.containers.push_back(&c);
    for (const Check& check : kChecks) {
        const bool replaced = level == SecurityLevel::Restricted && check.replaced != kNever && minor >= check.replaced;
        if (check.from > level || minor < check.first || minor > check.last || replaced) continue;
        Found found = check.run(pod);
        if (found.reason.empty()) continue;
        const char* comma = out.reasons.empty() ? "" : ", ";
        out.reasons += comma + found.reason;
        out.details += fmt::format("{}{} ({})", comma, found.reason, found.detail);
    }
    return out;
}

}  // namespace skiff::apiserver
