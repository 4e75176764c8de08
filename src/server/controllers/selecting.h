// LabelSelecting: a metav1.LabelSelector (or a plain map of labels) read once, matched often. A value; any thread.
#pragma once

#include <string>
#include <vector>

#include "api/object.h"
#include "json/value.h"

namespace skiff::controllers {

class LabelSelecting {
public:
    // {matchLabels, matchExpressions}; null matches nothing, {} everything. An unknown operator matches nothing.
    static LabelSelecting from_selector(const json::Value& selector);
    // Equality of each; an empty map matches nothing (Services, ReplicationControllers).
    static LabelSelecting from_map(const json::Value& labels);

    bool matches(const api::Labels& labels) const;
    bool everything() const { return !nothing_ && terms_.empty(); }
    bool nothing() const { return nothing_; }
    // As the labelSelector parameter and scale.status.selector write it: "app=web,tier in (a,b)".
    std::string text() const;

private:
    enum class Operator { In, NotIn, Exists, DoesNotExist };
    struct Term {
        std::string key;
        Operator op;
        std::vector<std::string> values;
    };
    bool nothing_ = false;
    std::vector<Term> terms_;
};

}  // namespace skiff::controllers
