#include "api/kinds/rows.h"

namespace skiff::api::kinds {

std::vector<std::string> all_verbs() {
    return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
}

}  // namespace skiff::api::kinds
