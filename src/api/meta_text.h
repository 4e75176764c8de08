// Meta from the JSON text of metadata, without a tree; managedFields are only stepped over. Any thread.
#pragma once

#include <string_view>

#include "api/object.h"

namespace skiff::api {

Meta meta_from_text(std::string_view metadata);

}  // namespace skiff::api
