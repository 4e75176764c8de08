// The grammar of label selectors in requests (k8s.io/apimachinery/pkg/labels). Any thread.
#pragma once

#include <string_view>
#include <vector>

#include "api/selector.h"

namespace skiff::api {

// Requirements in the order of the text. BadRequest with Kubernetes' words.
Result<std::vector<LabelRequirement>> parse_label_requirements(std::string_view text);

}  // namespace skiff::api
