// One YAML document as a tree of nodes, before anything is made of them: aliases point to what they name, scalars are still text.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/text_map.h"
#include "json/yaml_events.h"

namespace skiff::json {

using YamlNodeId = uint32_t;

struct YamlNode {
    enum class Kind : uint8_t { Scalar, Sequence, Mapping, Alias };
    Kind kind = Kind::Scalar;
    bool implicit = false;               // of a scalar: plain and without tag
    size_t line = 0;                     // counted from 0
    YamlNodeId target = 0;               // of an alias
    std::string tag = {}, text = {};     // text: of a scalar, or the name in an alias
    std::vector<YamlNodeId> children = {};   // items; keys and values in turn
};

using YamlNodes = std::deque<YamlNode>;   // by id; grows without being copied

// The first node is the root.
class YamlDocument {
public:
    enum class End { Document, Stream, Wrong, TooLarge };

    // The next document. Wrong: problem() says why. `cost` goes on over documents: a value, a tag, an anchor and each 64 bytes of text count one.
    End read(YamlEvents& events, size_t& cost, size_t cost_max, int depth_max);
    const std::string& problem() const { return problem_; }
    const YamlNodes& nodes() const { return nodes_; }

private:
    End wrong(std::string why);
    YamlNodeId add(const YamlEvent& event);

    YamlNodes nodes_;
    std::vector<YamlNodeId> open_;
    TextMap<YamlNodeId> anchors_;
    std::string problem_;
};

// What a text costs in memory, in values.
constexpr size_t yaml_text_cost(size_t bytes) { return bytes / 64; }

}  // namespace skiff::json
