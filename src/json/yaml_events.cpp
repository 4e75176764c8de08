#include "json/yaml_events.h"

#include <yaml.h>

#include <cstring>

#include <fmt/format.h>

#include "json/yaml_bounds.h"

namespace skiff::json {

struct YamlEvents::Parser {
    yaml_parser_t parser{};
    yaml_event_t event{};   // without memory of its own while it is zero
    bool ready = yaml_parser_initialize(&parser) == 1;

    Parser() = default;
    ~Parser() {
        yaml_event_delete(&event);
        yaml_parser_delete(&parser);
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    bool advance() {
        yaml_event_delete(&event);
        return ready && yaml_parser_parse(&parser, &event) == 1;
    }
};

namespace {

std::string_view view(const yaml_char_t* text) { return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text)); }

// go-yaml counts the lines of its parser's errors from 0, those of its scanner's from 1, and names no line 0.
std::string located(yaml_error_type_t error, size_t problem_line, size_t context_line, std::string_view what) {
    size_t line = context_line;
    if (problem_line != 0) line = problem_line + (error == YAML_SCANNER_ERROR ? 1 : 0);
    return line == 0 ? std::string(what) : fmt::format("line {}: {}", line, what);
}

}  // namespace

YamlEvents::YamlEvents(std::string_view text) : parser_(std::make_unique<Parser>()) {
    if (text.empty()) text = "\n";   // libyaml wants a pointer
    if (std::string_view what = too_slow_for_libyaml(text); !what.empty()) problem_ = what;
    else if (parser_->ready) yaml_parser_set_input_string(&parser_->parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

YamlEvents::~YamlEvents() = default;

const YamlEvent* YamlEvents::refuse(std::string why) {
    problem_ = std::move(why);
    return nullptr;
}

// One pair in a list, [a: b], has no brackets of its own.
void YamlEvents::open(bool flow, bool bracket, char end) { ends_ += !flow ? ' ' : bracket || ends_.empty() ? end : ends_.back(); }

const YamlEvent* YamlEvents::next() {
    if (!problem_.empty()) return nullptr;
    const yaml_parser_t& parser = parser_->parser;
    if (!parser_->advance())
        return refuse(located(parser.error, parser.problem_mark.line, parser.context_mark.line, parser.problem == nullptr ? "unknown problem parsing YAML content" : parser.problem));
    const yaml_event_t& event = parser_->event;
    event_ = {YamlEvent::Kind::StreamEnd, event.start_mark.line, {}, {}, {}, false};
    switch (event.type) {
        case YAML_STREAM_START_EVENT: return next();
        case YAML_DOCUMENT_START_EVENT:
            // libyaml reads 1.2 too, its port does not.
            if (const auto* version = event.data.document_start.version_directive; version != nullptr && version->minor != 1)
                return refuse(located(YAML_PARSER_ERROR, event.start_mark.line, 0, "found incompatible YAML document"));
            event_.kind = YamlEvent::Kind::DocumentStart;
            break;
        case YAML_DOCUMENT_END_EVENT: event_.kind = YamlEvent::Kind::DocumentEnd; break;
        case YAML_ALIAS_EVENT:
            event_.kind = YamlEvent::Kind::Alias;
            event_.anchor = view(event.data.alias.anchor);
            break;
        case YAML_SCALAR_EVENT: {
            const auto& scalar = event.data.scalar;
            // Between brackets libyaml lets a plain scalar have a question mark; its port takes that for the next key.
            if (scalar.style == YAML_PLAIN_SCALAR_STYLE && !ends_.empty() && ends_.back() != ' ' && std::memchr(scalar.value, '?', scalar.length) != nullptr)
                return refuse(located(YAML_PARSER_ERROR, event.end_mark.line, 0, fmt::format("did not find expected ',' or '{}'", ends_.back())));
            event_.kind = YamlEvent::Kind::Scalar;
            event_.text = {reinterpret_cast<const char*>(scalar.value), scalar.length};
            event_.anchor = view(scalar.anchor);
            event_.tag = view(scalar.tag);
            event_.implicit = scalar.plain_implicit != 0;
            break;
        }
        case YAML_SEQUENCE_START_EVENT:
            event_.kind = YamlEvent::Kind::SequenceStart;
            open(event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE, true, ']');
            event_.anchor = view(event.data.sequence_start.anchor);
            event_.tag = view(event.data.sequence_start.tag);
            break;
        case YAML_SEQUENCE_END_EVENT:
            event_.kind = YamlEvent::Kind::SequenceEnd;
            ends_.pop_back();
            break;
        case YAML_MAPPING_START_EVENT:
            event_.kind = YamlEvent::Kind::MappingStart;
            open(event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE, event.start_mark.index != event.end_mark.index, '}');
            event_.anchor = view(event.data.mapping_start.anchor);
            event_.tag = view(event.data.mapping_start.tag);
            break;
        case YAML_MAPPING_END_EVENT:
            event_.kind = YamlEvent::Kind::MappingEnd;
            ends_.pop_back();
            break;
        case YAML_STREAM_END_EVENT:
        case YAML_NO_EVENT: break;
    }
    return &event_;
}

}  // namespace skiff::json
