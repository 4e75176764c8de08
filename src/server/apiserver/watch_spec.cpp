#include "base/strings.h"
#include "server/apiserver/engine.h"
#include "server/apiserver/watch_stream.h"

namespace skiff::apiserver {
namespace {

Status forbidden(std::string_view field, std::string_view why) {
    return invalid_options("ListOptions", {"FieldValueForbidden", fmt::format("Forbidden: {}", why), std::string(field)});
}

// apimachinery's ValidateListOptions for watches.
Status check_options(const net::Query& query) {
    const std::string& match = query.get("resourceVersionMatch");
    if (!query.has("sendInitialEvents")) {
        if (!match.empty()) return forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        return {};
    }
    if (match.empty()) return forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    if (match != "NotOlderThan")
        return invalid_options("ListOptions", {"FieldValueNotSupported", fmt::format("Unsupported value: \"{}\": supported values: \"NotOlderThan\"", match), "resourceVersionMatch"});
    if (!query.get("continue").empty()) return forbidden("continue", "continue is forbidden for watch");
    return {};
}

}  // namespace

Result<WatchSpec> watch_spec(const RequestContext& context, const net::Query& query) {
    TRY(check_options(query));
    const Attributes& a = context.attributes;
    WatchSpec spec;
    spec.filter = TRY(Filter::make(*context.kind, a.ns, a.name, query.get("labelSelector"), query.get("fieldSelector")));
    spec.bookmarks = query_flag(query, "allowWatchBookmarks");
    const std::string& version = query.get("resourceVersion");
    if (!version.empty()) {
        auto revision = parse_int(version);
        if (!revision || *revision < 0)
            return error(Reason::Unknown, "resourceVersion: Invalid value: \"{}\": strconv.ParseUint: parsing \"{}\": invalid syntax", version, version);
        spec.revision = *revision;
    }
    if (query.has("sendInitialEvents")) {
        bool send = query_flag(query, "sendInitialEvents");
        spec.start = send ? WatchSpec::Start::State : spec.revision > 0 ? WatchSpec::Start::Revision : WatchSpec::Start::Now;
        spec.initial_bookmark = send && spec.bookmarks;
        return spec;
    }
    spec.start = spec.revision > 0 ? WatchSpec::Start::Revision : WatchSpec::Start::State;
    return spec;
}

}  // namespace skiff::apiserver
