// Label selectors (text form of requests and metav1.LabelSelector) and field selectors. Values, immutable after parsing; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/object.h"
#include "api/validation.h"

namespace skiff::api {

struct LabelRequirement {
    enum class Operator { In, NotIn, Equals, DoubleEquals, NotEquals, Exists, DoesNotExist, GreaterThan, LessThan };
    std::string key;
    Operator op = Operator::Exists;
    std::vector<std::string> values;   // sorted

    // value: the label's value, null when the object lacks it.
    bool matches(const std::string* value) const;
    std::string text() const;          // "app in (a,b)"
};

class LabelSelector {
public:
    LabelSelector() = default;         // matches everything
    static LabelSelector nothing();
    // "app=web,tier in (a,b),!x". BadRequest with Kubernetes' words.
    static Result<LabelSelector> parse(std::string_view text);
    // A metav1.LabelSelector; null matches nothing, {} everything. BadRequest on an unknown operator.
    static Result<LabelSelector> from_object(const json::Value& selector);
    // A plain map (ReplicationController, Service): all must be equal; an empty or absent one matches nothing.
    static LabelSelector from_map(const json::Value& labels);

    bool matches(const Labels& labels) const;
    bool matches(const json::Value& labels) const;   // metadata.labels of a tree
    bool empty() const { return !nothing_ && requirements_.empty(); }
    const std::vector<LabelRequirement>& requirements() const { return requirements_; }
    std::string text() const;

private:
    template <typename Lookup>
    bool all_match(Lookup lookup) const;
    std::vector<LabelRequirement> requirements_;     // sorted by key
    bool nothing_ = false;
};

// Whether label values in a LabelSelector object must be well-formed.
void validate_label_selector(const json::Value& selector, const FieldPath& path, FieldErrors& errors);

class FieldSelector {
public:
    struct Term {
        std::string field, value;
        bool equal = true;
    };
    // "metadata.name=a,status.phase!=Running". BadRequest with Kubernetes' words.
    static Result<FieldSelector> parse(std::string_view text);

    // value_of gives the value of a field ("" when absent).
    bool matches(const std::function<std::string_view(const std::string& field)>& value_of) const;
    // Over a tree: dotted paths, scalars as text.
    bool matches(const json::Value& object) const;
    bool empty() const { return terms_.empty(); }
    const std::vector<Term>& terms() const { return terms_; }
    // The value that the field must have, if the selector says so.
    const std::string* required(std::string_view field) const;
    std::string text() const;

private:
    std::vector<Term> terms_;
};

// The scalar at a dotted path as text; "" when absent.
std::string field_text(const json::Value& object, std::string_view path);

}  // namespace skiff::api
