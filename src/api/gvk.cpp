#include "api/gvk.h"

namespace skiff::api {

GroupVersion GroupVersion::parse(std::string_view api_version) {
    size_t slash = api_version.find('/');
    if (slash == std::string_view::npos) return {"", std::string(api_version)};
    return {std::string(api_version.substr(0, slash)), std::string(api_version.substr(slash + 1))};
}

}  // namespace skiff::api
