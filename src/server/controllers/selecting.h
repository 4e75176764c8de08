// Label selectors as controllers' specs hold them.
#pragma once

#include "api/selector.h"

namespace skiff::controllers {

// A metav1.LabelSelector; one that cannot be read selects nothing.
inline api::LabelSelector read_selector(const json::Value& selector) { return api::LabelSelector::from_object(selector).value_or(api::LabelSelector::nothing()); }

}  // namespace skiff::controllers
