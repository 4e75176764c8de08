// String formats of OpenAPI that Kubernetes v1.34 validates (k8s.io/kube-openapi strfmt). Pure; any thread.
#pragma once

#include <string_view>

namespace skiff::api::structural {

bool is_known_format(std::string_view format);
// Whether the text is of the format; true for formats of numbers and unknown ones.
bool has_format(std::string_view format, std::string_view text);

}  // namespace skiff::api::structural
