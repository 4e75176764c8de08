// Filter: which objects a list or watch asks for: namespace, name, label and field selectors. A value; any thread.
#pragma once

#include <memory>
#include <string>

#include "api/kind.h"
#include "server/apiserver/registry/item.h"

namespace skiff::apiserver {

class Filter {
public:
    Filter();
    ~Filter();
    Filter(const Filter&);
    Filter& operator=(const Filter&);

    // BadRequest with Kubernetes' words on a selector that cannot be read or a field that the kind cannot be selected by.
    static Result<Filter> make(const api::KindInfo& kind, std::string ns, std::string name, const std::string& label_selector,
                               const std::string& field_selector);

    bool matches(const Item& item) const;
    bool has_selectors() const { return selectors_ != nullptr; }
    // Asks for labels or fields of its own, which a conversion may change; namespace and name it does not.
    bool reads_content() const;
    // Namespace and name alone.
    Filter without_selectors() const;
    const std::string& ns() const { return ns_; }
    const std::string& name() const { return name_; }         // "" any
    // The key of the only object that can match, or "".
    std::string single_key(const api::KindInfo& kind) const;
    // The value that spec.nodeName must have (pods), or null: watches of agents are looked up by it.
    const std::string* node_name() const;

private:
    struct Selectors;
    std::string ns_, name_;
    std::shared_ptr<const Selectors> selectors_;
};

}  // namespace skiff::apiserver
