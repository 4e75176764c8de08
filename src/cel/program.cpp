#include "cel/program.h"

#include <algorithm>

#include "cel/checker.h"
#include "cel/compiled.h"
#include "cel/functions.h"
#include "cel/parser.h"

namespace skiff::cel {
namespace {

// Patterns that are literals are compiled once.
void compile_patterns(Expr& expr, RegexTable& out) {
    bool matching = expr.kind == Expr::Kind::Call && (expr.name == "matches" || expr.name == "find" || expr.name == "findAll") && expr.args.size() > 1;
    if (matching && expr.args[1]->kind == Expr::Kind::Literal) {
        std::string_view pattern = expr.args[1]->literal.text();
        if (out.find(pattern) == out.end())
            if (auto compiled = Regex::compile(pattern); compiled.ok()) out.emplace(pattern, std::move(*compiled));
        auto compiled = out.find(pattern);
        if (expr.name == "matches" && expr.op == Op::Call && compiled != out.end()) {
            expr.op = Op::Matches;
            expr.pattern = std::make_shared<const Regex>(compiled->second);
        }
    }
    for (const auto& arg : expr.args) compile_patterns(*arg, out);
    if (!expr.fold) return;
    for (const ExprPtr* part : {&expr.fold->range, &expr.fold->init, &expr.fold->condition, &expr.fold->step, &expr.fold->result}) compile_patterns(**part, out);
}

}  // namespace

Result<Program> compile(std::string_view expression, const Environment& environment) {
    auto compiled = std::make_shared<Program::Compiled>();
    compiled->expression = expression;
    Issues issues(compiled->expression);
    compiled->root = parse(compiled->expression, issues, environment.bindings());
    if (!compiled->root) return Status(Reason::Invalid, issues.text());
    CheckOutcome outcome = check(*compiled->root, environment, issues);
    if (issues.empty()) validate_literals(*compiled->root, issues);
    if (!issues.empty()) return Status(Reason::Invalid, issues.text());
    compiled->type = std::move(outcome.type);
    compiled->variables = std::move(outcome.variables);
    compiled->estimate = estimate_cost(*compiled->root, environment);
    TRY(fold_constants(*compiled->root));
    compile_patterns(*compiled->root, compiled->regexes);
    compiled->plan = plan(*compiled->root);
    return Program(std::move(compiled));
}

const TypePtr& Program::result_type() const { return compiled_->type; }
CostEstimate Program::estimated_cost() const { return compiled_->estimate; }
bool Program::uses(std::string_view variable) const { return compiled_->variables.find(variable) != compiled_->variables.end(); }
const std::string& Program::expression() const { return compiled_->expression; }

Result<Value> Program::evaluate(std::span<const Binding> bindings, Budget& budget) const {
    Evaluation out = cel::evaluate(*compiled_->root, compiled_->plan, bindings, compiled_->regexes, &budget.patterns, {budget.call_limit, budget.work});
    budget.work -= std::min(budget.work, out.work);
    budget.cost = out.cost;
    budget.call_limit_exceeded = out.cancelled;
    budget.exhausted = out.cost > budget.remaining;
    budget.remaining = budget.exhausted ? 0 : budget.remaining - out.cost;
    if (out.value.is_error()) return Status(Reason::BadRequest, std::string(out.value.text()));
    return std::move(out.value);
}

}  // namespace skiff::cel
