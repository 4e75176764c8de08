// Text in quotes as Go's %q prints it, which clients see inside messages. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace skiff::json {

std::string go_quote(std::string_view text);

}  // namespace skiff::json
