#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"

#include <map>

namespace skiff::api::kinds {

namespace {

using json::Value;

// "pods: 1/10, requests.cpu: 1/2" of the limits.* resources, or of all others.
std::string used_of_hard(const Value& quota, bool limits) {
    std::map<std::string, std::string> texts;
    for (const auto& [resource, hard] : quota["status"]["hard"].members())
        if (resource.starts_with("limits.") == limits) texts[resource] = text_or(quota["status"]["used"][resource], "0") + "/" + hard.as_string();
    std::string line;
    for (const auto& [resource, text] : texts) line += (line.empty() ? "" : ", ") + resource + ": " + text;
    return line;
}

}  // namespace

std::vector<Column> config_map_columns() {
    return {
        name_column(),
        column("Data", "string", [](const Value& o, WallTime) -> Value { return o["data"].size() + o["binaryData"].size(); },
               "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Value"
               "s with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with t"
               "he keys in the BinaryData field, this is enforced during validation process."),
        age_column(),
    };
}

std::vector<Column> secret_columns() {
    return {
        name_column(),
        column("Type", "string", [](const Value& o, WallTime) { return o["type"]; },
               "Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/config"
               "uration/secret/#secret-types"),
        column("Data", "string", [](const Value& o, WallTime) -> Value { return o["data"].size(); },
               "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serializ"
               "ed form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data v"
               "alue here. Described in https://tools.ietf.org/html/rfc4648#section-4"),
        age_column(),
    };
}

std::vector<Column> service_account_columns() {
    return {
        name_column(),
        column("Secrets", "string", [](const Value& o, WallTime) -> Value { return o["secrets"].size(); },
               "Secrets is a list of the secrets in the same namespace that pods running using this ServiceAccount are allowed"
               " to use. Pods are only limited to this list if this service account has a \"kubernetes.io/enforce-mountable-sec"
               "rets\" annotation set to \"true\". The \"kubernetes.io/enforce-mountable-secrets\" annotation is deprecated since v"
               "1.32. Prefer separate namespaces to isolate access to mounted secrets. This field should not be used to find a"
               "uto-generated service account token secrets for use outside of pods. Instead, tokens can be requested directly"
               " using the TokenRequest API, or service account token secrets can be manually created. More info: https://kube"
               "rnetes.io/docs/concepts/configuration/secret"),
        age_column(),
    };
}

std::vector<Column> resource_quota_columns() {
    return {
        name_column(),
        column("Request", "string", [](const Value& o, WallTime) -> Value { return used_of_hard(o, false); }),
        column("Limit", "string", [](const Value& o, WallTime) -> Value { return used_of_hard(o, true); }),
        age_column(),
    };
}

}  // namespace skiff::api::kinds
