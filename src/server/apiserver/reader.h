// Reader: consistent reads of stored objects for authorizers, admission plugins and subresources, answered from the API server's cache.
// Any thread; never blocks on the store.
#pragma once

#include <string_view>
#include <vector>

#include "api/gvk.h"
#include "api/object.h"

namespace skiff::apiserver {

class Reader {
public:
    virtual ~Reader() = default;
    virtual api::ObjectPtr get(const api::Gvr& gvr, std::string_view ns, std::string_view name) const = 0;   // null when absent
    virtual std::vector<api::ObjectPtr> list(const api::Gvr& gvr, std::string_view ns = {}) const = 0;       // "" all namespaces
    // The revision that this Reader shows of the resource; grows with each change (for memoizing what was computed from it).
    virtual int64_t revision(const api::Gvr& gvr) const = 0;
};

}  // namespace skiff::apiserver
