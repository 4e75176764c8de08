#include "api/selector.h"

#include <algorithm>

#include "api/go_text.h"
#include "api/label_parser.h"
#include "api/names.h"
#include "base/strings.h"
#include "base/text_map.h"
#include "json/member_index.h"

namespace skiff::api {

namespace {

using Operator = LabelRequirement::Operator;
constexpr size_t kScanMax = 32;   // requirements that look their label up one by one

void sort_by_key(std::vector<LabelRequirement>& requirements) {
    std::stable_sort(requirements.begin(), requirements.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
}

bool read_operator(std::string_view name, Operator& op) {
    if (name == "In") op = Operator::In;
    else if (name == "NotIn") op = Operator::NotIn;
    else if (name == "Exists") op = Operator::Exists;
    else if (name == "DoesNotExist") op = Operator::DoesNotExist;
    else return false;
    return true;
}

}  // namespace

bool LabelRequirement::matches(const std::string* value) const {
    auto listed = [&] { return std::binary_search(values.begin(), values.end(), *value); };
    switch (op) {
        case Operator::In:
        case Operator::Equals:
        case Operator::DoubleEquals: return value && listed();
        case Operator::NotIn:
        case Operator::NotEquals: return !value || !listed();
        case Operator::Exists: return value != nullptr;
        case Operator::DoesNotExist: return value == nullptr;
        case Operator::GreaterThan:
        case Operator::LessThan: break;
    }
    if (!value || values.size() != 1) return false;
    auto left = parse_int(*value), right = parse_int(values[0]);
    if (!left || !right) return false;
    return op == Operator::GreaterThan ? *left > *right : *left < *right;
}

std::string LabelRequirement::text() const {
    std::string all = join(values, ",");
    switch (op) {
        case Operator::Equals: return key + "=" + all;
        case Operator::DoubleEquals: return key + "==" + all;
        case Operator::NotEquals: return key + "!=" + all;
        case Operator::In: return key + " in (" + all + ")";
        case Operator::NotIn: return key + " notin (" + all + ")";
        case Operator::GreaterThan: return key + ">" + all;
        case Operator::LessThan: return key + "<" + all;
        case Operator::DoesNotExist: return "!" + key;
        case Operator::Exists: break;
    }
    return key;
}

LabelSelector LabelSelector::nothing() {
    LabelSelector selector;
    selector.nothing_ = true;
    return selector;
}

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
    LabelSelector selector;
    selector.requirements_ = TRY(parse_label_requirements(text));
    sort_by_key(selector.requirements_);
    return selector;
}

Result<LabelSelector> LabelSelector::from_object(const json::Value& object) {
    if (!object.is_object()) return nothing();
    LabelSelector selector;
    for (const auto& [key, value] : object["matchLabels"].members()) selector.requirements_.push_back({key, Operator::Equals, {value.as_string()}});
    for (const auto& expression : object["matchExpressions"].items()) {
        LabelRequirement requirement;
        requirement.key = expression["key"].as_string();
        if (!read_operator(expression["operator"].as_string(), requirement.op))
            return error(Reason::BadRequest, "{} is not a valid label selector operator", go_quote(expression["operator"].as_string()));
        for (const auto& value : expression["values"].items()) requirement.values.push_back(value.as_string());
        std::sort(requirement.values.begin(), requirement.values.end());
        selector.requirements_.push_back(std::move(requirement));
    }
    sort_by_key(selector.requirements_);
    return selector;
}

LabelSelector LabelSelector::from_map(const json::Value& labels) {
    if (labels.size() == 0) return nothing();
    LabelSelector selector;
    for (const auto& [key, value] : labels.members()) selector.requirements_.push_back({key, Operator::Equals, {value.as_string()}});
    sort_by_key(selector.requirements_);
    return selector;
}

template <typename Lookup>
bool LabelSelector::all_match(Lookup lookup) const {
    if (nothing_) return false;
    return std::all_of(requirements_.begin(), requirements_.end(), [&](const auto& one) { return one.matches(lookup(one.key)); });
}

bool LabelSelector::matches(const Labels& labels) const {
    TextViewMap<const std::string*> places;   // only where both are many
    if (labels.size() > kScanMax && requirements_.size() > kScanMax)
        for (const auto& [name, value] : labels) places.emplace(name, &value);
    return all_match([&](const std::string& key) -> const std::string* {
        if (!places.empty()) {
            auto it = places.find(key);
            return it == places.end() ? nullptr : it->second;
        }
        for (const auto& [name, value] : labels)
            if (name == key) return &value;
        return nullptr;
    });
}

bool LabelSelector::matches(const json::Value& labels) const {
    json::MemberIndex index(labels);
    const bool few = requirements_.size() <= kScanMax;
    return all_match([&](const std::string& key) -> const std::string* {
        const json::Value* value = few ? labels.find(key) : index.find(key);
        return value ? &value->as_string() : nullptr;
    });
}

std::string LabelSelector::text() const {
    std::vector<std::string> texts;
    for (const auto& requirement : requirements_) texts.push_back(requirement.text());
    return join(texts, ",");
}

void validate_label_selector(const json::Value& selector, const FieldPath& path, FieldErrors& errors) {
    validate_labels(selector["matchLabels"], path.child("matchLabels"), errors);
    const auto& expressions = selector["matchExpressions"].items();
    for (size_t i = 0; i < expressions.size(); ++i) {
        FieldPath at = path.child("matchExpressions").index(i);
        const json::Value& expression = expressions[i];
        const std::string& op = expression["operator"].as_string();
        const json::Value& values = expression["values"];
        if (op == "In" || op == "NotIn") {
            if (values.size() == 0) errors.required(at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
        } else if (op == "Exists" || op == "DoesNotExist") {
            if (values.size() != 0) errors.forbidden(at.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        } else {
            errors.invalid(at.child("operator"), op, "not a valid selector operator");
        }
        const std::string& key = expression["key"].as_string();
        add_complaints(check_qualified_name(key), at.child("key"), key, errors);
        for (size_t v = 0; v < values.size(); ++v)
            add_complaints(check_label_value(values[v].as_string()), at.child("values").index(v), values[v].as_string(), errors);
    }
}

}  // namespace skiff::api
