// Rules for names, with the messages of k8s.io/apimachinery/pkg/util/validation. Each function gives what is wrong, nothing when the
// text is fine. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/validation.h"

namespace skiff::api {

using Complaints = std::vector<std::string>;

Complaints check_dns1123_label(std::string_view text);         // 63 characters
Complaints check_dns1123_subdomain(std::string_view text);     // 253
Complaints check_dns1123_subdomain_underscore(std::string_view text);
Complaints check_dns1035_label(std::string_view text);
Complaints check_wildcard_subdomain(std::string_view text);    // *.example.com
Complaints check_qualified_name(std::string_view text);        // label and annotation keys: example.com/name
Complaints check_label_value(std::string_view text);
Complaints check_path_segment(std::string_view text);          // RBAC names: no / and %, not . or ..
Complaints check_c_identifier(std::string_view text);
Complaints check_port_number(int64_t port);
Complaints check_port_name(std::string_view text);             // IANA_SVC_NAME
Complaints check_config_key(std::string_view text);            // keys of ConfigMap and Secret
Complaints check_env_name(std::string_view text);              // the relaxed rule of v1.34
Complaints check_http_header_name(std::string_view text);
Complaints check_percent(std::string_view text);
Complaints check_id(int64_t id);                               // user and group ids
Complaints check_range(int64_t value, int64_t low, int64_t high);

bool is_dns1123_label(std::string_view text);
bool is_dns1123_subdomain(std::string_view text);
bool is_qualified_name(std::string_view text);
bool is_label_value(std::string_view text);

// metav1 validation of label and annotation maps.
void validate_labels(const json::Value& labels, const FieldPath& path, FieldErrors& errors);
void validate_annotations(const json::Value& annotations, const FieldPath& path, FieldErrors& errors);
// One Invalid for each complaint.
void add_complaints(const Complaints& complaints, const FieldPath& path, std::string_view value, FieldErrors& errors);

}  // namespace skiff::api
