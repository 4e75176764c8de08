// What a call may cost, from what is known of its arguments' sizes (k8s.io/apiserver/pkg/cel/library/cost.go, checker/cost.go of cel-go). Whether
// a rule may be stored depends on these numbers, so they are Kubernetes' to the last unit.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cel/ast.h"
#include "cel/size_range.h"

namespace skiff::cel {

using ValuePath = std::vector<std::string>;

struct SizedNode {
    ValuePath path;                 // from a variable; empty: computed
    TypePtr type;
    std::optional<Range> size;
    const Expr* expr = nullptr;
    Range size_or_unknown() const { return size.value_or(Range::unknown()); }
};

struct CallEstimate {
    Range cost;
    std::optional<Range> result_size;
};

// The size of the elements of a list argument: nothing when the argument is no list.
class ElementSizes {
public:
    virtual ~ElementSizes() = default;
    virtual std::optional<SizedNode> element_of(const SizedNode& list) const = 0;
};

// The functions whose cost Kubernetes knows by name; nothing for the rest.
std::optional<CallEstimate> estimate_known_call(const Overload& overload, const SizedNode* target, std::span<const SizedNode> args, const ElementSizes& elements);

}  // namespace skiff::cel
