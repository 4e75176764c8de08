// $(NAME) expansion in commands, arguments and environment values, as Kubernetes defines it: $$ is a dollar, an unknown name stays as
// written. Pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace skiff::agent::pods {

using Variables = std::map<std::string, std::string, std::less<>>;
std::string expand(std::string_view text, const Variables& variables);
// Nothing when a name is unknown (subPathExpr).
std::optional<std::string> expand_strict(std::string_view text, const Variables& variables);

}  // namespace skiff::agent::pods
