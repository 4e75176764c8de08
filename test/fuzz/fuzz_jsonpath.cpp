// JSONPath of printer columns and selectable fields, over a small document.
#include <cstdint>
#include <string_view>

#include "json/parse.h"
#include "json/path.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const json::Value document = *json::parse(R"({"a":{"b":[1,2,{"c":"x","d":[3,4]}],"e":null},"l":[{"n":"p","v":1},{"n":"q","v":2.5}],"t":true})");
    std::string_view text(reinterpret_cast<const char*>(data), size);
    if (auto path = json::JsonPath::parse_expression(text); path.ok()) (void)path->first(document, 1000);
    if (auto path = json::JsonPath::parse(text); path.ok()) (void)path->print(document);
    if (auto tokens = json::parse_pointer(text); tokens.ok()) (void)json::find_pointer(document, *tokens);
    return 0;
}
