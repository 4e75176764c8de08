#include "cli/kubectl/watch_stream.h"

#include "client/resource_path.h"
#include "json/parse.h"

namespace skiff::cli::kubectl {

Status watch_events(Session& session, const std::string& path, const std::string& accept,
                    const std::function<bool(const std::string&, const json::Value&)>& on_event) {
    std::string held;
    Status failure;
    const auto done = session.stream({"GET", path + (path.find('?') == std::string::npos ? "?" : "&") + "watch=true", "", "application/json", accept},
                                     [&](std::string_view bytes) {
                                         held += bytes;
                                         size_t from = 0;
                                         for (size_t end; (end = held.find('\n', from)) != std::string::npos; from = end + 1) {
                                             auto event = json::parse(std::string_view(held).substr(from, end - from));
                                             if (!event.ok()) return failure = std::move(event).status(), false;
                                             if ((*event)["type"].as_string() == "ERROR") return failure = client::status_from_tree((*event)["object"]), false;
                                             if (!on_event((*event)["type"].as_string(), (*event)["object"])) return false;
                                         }
                                         held.erase(0, from);
                                         return true;
                                     });
    return failure.ok() ? done : failure;
}

}  // namespace skiff::cli::kubectl
