#include <algorithm>

#include "json/jsonpath_node.h"
#include "json/number_text.h"
#include "json/write.h"

namespace skiff::json {

namespace {

using Node = JsonPath::Node;
using Kind = Node::Kind;
using Values = std::vector<const Value*>;

constexpr size_t kResultsMax = 200'000;

// Selected values point into the document or into literals_.
class Evaluation {
public:
    explicit Evaluation(bool allow_missing, size_t steps_max = SIZE_MAX) : allow_missing_(allow_missing), steps_left_(steps_max) {}

    Result<Values> apply(const std::vector<Node>& nodes, Values values) {
        for (const auto& node : nodes) {
            values = TRY(step(node, values));
            if (values.size() > std::min(kResultsMax, steps_left_)) return error(Reason::BadRequest, "expression selects more than {} values", kResultsMax);
            steps_left_ -= values.size();
        }
        return values;
    }

    // Runs the template's nodes [begin, end) on one value; emit gets each node's values, or text.
    template <typename Emit>
    Status run(const std::vector<Node>& nodes, size_t begin, size_t end, const Value& current, Emit&& emit) {
        for (size_t i = begin; i < end; ++i) {
            const Node& node = nodes[i];
            bool range = node.kind == Kind::Action && !node.children.empty() && node.children[0].kind == Kind::Range;
            if (!range) {
                emit(TRY(step(node, {&current})));
                continue;
            }
            size_t stop = matching_end(nodes, i);
            for (const Value* item : TRY(apply(node.children, {&current}))) TRY(run(nodes, i + 1, stop, *item, emit));
            i = stop;
        }
        return {};
    }

private:
    static size_t matching_end(const std::vector<Node>& nodes, size_t start) {
        int open = 0;
        for (size_t i = start; i < nodes.size(); ++i) {
            if (nodes[i].kind != Kind::Action || nodes[i].children.empty()) continue;
            if (nodes[i].children[0].kind == Kind::Range) ++open;
            if (nodes[i].children[0].kind == Kind::End && --open == 0) return i;
        }
        return nodes.size();
    }

    Result<Values> step(const Node& node, const Values& in) {
        switch (node.kind) {
            case Kind::Text: return Values{keep(Value(node.text))};
            case Kind::Literal: return Values{&node.literal};
            case Kind::Action: return apply(node.children, in);
            case Kind::Field: return field(node, in);
            case Kind::Slice: return slice(node, in);
            case Kind::Wildcard: return children_of(in);
            case Kind::Recursive: return recursive(in);
            case Kind::Union: return union_of(node, in);
            case Kind::Filter: return filter(node, in);
            case Kind::Range: return in;
            case Kind::End: return Values{};
        }
        return Values{};
    }

    const Value* keep(Value value) {
        literals_.push_back(std::make_unique<Value>(std::move(value)));
        return literals_.back().get();
    }

    Result<Values> field(const Node& node, const Values& in) {
        Values out;
        for (const Value* value : in)
            if (const Value* found = value->find(node.text)) out.push_back(found);
        if (out.empty() && !allow_missing_) return error(Reason::NotFound, "{} is not found", node.text);
        return out;
    }

    Result<Values> slice(const Node& node, const Values& in) {
        Values out;
        for (const Value* value : in) {
            if (value->is_null()) continue;
            if (!value->is_array()) return error(Reason::BadRequest, "{} is not array or slice", write(*value));
            auto size = static_cast<int64_t>(value->size());
            int64_t from = node.from.value_or(0);
            if (from < 0) from += size;
            int64_t to = node.single ? from + 1 : node.to.value_or(size);
            if (!node.single && to < 0) to += size;
            int64_t step = node.step.value_or(1);
            if (from == to) continue;
            if (from >= size || from < 0) return error(Reason::BadRequest, "array index out of bounds: index {}, length {}", from, size);
            if (to > size || to < 0) return error(Reason::BadRequest, "array index out of bounds: index {}, length {}", to - 1, size);
            if (from > to) return error(Reason::BadRequest, "starting index {} is greater than ending index {}", from, to);
            if (step <= 0) return error(Reason::BadRequest, "step must be > 0");
            for (int64_t i = from; i < to; i += step) out.push_back(&value->items()[static_cast<size_t>(i)]);
        }
        return out;
    }

    static Values children_of(const Values& in) {
        Values out;
        for (const Value* value : in) {
            for (const auto& item : value->items()) out.push_back(&item);
            for (const auto& member : value->members()) out.push_back(&member.value);
        }
        return out;
    }

    Result<Values> recursive(const Values& in) {
        Values out;
        for (const Value* value : in) collect(value, out);
        const size_t max = std::min(kResultsMax, steps_left_);
        if (out.size() > max) return error(Reason::BadRequest, "expression selects more than {} values", max);
        return out;
    }
    void collect(const Value* value, Values& out) {
        if (out.size() > std::min(kResultsMax, steps_left_)) return;
        out.push_back(value);
        for (const auto& item : value->items()) collect(&item, out);
        for (const auto& member : value->members()) collect(&member.value, out);
    }

    Result<Values> union_of(const Node& node, const Values& in) {
        Values out;
        for (const auto& part : node.children) {
            auto some = TRY(apply(part.children, in));
            out.insert(out.end(), some.begin(), some.end());
        }
        return out;
    }

    Result<Values> filter(const Node& node, const Values& in) {
        Values out;
        for (const Value* value : in) {
            if (value->is_null()) continue;
            if (!value->is_array()) return error(Reason::BadRequest, "{} is not array or slice and cannot be filtered", write(*value));
            for (const auto& item : value->items())
                if (TRY(passes(node, item))) out.push_back(&item);
        }
        return out;
    }

    Result<bool> passes(const Node& node, const Value& item) {
        Evaluation lenient(true);   // an element without the field just does not match
        auto left = TRY(lenient.apply(node.children, {&item}));
        if (left.empty() || node.text.empty()) return !left.empty();
        auto right = TRY(lenient.apply(node.right, {&item}));
        if (right.empty()) return false;
        if (left.size() > 1 || right.size() > 1) return error(Reason::BadRequest, "can only compare one element at a time");
        return compare(*left[0], node.text, *right[0]);
    }

    static bool compare(const Value& a, const std::string& op, const Value& b) {
        if (op == "==") return a == b;
        if (op == "!=") return !(a == b);
        int order;
        if (a.is_number() && b.is_number()) order = a.as_double() < b.as_double() ? -1 : a.as_double() > b.as_double();
        else if (a.is_string() && b.is_string()) order = a.as_string().compare(b.as_string());
        else return false;
        if (op == "<") return order < 0;
        if (op == "<=") return order <= 0;
        return op == ">" ? order > 0 : order >= 0;
    }

    bool allow_missing_;
    size_t steps_left_;
    std::vector<std::unique_ptr<Value>> literals_;
};

}  // namespace

Result<std::vector<Value>> JsonPath::select(const Value& document, bool allow_missing) const {
    Evaluation evaluation(allow_missing);
    std::vector<Value> out;
    TRY(evaluation.run(*nodes_, 0, nodes_->size(), document, [&](const Values& values) {
        for (const Value* value : values) out.push_back(*value);
    }));
    return out;
}

Result<Value> JsonPath::first(const Value& document, size_t steps_max) const {
    Evaluation evaluation(true, steps_max);
    const Value* found = nullptr;
    TRY(evaluation.run(*nodes_, 0, nodes_->size(), document, [&](const Values& values) {
        if (found == nullptr && !values.empty()) found = values.front();
    }));
    return found == nullptr ? Value() : *found;
}

Result<std::string> JsonPath::print(const Value& document, bool allow_missing) const {
    Evaluation evaluation(allow_missing);
    std::string out;
    TRY(evaluation.run(*nodes_, 0, nodes_->size(), document, [&](const Values& values) {
        bool first = true;
        for (const Value* value : values) {
            if (!first) out += ' ';
            first = false;
            if (value->is_string()) out += value->as_string();
            else if (value->is_double()) append_yaml_double(out, value->as_double());
            else append(out, *value);
        }
    }));
    return out;
}

}  // namespace skiff::json
