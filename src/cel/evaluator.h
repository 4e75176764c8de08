// Evaluator: one run of a planned tree. Costs are counted where cel-go's observer counts them: one for a variable with what is selected from
// it, one for each selection, and what call_cost() says for calls; literals, logic and ?: are free. A step of a loop makes no copies: eval()
// gives the value where it stands (a literal, a variable, a memo) or in the room that the caller lends. For one thread.
#pragma once

#include <unordered_map>

#include "base/text_map.h"
#include "cel/compiled.h"
#include "cel/functions.h"
#include "cel/nodes.h"

namespace skiff::cel {

class Evaluator : public Run {
public:
    Evaluator(const Plan& plan, std::span<const Binding> bindings, const RegexTable& regexes, Patterns* patterns, Limits limits);

    Evaluation run(const Expr& root);
    Result<Regex> regex(std::string_view pattern) override;

private:
    struct Frame {
        const Fold* fold = nullptr;
        Value accumulator, first, second;
        bool initialized = false;
    };
    // What a node selected last: the member of a document, or that it has none.
    struct Memo {
        const json::Value* document = nullptr;
        const Declaration* declaration = nullptr;
        const Declaration::Field* field = nullptr;
        size_t place = 0;
        bool found = false;
        uint64_t cost = 0;      // Known: of the call
        Value value;
    };

    // A text of a document, at a node that asks whether it matches.
    struct Asked {
        const char* text;
        size_t size, node;
        bool operator==(const Asked&) const = default;
        struct Hash {
            size_t operator()(const Asked& asked) const { return (reinterpret_cast<size_t>(asked.text) >> 3) * 0x9E3779B97F4A7C15 + asked.node; }
        };
    };

    void charge(uint64_t cost) {
        cost_ += cost;
        if (cost_ > limits_.cost) cancelled_ = true;
    }
    void worked(uint64_t steps) {
        work_ += steps;
        if (work_ + cost_ / kUnitsOfStep > limits_.work) cancelled_ = true;
    }
    // What is made of nothing, such as the text of a mistake, is no news once in a while and takes its time in a loop.
    Value mistake(std::string message) {
        worked(kMistakeWork);
        return Value::error(std::move(message));
    }
    static constexpr uint64_t kMistakeWork = 12;

    // What needs no room: a constant, or a variable of a loop. Null when the node is something else.
    const Value* at_hand(const Expr& expr) {
        if (expr.op == Op::Constant) return &expr.literal;
        if (expr.op != Op::First) return nullptr;
        charge(1);
        return &frames_[expr.slot].first;
    }
    // A variable as resolve() gives it; null when the node is something else, or the variable has no value.
    const Value* variable(const Expr& expr) const {
        if (expr.op == Op::First) return &frames_[expr.slot].first;
        return expr.op == Op::Input && expr.slot < inputs_.size() ? inputs_[expr.slot] : nullptr;
    }
    // eval() of what most steps of a loop are, without the way through its table.
    const Value& eval_step(const Expr& expr, Value& room) {
        if (expr.op >= Op::Equals && expr.op <= Op::Modulo && !cancelled_) return binary(expr, room);
        return eval(expr, room);
    }
    // The value stands until the node is evaluated again, or in `room`.
    const Value& eval(const Expr& expr, Value& room);
    const Value& logical(const Expr& expr, Value& room, bool stop_at);
    const Value& optional_or(const Expr& expr, Value& room);

    // evaluate_attributes.cpp: variables and what is selected from them.
    const Value& resolve(const Expr& expr, Value& room);
    const Value& input(const Expr& expr, Value& room);
    const Value& accumulator(Frame& frame);
    const Value& select_name(const Expr& expr, Value& room);
    const Value& select_index(const Expr& expr, Value& room);
    Value select(const Value& operand, const Value& key, bool optional, size_t& place);
    bool get(const Value& target, const Value& key, Value& out, size_t& place);
    const Value& select_known(const Expr& expr, const Value& key, const Value& operand, Value& room);
    bool test(const Expr& expr, const Value& operand, Value& failure);
    Memo& member_of(const Expr& expr, std::string_view key, const Value& map);
    const json::Value* find_member(const json::Value& document, std::string_view key, size_t& place);
    std::optional<Value> lookup(const Value& map, const Value& key, size_t& place);

    // evaluate_calls.cpp
    const Value& call(const Expr& expr, Value& room);
    const Value& call_with(const Expr& expr, std::span<Value> args, Value& room);
    const Value& combined(const Expr& expr, const Value& left, const Value& right, Value& room);
    const Value& binary(const Expr& expr, Value& room);
    [[gnu::always_inline]] inline const Value* of_ints(const Expr& expr, int64_t a, int64_t b, Value& room);
    const Value& negated(const Expr& expr, Value& room);
    const Value& not_strictly_false(const Expr& expr, Value& room);
    const Value& in_set(const Expr& expr, Value& room);
    const Value& measured(const Expr& expr, Value& room);
    const Value& as_dyn(const Expr& expr, Value& room);
    const Value& known(const Expr& expr, Value& room);
    const Value& matches(const Expr& expr, Value& room);
    Value apply(const Expr& expr, std::span<const Value> args);
    Value contains(const Value& item, const Value& in);
    uint64_t comparison_work(const Value& value);
    void count_work(const Expr& expr, std::span<const Value> args, const Value& out);

    // evaluate_literals.cpp: lists, maps and structures that an expression makes.
    Value make_list(const Expr& expr);
    Value make_map(const Expr& expr);
    Value make_struct(const Expr& expr);

    // evaluate_loops.cpp
    const Value& run_loop(const Expr& expr, Value& room);
    template <typename Step>
    void each(const Fold& fold, const Value& range, Frame& frame, const Step& step);
    bool step(Frame& frame);
    bool quantify(Frame& frame, bool until);
    const Value& append(const Expr& expr, Value& room);

    const Value& truth(bool value) const { return value ? true_ : false_; }

    const Value true_ = Value::of(true), false_ = Value::of(false);
    const RegexTable& regexes_;
    Patterns* patterns_;
    Patterns own_patterns_;
    size_t pattern_size_ = 0;   // of the pattern that the function just called has asked for
    std::unordered_map<const json::Value*, TextViewMap<size_t>> indexes_;
    Limits limits_;
    uint64_t cost_ = 0, work_ = 0;
    bool cancelled_ = false;
    std::unordered_map<const json::Value*, uint64_t> sizes_;   // values_in() of documents that are compared
    std::vector<const Value*> inputs_;
    std::vector<Frame> frames_;
    std::vector<Memo> memos_;
    std::unordered_map<Asked, bool, Asked::Hash> matched_;
};

inline constexpr const char* kCancelled = "operation cancelled: actual cost limit exceeded";
// The value of an evaluation that is cancelled.
const Value& cancelled_value();

// Puts what stands in a room of one's own, or elsewhere, into the caller's.
inline const Value& hand_over(const Value& value, Value& own, Value& room) {
    if (&value != &own) return value;
    room = std::move(own);
    return room;
}
inline const Value& failed(const Value& failure, Value& room) {
    room = failure;
    return room;
}

}  // namespace skiff::cel
