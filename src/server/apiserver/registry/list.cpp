// List: from the cache when it shows the wanted revision, else the state at that revision from the store.
#include <algorithm>

#include "api/go_text.h"
#include "base/strings.h"
#include "server/apiserver/registry/continue_token.h"
#include "server/apiserver/registry/conversion.h"
#include "server/apiserver/registry/custom_form.h"
#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {
namespace {

// How long a list waits for a revision that the server has not reached (Kubernetes' cacher: 3 s).
constexpr Duration kFutureWait = std::chrono::seconds(3);

constexpr const char* kInconsistentContinue =
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in "
    "this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list.";

// apimachinery's ValidateListOptions for lists.
Status check_match(const ListRequest& r) {
    api::FieldErrors errors;
    api::FieldPath path("resourceVersionMatch");
    const std::string& match = r.resource_version_match;
    if (!match.empty()) {
        if (r.resource_version.empty()) errors.forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (!r.continue_token.empty()) errors.forbidden(path, "resourceVersionMatch is forbidden when continue is provided");
        if (match != "Exact" && match != "NotOlderThan") errors.not_supported(path, match, {"Exact", "NotOlderThan", ""});
        if (match == "Exact" && r.resource_version == "0") errors.forbidden(path, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    }
    if (r.send_initial_events) errors.forbidden(api::FieldPath("sendInitialEvents"), "sendInitialEvents is forbidden for list");
    if (errors.empty()) return {};
    return errors.to_status("meta.k8s.io", "ListOptions", "");
}

// The revision that a list must show: exactly, at least, or the newest.
struct Target {
    enum class Kind { Newest, AtLeast, Exact } kind = Kind::Newest;
    int64_t revision = 0;
    std::string start;
};

Result<Target> target_of(const ListRequest& r) {
    Target t;
    if (!r.continue_token.empty()) {
        ContinueToken token = TRY(read_continue(r.continue_token));
        if (!r.resource_version.empty() && r.resource_version != "0")
            return error(Reason::BadRequest, "specifying resource version is not allowed when using continue");
        t.start = std::move(token.start);
        t.kind = token.revision > 0 ? Target::Kind::Exact : Target::Kind::Newest;
        t.revision = token.revision;
        return t;
    }
    if (r.resource_version.empty()) return t;
    auto revision = parse_int(r.resource_version);
    if (!revision || *revision < 0)
        return error(Reason::BadRequest, "invalid resource version: resourceVersion: Invalid value: \"{}\": strconv.ParseUint: parsing \"{}\": invalid syntax", r.resource_version, r.resource_version);
    t.revision = *revision;
    bool exact = r.resource_version_match == "Exact" || (r.resource_version_match.empty() && r.limit > 0 && *revision > 0);
    t.kind = exact ? Target::Kind::Exact : Target::Kind::AtLeast;
    return t;
}

struct Candidates {
    std::vector<ItemPtr> items;   // of the namespace, in key order, from the start key on
    int64_t revision = 0;
};

// The revision is exact: what the range holds is the resource's state at its last change and at every later revision so far.
Candidates from_cache(Core& core, ResourceCache& resource, const Filter& filter, const api::KindInfo& kind, const std::string& start, bool select) {
    Candidates out;
    out.revision = core.cache.applied();
    std::string key = filter.single_key(kind);
    if (!key.empty()) {
        if (ItemPtr item = resource.get(key); item && item->key >= start && (!select || filter.matches(*item))) {
            out.revision = std::max(out.revision, item->revision);
            out.items.push_back(std::move(item));
        }
    } else {
        auto range = resource.range(filter.ns(), start, 0, select ? &filter : nullptr);
        out.revision = std::max(out.revision, range.changed);
        out.items = std::move(range.items);
    }
    return out;
}

Result<Candidates> from_store(Core& core, ResourceCache& resource, const Filter& filter, const api::KindInfo& kind, const Target& target) {
    std::string root = std::string(kRegistryRoot) + resource.prefix() + "/";
    std::string prefix = filter.ns().empty() ? root : root + filter.ns() + "/";
    auto listing = core.store.list(prefix, target.start.empty() ? std::string() : root + target.start, 0, target.revision);
    if (!listing.ok()) {
        if (listing.status().reason() == Reason::Expired || listing.status().reason() == Reason::Gone) {
            if (target.start.empty()) return error(Reason::Expired, "The resourceVersion for the provided list is too old.");
            return with_continue(Status(Reason::Expired, kInconsistentContinue), write_continue({-1, target.start}));
        }
        return std::move(listing).status();
    }
    SelectablePaths fields(indexed_fields(core.kinds, kind));
    Candidates out;
    out.revision = target.revision;
    for (const store::EntryPtr& entry : listing->entries) {
        auto object = api::Object::from_bytes(entry->value);
        if (!object.ok()) continue;
        auto item = std::make_shared<Item>();
        item->key = entry->key.substr(root.size());
        item->fields = fields.scan(*entry->value);
        item->object = std::move(object).value();
        item->revision = entry->mod_revision;
        out.items.push_back(std::move(item));
    }
    return out;
}

}  // namespace

bool list_may_block(const Core& core, const ListRequest& request) {
    auto target = target_of(request);
    if (!target.ok()) return false;
    return target->kind == Target::Kind::Exact || target->revision > core.cache.applied();
}

namespace {

Status not_a_number(const std::string& text) {
    size_t digits = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    bool number = digits < text.size() && text.find_first_not_of("0123456789", digits) == text.npos;
    return error(Reason::BadRequest, "strconv.ParseInt: parsing {}: {}", api::go_quote(text), number ? "value out of range" : "invalid syntax");
}

}  // namespace

Result<std::optional<int64_t>> query_number(const net::Query& query, std::string_view key) {
    if (!query.has(key)) return std::optional<int64_t>();
    std::string_view text = query.get(key);
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    auto number = parse_int(text);
    if (!number) return not_a_number(query.get(key));
    return number;
}

Result<ListRequest> parse_list(const RequestContext& context, const net::Query& query) {
    ListRequest r;
    const Attributes& a = context.attributes;
    r.resource_version = query.get("resourceVersion");
    r.resource_version_match = query.get("resourceVersionMatch");
    r.continue_token = query.get("continue");
    TRY(query_number(query, "timeoutSeconds"));
    if (auto n = TRY(query_number(query, "limit"))) {
        // What any state answers comes from the cache as a whole.
        if (r.resource_version != "0" || r.resource_version_match == "Exact" || !r.continue_token.empty()) r.limit = std::max<int64_t>(*n, 0);
    }
    r.send_initial_events = query.has("sendInitialEvents");
    r.filter = TRY(Filter::make(*context.kind, a.ns, "", query.get("labelSelector"), query.get("fieldSelector")));
    return r;
}

Result<ListAnswer> list_objects(Core& core, const api::KindInfo& kind, const ListRequest& request) {
    TRY(check_match(request));
    Target target = TRY(target_of(request));
    ResourceCache* resource = core.cache.resource(kind);
    if (target.revision > core.cache.applied() && !core.cache.wait_applied(target.revision, kFutureWait))
        return revision_too_large(target.revision, core.cache.applied());
    Candidates found;
    // A resource that has not changed since the revision shows the same now. What is compacted is gone all the same, as clients expect.
    bool cached = target.kind != Target::Kind::Exact || (resource->changed() <= target.revision && target.revision >= core.store.compact_revision());
    // A page needs to know what comes behind it.
    const bool select = cached && request.filter.has_selectors() && request.limit == 0 && !converts_by_webhook(kind);
    if (cached) found = from_cache(core, *resource, request.filter, kind, target.start, select);
    else found = TRY(from_store(core, *resource, request.filter, kind, target));
    if (target.kind == Target::Kind::Exact) found.revision = target.revision;

    if (converts_by_webhook(kind) && request.filter.has_selectors()) found.items = TRY(presented(core, kind, std::move(found.items)));

    ListAnswer answer;
    answer.revision = found.revision;
    size_t limit = request.limit > 0 ? static_cast<size_t>(request.limit) : std::string::npos;
    if ((!request.filter.has_selectors() || select) && found.items.size() <= limit) {
        answer.items = TRY(presented(core, kind, std::move(found.items)));
        return answer;
    }
    for (size_t i = 0; i < found.items.size(); ++i) {
        if (answer.items.size() == limit) {
            // More that match? Kubernetes gives a token whenever keys are left that may.
            answer.continue_token = write_continue({found.revision, found.items[i]->key});
            if (!request.filter.has_selectors()) answer.remaining = static_cast<int64_t>(found.items.size() - i);
            break;
        }
        if (request.filter.matches(*found.items[i])) answer.items.push_back(std::move(found.items[i]));
    }
    answer.items = TRY(presented(core, kind, std::move(answer.items)));
    return answer;
}

}  // namespace skiff::apiserver
