#include "cel/program.h"

#include <catch2/catch.hpp>

#include "json/parse.h"

using namespace skiff;
using namespace skiff::cel;

namespace {

struct Case {
    const char* expression;
    const char* value;       // as display() prints it; "!..." is a failure
    uint64_t cost;
};

std::string run(const char* expression, uint64_t* cost = nullptr, uint64_t limit = kPerCallLimit) {
    auto document = json::parse(R"({"a":{"b":1,"c":[1,2,3],"s":"str"},"l":[{"x":1},{"y":2}],"n":null,"f":1.5,"t":true})");
    Environment environment;
    environment.variable("o", Type::of(Type::Kind::Dyn));
    auto program = compile(expression, environment);
    if (!program.ok()) return "compile: " + program.status().message();
    Budget budget;
    budget.call_limit = limit;
    Binding bindings[] = {{"o", Value::json(*document)}};
    auto value = program->evaluate(bindings, budget);
    if (cost) *cost = budget.cost;
    return value.ok() ? value->display() : "!" + value.status().message();
}

}  // namespace

TEST_CASE("expressions give the values, failures and costs that cel-go gives in Kubernetes v1.34") {
    // Answers of k8s.io/apiserver v0.34.4 with cel-go v0.26.0.
    const Case cases[] = {
        {"1 + 2 * 3", "7", 2},
        {"[1,2,3].filter(x, x > 1)", "[2 3]", 33},
        {"o.a.b", "1", 3},
        {"has(o.a.z)", "false", 2},
        {"o.z", "!no such key: z", 2},
        {"o.a.c[9]", "!index out of bounds: 9", 4},
        {"o.?q.?b.orValue(5)", "5", 1},
        {"1/0 > 1 || true", "true", 2},
        {"true || 1/0 > 1", "true", 0},
        {"dyn(1) + 'a'", "!no such overload", 1},
        {"size(dyn(1))", "!no such overload: size", 1},
        {"9223372036854775807+1", "!integer overflow", 1},
        {"1 in [1]", "true", 0},
        {"1 in {1:2}", "true", 1},
        {"{'a':1}[?'b'].orValue(2)", "2", 1},
        {"[1]==[1]", "true", 1},
        {"'%d %s'.format([1, ['a']])", "1 [\"a\"]", 1},
        {"duration('90m').getHours()", "1", 1},
        {"timestamp('2020-01-01T00:00:00Z') + duration('1h')", "2020-01-01T01:00:00Z", 1},
        {"quantity('1Gi').isGreaterThan(quantity('1G'))", "true", 3},
        {"ip('::1').family()", "6", 2},
        {"cidr('10.0.0.0/8').containsIP('10.1.1.1')", "true", 3},
        {"url('https://a.b:80/x?q=1').getPort()", "80", 3},
        {"semver('1.2.3').isLessThan(semver('v2', true))", "true", 3},
        {"sets.contains([1,2],[1])", "true", 3},
        {"'abc'.matches('^[a-c]+$')", "true", 2},
    };
    for (const auto& c : cases) {
        uint64_t cost = 0;
        INFO(c.expression);
        CHECK(run(c.expression, &cost) == c.value);
        CHECK(cost == c.cost);
    }
}

TEST_CASE("mistakes are printed with their place and a caret") {
    CHECK(run("1 + foo") == "compile: ERROR: <input>:1:5: undeclared reference to 'foo' (in container '')\n | 1 + foo\n | ....^");
    CHECK(run("1\n+ 'a'") == "compile: ERROR: <input>:2:1: found no matching overload for '_+_' applied to '(int, string)'\n | + 'a'\n | ^");
    CHECK(run("[1,'a']") == "compile: ERROR: <input>:1:4: expected type 'int' but found 'string'\n | [1,'a']\n | ...^");
    CHECK(run("(1") == "compile: ERROR: <input>:1:3: Syntax error: missing ')' at '<EOF>'\n | (1\n | ..^");
    CHECK(run("'a'.matches('[')") == "compile: ERROR: <input>:1:13: invalid matches argument\n | 'a'.matches('[')\n | ............^");
    CHECK(run("int('a')") == "compile: program instantiation failed: type conversion error from 'string' to 'int'");
}

TEST_CASE("an expression that costs too much is cancelled, even where && would hide the failure") {
    CHECK(run("[1,2,3,4].all(x, [1,2,3,4].all(y, x + y > 0)) || true", nullptr, 20) == "!operation cancelled: actual cost limit exceeded");
}

TEST_CASE("a short expression cannot make a tree or a value without end") {
    std::string chain = "optional.of([1])";
    for (int i = 0; i < 60; ++i) chain += ".optMap(x, [x, x])";
    CHECK(run(chain.c_str()).find("expression of optMap() is too large") != std::string::npos);
    std::string nested = "[1]";
    for (int i = 0; i < 40; ++i) nested = "optional.of(" + nested + ").optMap(x, [x, x]).value()";
    CHECK(run(nested.c_str()).find("is too large") != std::string::npos);
}

TEST_CASE("lists that are heavier than the limit are refused") {
    std::string doubled = "[o]";
    for (int i = 0; i < 30; ++i) doubled = "[" + doubled + "].map(x, x + x)[0]";
    CHECK(run(doubled.c_str()) == "!the value is too large");
}

TEST_CASE("deep nesting is refused") {
    std::string deep = std::string(300, '(') + "1" + std::string(300, ')');
    CHECK(run(deep.c_str()).find("expression recursion limit exceeded: 250") != std::string::npos);
    std::string chain = "1";
    for (int i = 0; i < 300; ++i) chain += "+1";
    CHECK(run(chain.c_str()).find("max recursion depth exceeded") != std::string::npos);
}

TEST_CASE("values of a schema have the types of its formats") {
    auto schema = json::parse(R"({"type":"object","properties":{"when":{"type":"string","format":"date-time"},"any":{"x-kubernetes-int-or-string":true},
        "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},"a-b":{"type":"integer"}}})");
    auto decl = declare_openapi(*schema, SchemaRoot::No, "T");
    auto document = json::parse(R"({"when":"2020-01-02T03:04:05Z","any":5,"set":["a","b"],"a-b":7})");
    auto other = json::parse(R"({"when":"2020-01-02T03:04:05Z","any":5,"set":["b","a"],"a-b":7})");
    Environment environment;
    environment.variable("self", decl).variable("oldSelf", decl);
    Binding bindings[] = {{"self", Value::json(*document, decl.get())}, {"oldSelf", Value::json(*other, decl.get())}};
    for (const char* expression : {"self == oldSelf", "self.when.getFullYear() == 2020", "self.any == 5", "self.a__dash__b == 7", "(self.set + oldSelf.set).size() == 2"}) {
        INFO(expression);
        auto program = compile(expression, environment);
        REQUIRE(program.ok());
        Budget budget;
        auto value = program->evaluate(bindings, budget);
        REQUIRE(value.ok());
        CHECK(value->is_true());
    }
    auto wrong = compile("self.zzz", environment);
    CHECK(wrong.status().message() == "ERROR: <input>:1:5: undefined field 'zzz'\n | self.zzz\n | ....^");
}

TEST_CASE("the estimate of a rule grows with the sizes that the schema allows") {
    auto schema = json::parse(R"({"type":"object","properties":{"list":{"type":"array","maxItems":10,"items":{"type":"string","maxLength":5}}}})");
    Environment environment;
    environment.variable("self", declare_openapi(*schema, SchemaRoot::No, "T"));
    auto bounded = compile("self.list.all(x, x == 'abcdefgh')", environment);
    REQUIRE(bounded.ok());
    CHECK(bounded->estimated_cost().max == 53);
    auto unbounded_schema = json::parse(R"({"type":"object","properties":{"list":{"type":"array","items":{"type":"string"}}}})");
    Environment unbounded;
    unbounded.variable("self", declare_openapi(*unbounded_schema, SchemaRoot::No, "T"));
    CHECK(compile("self.list.all(x, x.contains('a'))", unbounded)->estimated_cost().max > kObjectBudget);
}
