// Security contexts of pods and containers, sysctls, and what an operating system forbids.
#include <climits>
#include <set>

#include <fmt/core.h>

#include "api/kinds/internal_form.h"
#include "api/kinds/validate.h"
#include "api/kinds/validate_parts.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kListsOfContainers[] = {"initContainers", "containers", "ephemeralContainers"};

void check_ids(const Value& context, std::initializer_list<const char*> fields, const FieldPath& path, FieldErrors& errors) {
    for (const char* field : fields)
        if (context[field].is_int())
            for (const auto& complaint : check_id(context[field].as_int())) errors.invalid(path.child(field), context[field], complaint);
}

void validate_seccomp(const Value& profile, const FieldPath& path, FieldErrors& errors) {
    if (!profile.is_object()) return;
    if (profile["type"].empty()) errors.required(path.child("type"), "type is required when seccompProfile is set");
    else check_one_of(profile["type"], path.child("type"), {"Localhost", "RuntimeDefault", "Unconfined"}, errors);
    const Value& file = profile["localhostProfile"];
    FieldPath at = path.child("localhostProfile");
    if (profile["type"].as_string() == "Localhost") {
        if (file.is_null()) errors.required(at, "must be set when seccomp type is Localhost");
        else check_local_descending_path(file, at, errors);
    } else if (!file.is_null()) {
        errors.invalid(at, internal_form("SeccompProfile", profile), "can only be set when seccomp type is Localhost");
    }
}

void validate_app_armor(const Value& profile, const FieldPath& path, FieldErrors& errors) {
    constexpr size_t kProfileMax = 4095;   // PATH_MAX - 1
    if (!profile.is_object()) return;
    const Value& name = profile["localhostProfile"];
    FieldPath at = path.child("localhostProfile");
    if (profile["type"].empty()) {
        errors.required(path.child("type"), "type is required when appArmorProfile is set");
    } else if (profile["type"].as_string() == "Localhost") {
        if (name.is_null() || (name.as_string().empty())) errors.required(at, "must be set when AppArmor type is Localhost");
        else if (trim(name.as_string()) != name.as_string()) errors.invalid(at, name, "must not be padded with whitespace");
        if (name.as_string().size() > kProfileMax) errors.too_long(at, kProfileMax);
    } else if (profile["type"].as_string() == "RuntimeDefault" || profile["type"].as_string() == "Unconfined") {
        if (!name.is_null()) errors.invalid(at, name, "can only be set when AppArmor type is Localhost");
    } else {
        check_one_of(profile["type"], path.child("type"), {"Localhost", "RuntimeDefault", "Unconfined"}, errors);
    }
}

constexpr size_t kCredentialMax = 64 << 10;

bool is_netbios_domain(std::string_view domain) {
    constexpr size_t kLengthMax = 15;
    return !domain.empty() && domain.size() <= kLengthMax && domain[0] != '.' && domain.find_first_of("\\/:*?\"<>|") == std::string_view::npos;
}

// USER or DOMAIN\USER.
Complaints windows_user_complaints(const std::string& name) {
    constexpr size_t kDomainMax = 256, kUserMax = 104;
    if (name.empty()) return {"runAsUserName cannot be an empty string"};
    for (unsigned char c : name)
        if (c < 0x20 || c == 0x7f) return {"runAsUserName cannot contain control characters"};
    size_t split = name.find('\\');
    if (split != name.rfind('\\')) return {"runAsUserName cannot contain more than one backslash"};
    Complaints out;
    std::string domain = split == std::string::npos ? "" : name.substr(0, split), user = name.substr(split == std::string::npos ? 0 : split + 1);
    if (domain.size() >= kDomainMax) out.push_back("runAsUserName's Domain length must be under 256 characters");
    if (split != std::string::npos && !is_netbios_domain(domain) && !check_dns1123_subdomain(lower(domain)).empty())
        out.push_back("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
    if (user.empty()) out.push_back("runAsUserName's User cannot be empty");
    else if (user.size() > kUserMax) out.push_back("runAsUserName's User length must not be longer than 104 characters");
    if (!user.empty() && user.find_first_not_of(". ") == std::string::npos) out.push_back("runAsUserName's User cannot contain only periods or spaces");
    if (user.find_first_of("\"/\\:;|=,+*?<>@[]") != std::string::npos)
        out.push_back("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
    return out;
}

void validate_windows_options(const Value& options, const FieldPath& path, FieldErrors& errors) {
    if (!options.is_object()) return;
    if (options["gmsaCredentialSpecName"].is_string())
        add_complaints(check_dns1123_subdomain(options["gmsaCredentialSpecName"].as_string()), path.child("gmsaCredentialSpecName"),
                       options["gmsaCredentialSpecName"].as_string(), errors);
    if (options["gmsaCredentialSpec"].is_string() && options["gmsaCredentialSpec"].as_string().empty())
        errors.invalid(path.child("gmsaCredentialSpec"), "", "gmsaCredentialSpec cannot be an empty string");
    if (options["gmsaCredentialSpec"].as_string().size() > kCredentialMax)
        errors.invalid(path.child("gmsaCredentialSpec"), options["gmsaCredentialSpec"], "gmsaCredentialSpec size must be under 64 KiB");
    if (options["runAsUserName"].is_string())
        for (const auto& complaint : windows_user_complaints(options["runAsUserName"].as_string()))
            errors.invalid(path.child("runAsUserName"), options["runAsUserName"], complaint);
}

// Segments of lower case letters, digits, - and _ that begin and end with a letter or digit, joined by dots or slashes.
bool is_sysctl_name(std::string_view name) {
    if (name.empty() || name.size() > 253) return false;
    auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    bool inside = false;
    for (size_t i = 0; i < name.size(); ++i) {
        char c = name[i];
        bool joint = c == '.' || c == '/';
        bool edge = !inside || i + 1 == name.size() || name[i + 1] == '.' || name[i + 1] == '/';
        if (joint ? !inside : edge ? !alphanumeric(c) : !(alphanumeric(c) || c == '-' || c == '_')) return false;
        inside = !joint;
    }
    return inside;
}

void validate_sysctls(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> seen;
    const Value& sysctls = spec["securityContext"]["sysctls"];
    for (size_t i = 0; i < sysctls.size(); ++i) {
        const std::string& name = sysctls[i]["name"].as_string();
        FieldPath at = path.index(i).child("name");
        if (name.empty()) errors.required(at, "");
        else if (!is_sysctl_name(name))
            errors.invalid(at, name, "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
        else if (!seen.insert(name).second) errors.duplicate(at, name);
        std::string dotted = name;
        for (char& c : dotted) c = c == '/' ? '.' : c;
        bool ipc = dotted.starts_with("kernel.shm") || dotted.starts_with("kernel.msg") || dotted == "kernel.sem" || dotted.starts_with("fs.mqueue.");
        if (spec["hostNetwork"].as_bool() && dotted.starts_with("net.")) errors.invalid(at, name, "may not be specified when 'hostNetwork' is true");
        else if (spec["hostIPC"].as_bool() && ipc) errors.invalid(at, name, "may not be specified when 'hostIPC' is true");
    }
}

template <typename Visit>
void for_each_context(const Value& spec, const FieldPath& path, Visit&& visit) {
    for (std::string_view list : kListsOfContainers)
        for (size_t i = 0; i < spec[list].size(); ++i) visit(spec[list][i]["securityContext"], path.child(list).index(i).child("securityContext"));
}

void validate_linux(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    auto check = [&](const Value& context, const FieldPath& at) {
        if (context["windowsOptions"].is_object()) errors.forbidden(at.child("windowsOptions"), "windows options cannot be set for a linux pod");
    };
    check(spec["securityContext"], path.child("securityContext"));
    for_each_context(spec, path, check);
}

void validate_windows(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    auto forbid = [&](const Value& value, const FieldPath& at) {
        if (!value.is_null()) errors.forbidden(at, "cannot be set for a windows pod");
    };
    FieldPath context = path.child("securityContext");
    for (auto field : {"appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "runAsUser", "runAsGroup", "supplementalGroups",
                       "supplementalGroupsPolicy", "seLinuxChangePolicy"})
        forbid(spec["securityContext"][field], context.child(field));
    if (spec["securityContext"]["sysctls"].size() > 0) forbid(true, context.child("sysctls"));
    for (auto field : {"hostPID", "hostIPC"})
        if (spec[field].as_bool()) forbid(true, path.child(field));
    for (auto field : {"hostUsers", "shareProcessNamespace"}) forbid(spec[field], path.child(field));
    for_each_context(spec, path, [&](const Value& own, const FieldPath& at) {
        for (auto field : {"appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation",
                           "procMount", "runAsUser", "runAsGroup"})
            forbid(own[field], at.child(field));
    });
}

// Windows' host processes share the host's network, and a pod has only such or none.
void validate_host_process(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    const Value& whole = spec["securityContext"]["windowsOptions"]["hostProcess"];
    size_t containers = 0, processes = 0;
    for_each_context(spec, path, [&](const Value& own, const FieldPath& at) {
        const Value& wanted = own["windowsOptions"]["hostProcess"];
        ++containers;
        if (whole.is_bool() && wanted.is_bool() && whole.as_bool() != wanted.as_bool())
            errors.invalid(at.child("windowsOptions").child("hostProcess"), wanted,
                           fmt::format("pod hostProcess value must be identical if both are specified, was {}", whole.as_bool()));
        if (wanted.is_bool() ? wanted.as_bool() : whole.as_bool()) ++processes;
    });
    if (processes == 0) return;
    if (processes != containers) errors.invalid(path, "", "If pod contains any hostProcess containers then all containers must be HostProcess containers");
    if (!spec["hostNetwork"].as_bool()) errors.invalid(path.child("hostNetwork"), spec["hostNetwork"].as_bool(), "hostNetwork must be true if pod contains any hostProcess containers");
}

void validate_host_users(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    if (!spec["hostUsers"].is_bool() || spec["hostUsers"].as_bool()) return;
    for (auto field : {"hostNetwork", "hostPID", "hostIPC"})
        if (spec[field].as_bool()) errors.forbidden(path.child(field), "when `hostUsers` is false");
}

}  // namespace

void validate_pod_security_context(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    const Value& context = spec["securityContext"];
    FieldPath at = path.child("securityContext");
    check_ids(context, {"runAsUser", "runAsGroup", "fsGroup"}, at, errors);
    const Value& groups = context["supplementalGroups"];
    for (size_t i = 0; i < groups.size(); ++i)
        for (const auto& complaint : check_id(groups[i].as_int())) errors.invalid(at.child("supplementalGroups").index(i), groups[i], complaint);
    if (spec["shareProcessNamespace"].as_bool() && spec["hostPID"].as_bool())
        errors.invalid(at.child("shareProcessNamespace"), true, "ShareProcessNamespace and HostPID cannot both be enabled");
    validate_sysctls(spec, at.child("sysctls"), errors);
    check_one_of(context["fsGroupChangePolicy"], at.child("fsGroupChangePolicy"), {"Always", "OnRootMismatch"}, errors, Presence::Optional);
    check_one_of(context["supplementalGroupsPolicy"], at.child("supplementalGroupsPolicy"), {"Merge", "Strict"}, errors, Presence::Optional);
    check_one_of(context["seLinuxChangePolicy"], at.child("seLinuxChangePolicy"), {"Recursive"}, errors, Presence::Optional);
    validate_seccomp(context["seccompProfile"], at.child("seccompProfile"), errors);
    validate_app_armor(context["appArmorProfile"], at.child("appArmorProfile"), errors);
    validate_windows_options(context["windowsOptions"], at.child("windowsOptions"), errors);
    validate_host_users(spec, path, errors);
    validate_host_process(spec, path, errors);
    const Value& os = spec["os"];
    if (!os.is_object()) return;
    const std::string& name = os["name"].as_string();
    if (name.empty()) errors.required(path.child("os").child("name"), "");
    else if (name == "linux") validate_linux(spec, path, errors);
    else if (name == "windows") validate_windows(spec, path, errors);
    else errors.not_supported(path.child("os"), name, {"linux", "windows"});
}

void validate_container_security_context(const Value& context, bool host_users, const FieldPath& path, FieldErrors& errors) {
    if (!context.is_object()) return;
    check_ids(context, {"runAsUser", "runAsGroup"}, path, errors);
    const Value& proc = context["procMount"];
    if (!proc.is_null()) {
        check_listed(proc, path.child("procMount"), {"Default", "Unmasked"}, errors);
        if (host_users && proc.as_string() == "Unmasked") errors.invalid(path.child("procMount"), proc, "`hostUsers` must be false to use `Unmasked`");
    }
    validate_seccomp(context["seccompProfile"], path.child("seccompProfile"), errors);
    validate_windows_options(context["windowsOptions"], path.child("windowsOptions"), errors);
    validate_app_armor(context["appArmorProfile"], path.child("appArmorProfile"), errors);
    const Value& escalation = context["allowPrivilegeEscalation"];
    if (!escalation.is_bool() || escalation.as_bool()) return;
    auto refuse = [&](const char* why) { errors.invalid(path, internal_form("SecurityContext", context), why); };
    if (context["privileged"].as_bool()) refuse("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    for (const auto& capability : context["capabilities"]["add"].items())
        if (capability.as_string() == "CAP_SYS_ADMIN") refuse("cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
}

}  // namespace skiff::api::kinds
