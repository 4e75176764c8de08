#include <algorithm>

#include "base/strings.h"
#include "server/apiserver/engine.h"
#include "server/apiserver/registry/operations.h"
#include "server/apiserver/watch_stream.h"

namespace skiff::apiserver {
namespace {

constexpr int64_t kTimeoutMax_s = 10LL * 365 * 86'400;   // of a watch: beyond it clocks overflow

}  // namespace

Status check_watch_options(const net::Query& query) {
    const std::string& match = query.get("resourceVersionMatch");
    api::FieldErrors errors;
    api::FieldPath path("resourceVersionMatch");
    bool initial = query.has("sendInitialEvents"), not_older = match == "NotOlderThan";
    if (initial && !not_older) errors.forbidden(path, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    if (!match.empty()) {
        if (!initial) errors.forbidden(path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        if (!not_older) errors.not_supported(path, match, {"NotOlderThan"});
    }
    if (!query.get("continue").empty()) errors.forbidden(path, "resourceVersionMatch is forbidden when continue is provided");
    if (!errors.empty()) return errors.to_status("meta.k8s.io", "ListOptions", "");
    TRY(query_number(query, "limit"));
    return {};
}

Result<WatchSpec> watch_spec(const RequestContext& context, const net::Query& query) {
    TRY(check_watch_options(query));
    const Attributes& a = context.attributes;
    WatchSpec spec;
    spec.timeout_s = std::clamp<int64_t>(TRY(query_number(query, "timeoutSeconds")).value_or(0), 0, kTimeoutMax_s);
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
    // Who names no revision gets the state, and is told where it ends.
    spec.start = spec.revision > 0 ? WatchSpec::Start::Revision : WatchSpec::Start::State;
    spec.initial_bookmark = spec.revision == 0 && spec.bookmarks;
    return spec;
}

}  // namespace skiff::apiserver
