#include "json/yaml_nodes.h"

#include <fmt/format.h>

namespace skiff::json {

namespace {

using Kind = YamlEvent::Kind;

constexpr size_t kDepthPerValue = 32;   // libyaml looks at every open bracket for each token

}  // namespace

YamlDocument::End YamlDocument::wrong(std::string why) {
    problem_ = std::move(why);
    return End::Wrong;
}

YamlNodeId YamlDocument::add(const YamlEvent& event) {
    const auto id = static_cast<YamlNodeId>(nodes_.size());
    YamlNode& node = nodes_.emplace_back();
    node.line = event.line;
    node.tag = event.tag;
    if (event.kind == Kind::SequenceStart) node.kind = YamlNode::Kind::Sequence;
    if (event.kind == Kind::MappingStart) node.kind = YamlNode::Kind::Mapping;
    if (event.kind == Kind::Scalar) {
        node.implicit = event.implicit;
        node.text = event.text;
    }
    // Known from here on, so that what is below it can name it, which is told when it is decoded.
    if (event.kind != Kind::Alias && event.anchor.data() != nullptr) anchors_[std::string(event.anchor)] = id;
    if (!open_.empty()) nodes_[open_.back()].children.push_back(id);
    return id;
}

YamlDocument::End YamlDocument::read(YamlEvents& events, size_t& cost, size_t cost_max, int depth_max) {
    nodes_.clear();
    open_.clear();
    anchors_.clear();
    for (;;) {
        const YamlEvent* event = events.next();
        if (event == nullptr) return wrong(events.problem());
        switch (event->kind) {
            case Kind::DocumentStart: continue;
            case Kind::DocumentEnd: return End::Document;
            case Kind::StreamEnd: return End::Stream;
            case Kind::SequenceEnd:
            case Kind::MappingEnd: open_.pop_back(); continue;
            default: break;
        }
        cost += 1 + (event->tag.empty() ? 0 : 1) + (event->anchor.empty() ? 0 : 1) + open_.size() / kDepthPerValue;
        cost += yaml_text_cost(event->text.size() + event->tag.size() + event->anchor.size());
        if (cost > cost_max) return End::TooLarge;
        const YamlNodeId id = add(*event);
        if (event->kind == Kind::Alias) {
            nodes_[id].kind = YamlNode::Kind::Alias;
            nodes_[id].text = event->anchor;
            auto found = anchors_.find(nodes_[id].text);
            if (found == anchors_.end()) return wrong(fmt::format("unknown anchor '{}' referenced", nodes_[id].text));
            nodes_[id].target = found->second;
        } else if (event->kind != Kind::Scalar) {
            if (open_.size() >= static_cast<size_t>(depth_max)) return wrong(fmt::format("line {}: exceeded max depth of {}", event->line + 1, depth_max));
            open_.push_back(id);
        }
    }
}

}  // namespace skiff::json
