// The events of a YAML text, and what is wrong with it in the words of Kubernetes' parser: sigs.k8s.io/yaml reads with a Go port of libyaml,
// this with libyaml itself. Belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace skiff::json {

struct YamlEvent {
    enum class Kind { DocumentStart, DocumentEnd, Alias, Scalar, SequenceStart, SequenceEnd, MappingStart, MappingEnd, StreamEnd };
    Kind kind;
    size_t line;               // counted from 0
    std::string_view text;     // of a scalar
    std::string_view anchor;   // also what an alias names
    std::string_view tag;      // written out; empty when there is none
    bool implicit = false;     // a plain scalar without tag
};

class YamlEvents {
public:
    // The text must outlive this. What libyaml would take too long for is refused by the first next().
    explicit YamlEvents(std::string_view text);
    ~YamlEvents();
    YamlEvents(const YamlEvents&) = delete;
    YamlEvents& operator=(const YamlEvents&) = delete;

    // The next event, its texts valid until the next call; null when the text is wrong. Not to be called after that or after StreamEnd.
    const YamlEvent* next();
    // `line 3: did not find expected key`, where Go's port names a line.
    const std::string& problem() const { return problem_; }

private:
    struct Parser;
    const YamlEvent* refuse(std::string why);
    void open(bool flow, bool bracket, char end);

    std::unique_ptr<Parser> parser_;
    YamlEvent event_{};
    std::string ends_;   // of the open collections: ] or }, a blank for one without brackets
    std::string problem_;
};

}  // namespace skiff::json
