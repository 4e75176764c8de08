// metadata of a template from which a controller makes objects (claims of volumes and devices). Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

// Labels and annotations are checked, everything else is Forbidden.
void validate_template_metadata(const json::Value& metadata, const FieldPath& path, FieldErrors& errors);

}  // namespace skiff::api::kinds
