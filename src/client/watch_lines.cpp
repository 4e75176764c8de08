#include "client/watch_lines.h"

#include "base/strings.h"
#include "client/resource_path.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::client {

namespace {

constexpr std::string_view kTypeStart = "{\"type\":\"";
constexpr std::string_view kObjectStart = "\",\"object\":";

Result<WatchEvent> make_event(std::string_view type, std::shared_ptr<const std::string> bytes) {
    if (type == "ERROR") return status_from_tree(TRY(json::parse(*bytes)));
    WatchEvent event;
    if (type == "ADDED") event.type = WatchEvent::Type::Added;
    else if (type == "MODIFIED") event.type = WatchEvent::Type::Modified;
    else if (type == "DELETED") event.type = WatchEvent::Type::Deleted;
    else if (type == "BOOKMARK") event.type = WatchEvent::Type::Bookmark;
    else return error(Reason::InternalError, "unknown watch event type \"{}\"", type.substr(0, 20));
    event.object = TRY(api::Object::from_bytes(std::move(bytes)));
    return event;
}

}  // namespace

Status WatchLines::feed(std::string_view bytes, const std::function<void(std::string)>& line) {
    size_t end;
    while ((end = bytes.find('\n')) != std::string_view::npos) {
        rest_.append(bytes.substr(0, end));
        bytes.remove_prefix(end + 1);
        if (!trim(rest_).empty()) line(std::move(rest_));
        rest_.clear();
    }
    if (rest_.size() + bytes.size() > kLineBytesMax) return error(Reason::RequestEntityTooLarge, "a watch event is over {} bytes", kLineBytesMax);
    rest_.append(bytes);
    return {};
}

Result<WatchEvent> parse_watch_line(std::string_view line) {
    line = trim(line);
    // The usual form is cut without parsing it all: the object's bytes stay as the server wrote them.
    size_t type_end = line.substr(0, kTypeStart.size()) == kTypeStart ? line.find(kObjectStart, kTypeStart.size()) : std::string_view::npos;
    if (type_end != std::string_view::npos && line.back() == '}') {
        auto type = line.substr(kTypeStart.size(), type_end - kTypeStart.size());
        auto object = line.substr(type_end + kObjectStart.size());
        object.remove_suffix(1);
        auto event = make_event(type, std::make_shared<const std::string>(object));
        if (event.ok() || event.status().reason() != Reason::BadRequest) return event;
    }
    auto tree = TRY(json::parse(line));
    return make_event(tree["type"].as_string(), std::make_shared<const std::string>(json::write(tree["object"])));
}

}  // namespace skiff::client
