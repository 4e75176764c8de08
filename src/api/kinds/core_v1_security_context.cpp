// Security contexts of pods and containers.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPodSecurityContext[] = {
    {.name = "seLinuxOptions", .type = "core.v1.SELinuxOptions", .proto = 1},
    {.name = "runAsUser", .type = "int64", .proto = 2, .go = "*"},
    {.name = "runAsNonRoot", .type = "bool", .proto = 3, .go = "*"},
    {.name = "supplementalGroups", .type = "list<int64>", .proto = 4, .list_type = "atomic"},
    {.name = "fsGroup", .type = "int64", .proto = 5, .go = "*"},
    {.name = "runAsGroup", .type = "int64", .proto = 6, .go = "*"},
    {.name = "sysctls", .type = "list<core.v1.Sysctl>", .proto = 7, .list_type = "atomic"},
    {.name = "windowsOptions", .type = "core.v1.WindowsSecurityContextOptions", .proto = 8},
    {.name = "fsGroupChangePolicy", .type = "string", .proto = 9, .enum_values = "Always,OnRootMismatch",
     .go = "*v1.PodFSGroupChangePolicy"},
    {.name = "seccompProfile", .type = "core.v1.SeccompProfile", .proto = 10},
    {.name = "appArmorProfile", .type = "core.v1.AppArmorProfile", .proto = 11},
    {.name = "supplementalGroupsPolicy", .type = "string", .proto = 12, .enum_values = "Merge,Strict",
     .go = "*v1.SupplementalGroupsPolicy"},
    {.name = "seLinuxChangePolicy", .type = "string", .proto = 13, .go = "*v1.PodSELinuxChangePolicy"},
};

constexpr FieldRow kSecurityContext[] = {
    {.name = "capabilities", .type = "core.v1.Capabilities", .proto = 1},
    {.name = "privileged", .type = "bool", .proto = 2, .go = "*"},
    {.name = "seLinuxOptions", .type = "core.v1.SELinuxOptions", .proto = 3},
    {.name = "runAsUser", .type = "int64", .proto = 4, .go = "*"},
    {.name = "runAsNonRoot", .type = "bool", .proto = 5, .go = "*"},
    {.name = "readOnlyRootFilesystem", .type = "bool", .proto = 6, .go = "*"},
    {.name = "allowPrivilegeEscalation", .type = "bool", .proto = 7, .go = "*"},
    {.name = "runAsGroup", .type = "int64", .proto = 8, .go = "*"},
    {.name = "procMount", .type = "string", .proto = 9, .enum_values = "Default,Unmasked", .go = "*v1.ProcMountType"},
    {.name = "windowsOptions", .type = "core.v1.WindowsSecurityContextOptions", .proto = 10},
    {.name = "seccompProfile", .type = "core.v1.SeccompProfile", .proto = 11},
    {.name = "appArmorProfile", .type = "core.v1.AppArmorProfile", .proto = 12},
};

constexpr FieldRow kCapabilities[] = {
    {.name = "add", .type = "list<string>", .proto = 1, .list_type = "atomic", .go = "v1.Capability"},
    {.name = "drop", .type = "list<string>", .proto = 2, .list_type = "atomic", .go = "v1.Capability"},
};

constexpr FieldRow kSELinuxOptions[] = {
    {.name = "user", .type = "string", .proto = 1},
    {.name = "role", .type = "string", .proto = 2},
    {.name = "type", .type = "string", .proto = 3},
    {.name = "level", .type = "string", .proto = 4},
};

constexpr FieldRow kSeccompProfile[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")",
     .enum_values = "Localhost,RuntimeDefault,Unconfined", .go = "v1.SeccompProfileType"},
    {.name = "localhostProfile", .type = "string", .proto = 2, .go = "*"},
};

constexpr FieldRow kAppArmorProfile[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")",
     .enum_values = "Localhost,RuntimeDefault,Unconfined", .go = "v1.AppArmorProfileType"},
    {.name = "localhostProfile", .type = "string", .proto = 2, .go = "*"},
};

constexpr FieldRow kSysctl[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "value", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kWindowsSecurityContextOptions[] = {
    {.name = "gmsaCredentialSpecName", .type = "string", .proto = 1, .go = "*"},
    {.name = "gmsaCredentialSpec", .type = "string", .proto = 2, .go = "*"},
    {.name = "runAsUserName", .type = "string", .proto = 3, .go = "*"},
    {.name = "hostProcess", .type = "bool", .proto = 4, .go = "*"},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.PodSecurityContext", .fields = kPodSecurityContext},
    {.name = "core.v1.SecurityContext", .fields = kSecurityContext},
    {.name = "core.v1.Capabilities", .fields = kCapabilities},
    {.name = "core.v1.SELinuxOptions", .fields = kSELinuxOptions},
    {.name = "core.v1.SeccompProfile", .fields = kSeccompProfile},
    {.name = "core.v1.AppArmorProfile", .fields = kAppArmorProfile},
    {.name = "core.v1.Sysctl", .fields = kSysctl},
    {.name = "core.v1.WindowsSecurityContextOptions", .fields = kWindowsSecurityContextOptions},
};

}  // namespace

std::span<const TypeRow> core_v1_security_context_types() { return kTypes; }

}  // namespace skiff::api::kinds
