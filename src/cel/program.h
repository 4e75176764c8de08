// Program: a compiled expression. compile() parses and type-checks it; evaluate() runs it over bound variables within a cost limit.
// A Program is immutable, cheap to copy (shared) and may be evaluated by many threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "cel/environment.h"
#include "cel/patterns.h"
#include "cel/value.h"

namespace skiff::cel {

// Limits of Kubernetes v1.34 (k8s.io/apiserver/pkg/apis/cel).
inline constexpr uint64_t kPerCallLimit = 1'000'000;
inline constexpr uint64_t kObjectBudget = 10'000'000;              // all rules of one object, or of one policy binding
inline constexpr uint64_t kMatchConditionsBudget = 2'500'000;      // all match conditions of one webhook or policy
// Ours: some calls cost next to nothing in that model and much here (format, split, == of whole lists, patterns that are no literals). What they
// really take, in steps of about 10 ns (three units of cost are one), has a limit of its own; ordinary expressions do not come near it.
inline constexpr uint64_t kWorkMax = 4'000'000;
inline constexpr size_t kMessageBytesMax = 5 * 1024;               // of what a messageExpression gives

struct CostEstimate {
    uint64_t min = 0, max = 0;
};

struct Budget {
    uint64_t call_limit = kPerCallLimit;
    uint64_t remaining = kObjectBudget;        // goes down with every evaluate()
    uint64_t work = kWorkMax;                  // goes down too
    Patterns patterns;                         // that expressions asked for
    // Outcome of the last evaluate().
    uint64_t cost = 0;
    bool call_limit_exceeded = false;          // "operation cancelled: actual cost limit exceeded"
    bool exhausted = false;                    // more than `remaining` was spent
};

struct Binding {
    std::string_view name;
    Value value;
};

class Program {
public:
    const TypePtr& result_type() const;
    CostEstimate estimated_cost() const;
    // Whether the checked expression refers to this variable.
    bool uses(std::string_view variable) const;
    const std::string& expression() const;

    // Variables that are not bound are errors when they are read. Failure: BadRequest with the message of cel-go ("no such key: x").
    Result<Value> evaluate(std::span<const Binding> bindings, Budget& budget) const;

private:
    friend Result<Program> compile(std::string_view expression, const Environment& environment);
    struct Compiled;
    explicit Program(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
    std::shared_ptr<const Compiled> compiled_;
};

// Failure: BadRequest "program instantiation failed: ..." when a conversion of a literal fails; else Invalid, and the message has all
// mistakes as cel-go prints them, each with its place:
//   ERROR: <input>:1:5: undeclared reference to 'foo' (in container '')
//    | 1 + foo
//    | ....^
Result<Program> compile(std::string_view expression, const Environment& environment);

}  // namespace skiff::cel
