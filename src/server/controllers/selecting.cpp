#include "server/controllers/selecting.h"

#include <algorithm>

#include "base/strings.h"

namespace skiff::controllers {

namespace {

const std::string* value_of(const api::Labels& labels, std::string_view key) {
    for (const auto& [k, v] : labels)
        if (k == key) return &v;
    return nullptr;
}

}  // namespace

LabelSelecting LabelSelecting::from_selector(const json::Value& selector) {
    LabelSelecting made;
    made.nothing_ = !selector.is_object();
    for (const auto& [key, value] : selector["matchLabels"].members()) made.terms_.push_back({key, Operator::In, {value.as_string()}});
    for (const auto& expression : selector["matchExpressions"].items()) {
        Term term{expression["key"].as_string(), Operator::In, {}};
        for (const auto& value : expression["values"].items()) term.values.push_back(value.as_string());
        const auto& op = expression["operator"].as_string();
        if (op == "In") term.op = Operator::In;
        else if (op == "NotIn") term.op = Operator::NotIn;
        else if (op == "Exists") term.op = Operator::Exists;
        else if (op == "DoesNotExist") term.op = Operator::DoesNotExist;
        else made.nothing_ = true;
        made.terms_.push_back(std::move(term));
    }
    return made;
}

LabelSelecting LabelSelecting::from_map(const json::Value& labels) {
    LabelSelecting made;
    made.nothing_ = labels.size() == 0;
    for (const auto& [key, value] : labels.members()) made.terms_.push_back({key, Operator::In, {value.as_string()}});
    return made;
}

bool LabelSelecting::matches(const api::Labels& labels) const {
    if (nothing_) return false;
    return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) {
        const std::string* value = value_of(labels, term.key);
        bool listed = value && std::find(term.values.begin(), term.values.end(), *value) != term.values.end();
        switch (term.op) {
            case Operator::In: return listed;
            case Operator::NotIn: return !listed;
            case Operator::Exists: return value != nullptr;
            default: return value == nullptr;
        }
    });
}

std::string LabelSelecting::text() const {
    std::vector<std::string> parts;
    for (const auto& term : terms_) {
        auto values = term.values;
        std::sort(values.begin(), values.end());
        switch (term.op) {
            case Operator::In:
                parts.push_back(values.size() == 1 ? term.key + "=" + values[0] : term.key + " in (" + join(values, ",") + ")");
                break;
            case Operator::NotIn: parts.push_back(term.key + " notin (" + join(values, ",") + ")"); break;
            case Operator::Exists: parts.push_back(term.key); break;
            case Operator::DoesNotExist: parts.push_back("!" + term.key); break;
        }
    }
    std::sort(parts.begin(), parts.end());
    return join(parts, ",");
}

}  // namespace skiff::controllers
