// YAML with anchors, tags and several documents; what can be read can be written and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/yaml.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    json::YamlOptions options{.nodes_max = 10'000};
    (void)json::parse_yaml_all(text, options);
    auto value = json::parse_yaml(text, options);
    if (value.ok() && !json::parse_yaml(json::write_yaml(*value)).ok()) abort();
    return 0;
}
