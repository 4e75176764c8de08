// The form of image references (registry/repository:tag@digest). Pure; any thread.
#pragma once

#include <string_view>

namespace skiff::api::kinds {

// Whether the text means an image whose tag is latest, said or not. A text that is no reference is not.
bool is_latest_image(std::string_view image);

}  // namespace skiff::api::kinds
