// Compiles any text as an expression and evaluates what compiles, within the cost limits of the server. See README.md.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cel/program.h"
#include "json/parse.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const json::Value document = *json::parse(R"({"a":{"b":1,"c":[1,2,3],"s":"str"},"l":[{"x":1},{"y":2}],"n":null,"f":1.5,"t":true})");
    static const json::Value schema = *json::parse(R"({"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"integer"},"s":{"type":"string"},
        "c":{"type":"array","maxItems":5,"items":{"type":"integer"}}}},"l":{"type":"array","items":{"type":"object","additionalProperties":{"type":"integer"}}}}})");
    static const cel::DeclPtr decl = cel::declare_openapi(schema, cel::SchemaRoot::No, "T");
    static const cel::Environment environment = [] {
        cel::Environment out;
        out.variable("o", cel::Type::of(cel::Type::Kind::Dyn)).variable("self", decl).allow_mutations();
        return out;
    }();
    auto program = cel::compile(std::string_view(reinterpret_cast<const char*>(data), size), environment);
    if (!program.ok()) return 0;
    cel::Binding bindings[] = {{"o", cel::Value::json(document)}, {"self", cel::Value::json(document, decl.get())}};
    cel::Budget budget;
    budget.call_limit = 10'000;
    auto value = program->evaluate(bindings, budget);
    if (value.ok()) (void)value->to_json();
    return 0;
}
