// The built-in kinds, made once for all tests of this folder.
#pragma once

#include "api/kind.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::api {

inline const KindRegistry& builtin() {
    static const auto registry = KindRegistry::builtin();
    return *registry;
}
inline const KindInfo& kind_of(std::string_view api_version, std::string_view kind) {
    auto version = GroupVersion::parse(api_version);
    return *builtin().find(Gvk{version.group, version.version, std::string(kind)});
}
inline json::Value tree(std::string_view text) { return json::parse(text).value(); }

}  // namespace skiff::api
